"""Time-based one-time codes (动态口令, RFC 6238) with HMAC-SHA-256 or HMAC-SM3; SHA-1 for apps that know nothing else."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import unicodedata

from django.conf import settings

from anmin.lib.crypto import hmac_sm3

PERIOD, DIGITS, TOLERANCE = 30, 6, 1
"""Seconds that a code is shown, its digits, and how many periods before and after are taken for slow clocks."""


def offered() -> tuple[str, ...]:
    """The algorithms that an app may set itself up with, the one that the picture names first.

    Under the profile `sm3` it is HMAC-SM3 alone; else SHA-256, and SHA-1 unless the operator forbids it.
    """
    if settings.TOTP_PROFILE == "sm3":
        return ("sm3",)
    return ("sha256", "sha1") if settings.TOTP_SHA1 else ("sha256",)


def typed(text: str) -> str:
    """A code as people type it: full-width digits of an input method, blanks and hyphens in between."""
    return re.sub(r"[\s\-－—·]", "", unicodedata.normalize("NFKC", text))


def code_at(secret: str, counter: int, algorithm: str) -> str:
    """The code of a period (RFC 4226 §5.3). `secret` is base32."""
    key, moving = base64.b32decode(secret, casefold=True), struct.pack(">Q", counter)
    digest = hmac_sm3(key, moving) if algorithm == "sm3" else hmac.digest(key, moving, algorithm)
    start = digest[-1] & 0x0F
    value = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFF_FFFF
    return f"{value % 10**DIGITS:0{DIGITS}}"


def counter_of(secret: str, code: str, algorithm: str, now: float) -> int | None:
    """The period that a code belongs to, near `now` (seconds since 1970); None when it belongs to none."""
    here = int(now) // PERIOD
    found = None
    for counter in range(here - TOLERANCE, here + TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, counter, algorithm).encode(), code.encode()):
            found = counter
    return found
