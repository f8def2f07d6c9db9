"""Audit (审计): who did what, when and why, in a chain in which no row can be changed unnoticed."""
