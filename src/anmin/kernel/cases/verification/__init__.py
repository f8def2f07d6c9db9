"""Verification (核查): what was declared, what departments say, what was seen at home, and what counts and why."""
