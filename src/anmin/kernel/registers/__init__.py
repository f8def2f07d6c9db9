"""Registers (名册): official books of entries. A line of business declares a model and a `Register`; the rest follows."""
