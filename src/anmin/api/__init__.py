"""Addresses for other systems: the partner API and the exchange standard; no tables of their own."""
