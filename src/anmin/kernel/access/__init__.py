"""Access (权限): who may see and do what, in which divisions, from which day to which."""
