"""Handing files over to banks exactly once."""
