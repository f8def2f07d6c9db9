"""Runs by the worker (后台计算): whoever prepares asks for it on the page, and the page says what came of it."""
