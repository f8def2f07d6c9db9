"""The demonstration city (演示城市): a synthetic population in real divisions, with known truths planted in it.

Nothing here describes a real person. Identity numbers begin with 99, which no division has, and carry valid
check digits; names are drawn from lists. The same seed gives the same city to the byte.
"""
