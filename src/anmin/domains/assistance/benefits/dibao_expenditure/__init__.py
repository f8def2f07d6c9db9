"""Minimum living guarantee by expenditure (支出型最低生活保障), where a place has it."""
