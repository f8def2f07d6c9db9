"""Sentinels (停发哨兵): recorded deaths, detentions, expiries and double enrolments that hold a line before the file."""
