"""Subscriptions (订阅): what another system wants to be told about, begun, ended, and told when it happens."""
