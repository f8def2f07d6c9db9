"""Disability (残疾)."""
