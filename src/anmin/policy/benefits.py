"""What a benefit folder declares about itself beside its rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Benefit:
    """A benefit (救助待遇): which rule says who is eligible and which says how much.

    `eligible` and `amount` name rules; `amount` is None for a recognition that pays nothing by itself.
    `amount` is in fen per `period`; what is paid by the year is due once, in the month that the rate `due` names in a
    place, from one to twelve. `needs` names rates that have no value until a place enters its own: where one
    is missing the benefit waits, and `source` says who sets it. `rank` orders the layers of protection: smaller is stronger.
    `publish` is False where law forbids a public list (children, EDGE and RIGID recognition).
    The key (`assistance/dibao`) is the folder's place and is given by the rulebook.
    """

    title: str
    english: str
    law: str
    unit: Literal["person", "household"]
    eligible: str
    amount: str | None = None
    period: Literal["month", "quarter", "year", "once"] = "month"
    rank: int = 100
    publish: bool = True
    due: str = ""
    needs: tuple[str, ...] = ()
    source: str = ""
    key: str = ""
