"""How often somebody is visited, by which rule, from when to when."""
