"""Hardship (突发困难)."""
