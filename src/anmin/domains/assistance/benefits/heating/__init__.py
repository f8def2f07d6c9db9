"""Heating aid, once in a heating season (取暖救助)."""
