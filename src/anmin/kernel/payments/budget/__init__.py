"""Budgets (预算指标): funds and what they may be used for, lines of a place and a year, allotments, execution."""
