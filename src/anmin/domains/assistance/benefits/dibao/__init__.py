"""Minimum living guarantee by income (最低生活保障，收入型)."""
