"""The hash of an act: over its columns in canonical JSON and over the hash before it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

COLUMNS = (
    "at",
    "by_id",
    "by_name",
    "act",
    "subject",
    "subject_id",
    "division",
    "reason",
    "before",
    "after",
    "previous",
)
START = "0" * 64
"""What the first act follows."""


def hash_of(act: Any) -> str:
    """The hash of an act's columns, as lower-case hexadecimal."""
    values = {name: getattr(act, name) for name in COLUMNS}
    values["at"] = act.at.isoformat(timespec="microseconds")
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
