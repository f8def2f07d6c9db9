"""Departures (人员变动)."""
