"""Correction slips (校核单): a disputed value goes back to where it came from, and nothing changes by itself."""
