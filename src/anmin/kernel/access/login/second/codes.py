"""Time-based one-time codes (动态口令, RFC 6238) with HMAC-SHA-256, and with SHA-1 for apps that know nothing else."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import unicodedata

PERIOD, DIGITS, TOLERANCE = 30, 6, 1
"""Seconds that a code is shown, its digits, and how many periods before and after are taken for slow clocks."""
ALGORITHMS = ("sha256", "sha1")


def typed(text: str) -> str:
    """A code as people type it: full-width digits of an input method, blanks and hyphens in between."""
    return re.sub(r"[\s\-－—·]", "", unicodedata.normalize("NFKC", text))


def code_at(secret: str, counter: int, algorithm: str) -> str:
    """The code of a period (RFC 4226 §5.3). `secret` is base32."""
    digest = hmac.digest(base64.b32decode(secret, casefold=True), struct.pack(">Q", counter), algorithm)
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
