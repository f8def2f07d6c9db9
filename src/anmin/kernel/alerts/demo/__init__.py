"""Alerts of the demonstration city: the sweep of its own run, some looked into, some overdue."""
