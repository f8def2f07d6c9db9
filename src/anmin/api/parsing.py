"""Bodies as they come (请求正文): JSON in UTF-8 that PostgreSQL and a signature can hold, or a refusal."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

DEEPEST = 40
LARGEST = 1024 * 1024
"""Bytes of a JSON body at most; batches come as files."""


class Unreadable(ValueError):
    """A body that is no JSON, or holds what no database can hold."""


def _no_constant(name: str) -> Any:
    raise Unreadable(f"{name} is no JSON")


def readable(body: bytes) -> Any:
    """A body as Python has it.

    Raises:
        Unreadable: for anything but JSON in UTF-8; for NaN, Infinity, NUL, half characters and endless nesting.
    """
    if len(body) > LARGEST:
        raise Unreadable("larger than 1 MB")
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        text = json.dumps(found, ensure_ascii=False)
        text.encode("utf-8")
    except (UnicodeError, RecursionError, ValueError) as trouble:
        raise Unreadable("no JSON in UTF-8") from trouble
    if "\\u0000" in text or _depth(found) > DEEPEST:
        raise Unreadable("NUL characters or too deep")
    return found


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        deepest += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return deepest


class StrictParser(Parser):  # type: ignore[misc]
    """Reads bodies through `readable`."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body, or Unreadable, which the interface answers as a bad request."""
        return readable(request.body)
