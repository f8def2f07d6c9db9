"""Passwords hashed cheaply: these tests make hundreds of users, and none is about passwords."""

import pytest


@pytest.fixture(autouse=True)
def cheap_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
