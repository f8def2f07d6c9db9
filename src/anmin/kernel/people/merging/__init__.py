"""Merging records that are one person (合并), undone to the last link, and telling apart those that are not."""
