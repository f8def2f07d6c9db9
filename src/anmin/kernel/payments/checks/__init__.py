"""Checks of a run (发放校验): what stands against a line or a run, and what somebody decided about it."""
