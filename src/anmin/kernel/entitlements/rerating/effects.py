"""What a proposed standard would bring to those who are helped (标准差异): calculated by the worker, kept with the proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import benefits_of_runs, entitlements
from anmin.kernel.entitlements.years import is_yearly
from anmin.kernel.screening.standards.models import StandardChange
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError
from anmin.policy.plan import make_plan
from anmin.policy.rulebook import Rulebook


@dataclass(frozen=True)
class Effects:
    """What a standard brings from its first month on: benefits and households that get more, fen more a month, what is left.

    `left` counts the benefits that a person has to look at, by the reason.
    """

    first_month: date
    benefits: int
    households: int
    fen: int
    left: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Affected:
    """One benefit that gets more, as a list shows it; fen a month."""

    entitlement: Entitlement
    before: int
    after: int

    @property
    def more(self) -> int:
        """Fen more a month."""
        return self.after - self.before


def first_month(change: StandardChange) -> date:
    """The month from which a change counts: the first that it holds on the first of."""
    day = change.first_day
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def resting_on(book: Rulebook, rate: str, on: date) -> list[str]:
    """The monthly benefits whose amount or right depends on a rate."""
    found = []
    for key in benefits_of_runs():
        if is_yearly(key):
            continue
        benefit = book.benefits[key]
        names = [
            name
            for name in (benefit.eligible, benefit.amount)
            if name is not None and book.version(name, on) is not None
        ]
        try:
            if rate in {one.name for one in make_plan(book, on, names).rates}:
                found.append(key)
        except PolicyError:
            continue
    return found


def effects_of(change: StandardChange) -> Effects | None:
    """What was found, in sums; None while it is being calculated."""
    if change.effects is None:
        return None
    rises: Sequence[list[int]] = change.effects["rises"]
    fen = sum(after - before for _key, before, after in rises)
    left = tuple(change.effects["left"].items())
    return Effects(first_month(change), len(rises), change.effects["households"], fen, left)


def affected(reader: Reader, change: StandardChange, start: int, number: int) -> list[Affected]:
    """A stretch of the benefits that get more, those that the reader may see."""
    stretch = (change.effects or {"rises": []})["rises"][start : start + number]
    seen = entitlements(reader).in_bulk([key for key, _before, _after in stretch])
    return [Affected(seen[key], before, after) for key, before, after in stretch if key in seen]
