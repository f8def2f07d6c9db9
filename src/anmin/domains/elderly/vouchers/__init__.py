"""Vouchers for services to disabled elders (养老服务消费补贴): who has one, how much a month, what is left of it."""
