"""Families at the edge of dibao (最低生活保障边缘家庭)."""
