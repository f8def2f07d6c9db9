"""Screening: the population through the rules, what came out, and why."""
