"""The spans of time that figures are about: a day, a month, a year."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

KINDS = ("day", "month", "year")
WRITTEN = {
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
    "month": re.compile(r"\d{4}-\d\d"),
    "year": re.compile(r"\d{4}"),
}


@dataclass(frozen=True)
class Period:
    """A span, both days inclusive. `key` is how an address writes it: 2026, 2026-11, 2026-11-25."""

    kind: str
    first_day: date
    last_day: date

    @property
    def key(self) -> str:
        """As an address writes it."""
        return self.first_day.isoformat()[: {"year": 4, "month": 7, "day": 10}[self.kind]]

    @property
    def before(self) -> Period:
        """The span of the same kind before it."""
        return period_of(self.kind, self.first_day - timedelta(days=1))


def period_of(kind: str, on: date) -> Period:
    """The span of a kind in which a day lies."""
    if kind == "day":
        return Period(kind, on, on)
    if kind == "month":
        return Period(kind, on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1]))
    if kind == "year":
        return Period(kind, date(on.year, 1, 1), date(on.year, 12, 31))
    raise ValueError(f"没有“{kind}”这种期间；可以写 {'、'.join(KINDS)}")


def period_written(kind: str, text: str, on: date) -> Period:
    """The span that an address names; the one of today where it names none or what cannot be read."""
    if not WRITTEN[kind].fullmatch(text):
        return period_of(kind, on)
    try:
        return period_of(kind, date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return period_of(kind, on)
