"""Intake (受理): applications prefilled from the register, drafts that are never lost, one notice of what is missing."""
