"""Families in hardship through rigid expenditure (刚性支出困难家庭)."""
