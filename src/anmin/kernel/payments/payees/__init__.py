"""Payees' accounts (收款账户): sealed numbers with dated validity, recorded by one person and confirmed by another."""
