"""Institutions of elder care (养老机构): filing, licences, inspections, stars, prices, and notice before they stop."""
