"""Demonstration cases (演示办件): families of the demonstration city on every stretch of the road."""
