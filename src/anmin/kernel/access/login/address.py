"""Where a request comes from (客户端地址), behind the reverse proxies that the operator trusts."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address nearest to us that is not one of our own proxies; empty when there is none.

    `X-Forwarded-For` is believed only from a proxy in `ANMIN_PROXIES`, and read from the right: what a client writes
    into it itself stands further left.
    """
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    passed_on = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    while address in settings.PROXIES and passed_on:
        before = _valid(passed_on.pop())
        if not before:
            break
        address = before
    return address


def _valid(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip().strip("[]")))
    except ValueError:
        return ""
