"""Temporary assistance in emergencies (急难型临时救助)."""
