"""Exceptions (紧急查阅): somebody sees one protected person for hours, with a second person's leave and a review."""
