"""Integrity (廉洁与重复)."""
