"""Alerts (预警): something may be wrong, somebody must look, by when, and what came of it. Nothing here decides."""
