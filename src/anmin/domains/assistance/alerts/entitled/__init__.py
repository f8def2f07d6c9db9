"""Entitled (应享未享)."""
