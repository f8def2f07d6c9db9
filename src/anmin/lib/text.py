"""Text as people type and paste it, brought into one form."""

from __future__ import annotations

import unicodedata

SPACES = dict.fromkeys(map(ord, " \t\r\n　  ​‌﻿"), None)


def narrowed(text: str) -> str:
    """Full-width letters, digits and signs as ASCII; everything else as it is (never NFKC on whole texts)."""
    return "".join(unicodedata.normalize("NFKC", one) if "！" <= one <= "～" else one for one in text)


def compact(text: str) -> str:
    """Narrowed, upper case, without any kind of space."""
    return narrowed(text).translate(SPACES).upper()
