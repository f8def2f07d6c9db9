"""Answers of banks, taken in or quarantined."""
