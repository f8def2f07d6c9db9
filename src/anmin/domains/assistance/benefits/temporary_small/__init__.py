"""Small quick relief (小额快救): within three days, up to one month of the standard."""
