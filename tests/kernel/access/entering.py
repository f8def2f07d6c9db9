"""What the tests of logging in do again and again: come to the entrance, give a code, look whether one is in."""

import time

from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from anmin.kernel.access.login.second.codes import PERIOD, code_at

PASSWORD = "一个足够长的口令Ab2026"
"""What `a_user` has."""
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def enter(client, username="clerk", password=PASSWORD, **more):
    return client.post(reverse("console:login"), {"username": username, "password": password}, **more)


def is_in(client):
    return client.get(reverse("console:city")).status_code == 200


def code(secret=SECRET, algorithm="sha1", later=0):
    """The code an app shows now, or some periods later."""
    return code_at(secret, int(time.time()) // PERIOD + later, algorithm)


def give(client, text):
    """The second step of logging in."""
    return client.post(reverse("mfa_authenticate"), {"code": text})


def with_factor(user):
    TOTP.activate(user, SECRET)
    return user
