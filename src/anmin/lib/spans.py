"""Spans of days (期间), both ends inclusive; an open end lasts until something is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """From `first_day` to `last_day`, both inside; `last_day` None is open."""

    first_day: date
    last_day: date | None = None

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(f"期间的终止日 {self.last_day} 早于起始日 {self.first_day}")

    def contains(self, on: date) -> bool:
        """Whether a day lies inside."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a day."""
        return self.first_day <= (other.last_day or date.max) and other.first_day <= (
            self.last_day or date.max
        )

    def intersection(self, other: Span) -> Span | None:
        """The days that both have, or None."""
        if not self.overlaps(other):
            return None
        last = min(self.last_day or date.max, other.last_day or date.max)
        return Span(max(self.first_day, other.first_day), None if last == date.max else last)

    def touches(self, other: Span) -> bool:
        """Whether the two overlap or follow one another without a day between."""
        return self._reaches(other.first_day) and other._reaches(self.first_day)

    def _reaches(self, day: date) -> bool:
        return self.last_day is None or self.last_day == date.max or day <= self.last_day + DAY

    @property
    def days(self) -> int | None:
        """How many days, or None for an open span."""
        return None if self.last_day is None else (self.last_day - self.first_day).days + 1


def merged(spans: Iterable[Span]) -> list[Span]:
    """The fewest spans that cover the same days, in order."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda one: one.first_day):
        if result and result[-1].touches(span):
            before = result.pop()
            last = max(before.last_day or date.max, span.last_day or date.max)
            result.append(Span(before.first_day, None if last == date.max else last))
        else:
            result.append(span)
    return result


def gaps(spans: Iterable[Span], within: Span) -> list[Span]:
    """The days of `within` that no span covers, in order."""
    result: list[Span] = []
    cursor: date | None = within.first_day
    for span in merged(spans):
        shared = span.intersection(within)
        if shared is None or cursor is None:
            continue
        if shared.first_day > cursor:
            result.append(Span(cursor, shared.first_day - DAY))
        cursor = None if shared.last_day is None else shared.last_day + DAY
    if cursor is not None and (within.last_day is None or cursor <= within.last_day):
        result.append(Span(cursor, within.last_day))
    return result
