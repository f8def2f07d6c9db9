"""Disability subsidies (残疾人两项补贴)."""
