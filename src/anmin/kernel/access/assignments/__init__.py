"""Assignments (承办指定): whose records a grant narrowed to assigned persons shows, by whose leave, and until when."""
