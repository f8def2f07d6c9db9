"""Deadlines (时限)."""
