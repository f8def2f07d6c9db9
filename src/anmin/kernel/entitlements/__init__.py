"""Entitlements (待遇): what was decided and on what grounds, for whom, from when, how much, until when."""
