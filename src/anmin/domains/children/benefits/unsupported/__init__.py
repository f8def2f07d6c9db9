"""Allowance for de facto unsupported children (事实无人抚养儿童基本生活补贴)."""
