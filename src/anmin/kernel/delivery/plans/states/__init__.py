"""The states of a plan and the days on which each held."""
