"""Divisions (行政区划): provinces to villages as they were on a day; codes end, they are never deleted."""
