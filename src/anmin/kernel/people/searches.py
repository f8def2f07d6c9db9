"""A reader's last searches (最近查找): sealed in the reader's session, known by a handle, so that no address holds a name or number."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any

from anmin.kernel.keys.fields import opened_text, sealed_text
from anmin.lib.crypto import SealBroken

KEPT = 6
_PLACE = "session", "search", 0
_KEY = "searches"


def remember(session: MutableMapping[str, Any], text: str) -> str:
    """Keep a text as the newest search; gives its handle."""
    older = [row for row in _rows(session) if _opened(row[1]) not in ("", text)]
    handle = secrets.token_hex(4)
    session[_KEY] = [[handle, sealed_text(text, *_PLACE).hex()], *older][:KEPT]
    return handle


def recalled(session: MutableMapping[str, Any], handle: str) -> str:
    """The text of a handle; nothing when it was not this session's, or is too old."""
    return next((_opened(sealed) for known, sealed in _rows(session) if known == handle), "")


def recent(session: MutableMapping[str, Any]) -> list[tuple[str, str]]:
    """Handles and texts, the newest first; long numbers only by their last four digits."""
    found = [(handle, _opened(sealed)) for handle, sealed in _rows(session)]
    return [(handle, _told(text)) for handle, text in found if text]


def forget(session: MutableMapping[str, Any]) -> None:
    """Forget every search."""
    session.pop(_KEY, None)


def _rows(session: MutableMapping[str, Any]) -> list[list[str]]:
    return list(session.get(_KEY, []))


def _opened(sealed: str) -> str:
    try:
        return opened_text(bytes.fromhex(sealed), *_PLACE)
    except (SealBroken, ValueError):
        return ""


def _told(text: str) -> str:
    digits = sum(one.isdigit() for one in text)
    return f"…{text[-4:]}" if digits > 4 else text
