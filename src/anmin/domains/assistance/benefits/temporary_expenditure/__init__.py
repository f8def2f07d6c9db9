"""Temporary assistance for necessary spending (支出型临时救助)."""
