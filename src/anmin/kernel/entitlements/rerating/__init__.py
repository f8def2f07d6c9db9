"""Amounts after a standard rose with a past date (批量调标): calculated anew from frozen facts, decided by a person."""
