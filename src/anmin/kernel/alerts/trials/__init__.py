"""Thresholds tried on history (阈值试算): what a changed line would have brought to the desk, before anybody changes it."""
