"""Residents' way in (居民登录): by number, name and a code; sessions of their own; the rows that are theirs."""
