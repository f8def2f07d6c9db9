"""Invented people for measuring how well persons are matched, and the measure."""
