"""Payments (资金发放): budgets, the ledger, the month run from entitlements to bank files and back, and what is recovered."""
