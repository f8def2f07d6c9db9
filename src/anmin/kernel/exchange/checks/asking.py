"""What can be asked about a household: the sources for a check, and what their last batches say about persons.

This is the one place where checks meet the lake of departments' batches, and the only caller is `checks.actions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


@dataclass(frozen=True)
class CheckSource:
    """A source that a check may ask (核对来源): whose it is, what it tells, and by which law."""

    key: str
    title: str
    department: str
    law: str


@dataclass(frozen=True)
class LakeAnswer:
    """What a source's newest batch says: rows by blind key, the day they hold for, and the batch they came in."""

    as_of: date
    batch: str
    rows: Mapping[bytes, list[dict[str, Any]]]


class Lake(Protocol):
    """Departments' batches as checks need them."""

    def sources(self) -> dict[str, CheckSource]:
        """The sources that may be asked, by key."""

    def answer(self, source: str, blinds: Collection[bytes], on: date) -> LakeAnswer | None:
        """What the newest batch of a source up to a day says about some persons; None where there is no batch."""


_CONNECTED: list[Lake] = []


def connect(lake: Lake) -> None:
    """Let checks ask a lake; the newest one counts."""
    _CONNECTED[:] = [lake]


def lake() -> Lake:
    """The lake in use."""
    return _CONNECTED[0]
