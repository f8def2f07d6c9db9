"""Fifteen minutes to elder care (15 分钟养老服务圈): which communities and how many elders have a place within reach."""
