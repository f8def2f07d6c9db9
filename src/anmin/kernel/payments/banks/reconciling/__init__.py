"""Roster, files, returns, books and statements laid side by side."""
