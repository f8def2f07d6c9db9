"""Uploads in pieces (断点续传): a file that comes bit by bit lands whole or not at all."""
