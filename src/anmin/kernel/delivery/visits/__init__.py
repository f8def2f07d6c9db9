"""Visits: what was found, by whom, when it happened and when it was written down; photographs where a place allows them."""
