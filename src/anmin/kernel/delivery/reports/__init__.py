"""The reports of a village, filled from what is recorded; the few cells that nobody records are written by hand."""
