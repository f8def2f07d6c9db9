"""Publicity (公示): name, number of members, amount, and never more; objections pause the case."""
