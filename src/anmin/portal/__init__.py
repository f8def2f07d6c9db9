"""Residents' pages (居民页面): can I apply, apply for myself or for family, where it stands, what I get and why."""
