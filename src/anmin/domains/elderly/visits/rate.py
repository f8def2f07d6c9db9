"""The monthly rate of visits (月探访率): persons validly visited in a month ÷ persons who were active in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LATE_DAYS = 3
"""Who became active in the last three days of a month counts from the next one."""


@dataclass(frozen=True)
class Active:
    """Somebody's days as an active target person. `refused_on`: signed refusal; without signature it is None."""

    person: int
    first_day: date
    last_day: date | None = None
    refused_on: date | None = None


@dataclass(frozen=True)
class Visit:
    """A visit: whom, when, in which way, and whether the person was reached."""

    person: int
    day: date
    way: str = "home"
    is_valid: bool = True


@dataclass(frozen=True)
class MonthlyRate:
    """The rate with the persons behind both numbers."""

    visited: frozenset[int]
    active: frozenset[int]

    @property
    def missing(self) -> frozenset[int]:
        """Active persons without a valid visit."""
        return self.active - self.visited

    @property
    def basis_points(self) -> int | None:
        """Ten-thousandths, rounded down so that 100 % means everybody; None where nobody was active."""
        return len(self.visited) * 10_000 // len(self.active) if self.active else None


def month_of(day: date) -> tuple[date, date]:
    """The first and last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(32)).replace(day=1) - timedelta(1)


def monthly_rate(
    active: Iterable[Active], visits: Iterable[Visit], month: date, *, remote_counts: bool = False
) -> MonthlyRate:
    """The rate of the month that a day lies in.

    A visit counts in the month of its own day. Refusers are out only with a signed refusal in or before the month.
    """
    first, last = month_of(month)
    persons = frozenset(
        one.person
        for one in active
        if one.first_day <= last - timedelta(LATE_DAYS)
        and (one.last_day is None or one.last_day >= first)
        and not (one.refused_on is not None and one.refused_on <= last)
    )
    reached = frozenset(
        one.person
        for one in visits
        if one.is_valid and first <= one.day <= last and (remote_counts or one.way != "remote")
    )
    return MonthlyRate(reached & persons, persons)
