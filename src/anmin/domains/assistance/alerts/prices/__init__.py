"""Prices (物价)."""
