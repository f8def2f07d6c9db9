"""Illness (疾病)."""
