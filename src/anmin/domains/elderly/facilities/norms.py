"""Planning norms and covering (配建标准与覆盖率): how much floor an estate needs, and who has a place that runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from anmin.domains.elderly.places import number

RECENT_DAYS = 30
"""A place counts only where it served on at least one of the last so many days."""


@dataclass(frozen=True)
class Covered:
    """Divisions with and without a place that runs."""

    covered: frozenset[str]
    every: frozenset[str]

    @property
    def missing(self) -> frozenset[str]:
        """Those without."""
        return self.every - self.covered

    @property
    def basis_points(self) -> int | None:
        """Ten-thousandths, rounded down; None where there is nothing to cover."""
        return len(self.covered) * 10_000 // len(self.every) if self.every else None


def required_area(households: int, division: str, on: date, *, is_new: bool = True) -> int:
    """Square metres that an estate must set aside (E15): in proportion to households, at least one whole site."""
    norm = number("norm_new" if is_new else "norm_existing", division, on)
    least = number("norm_single_new" if is_new else "norm_single_existing", division, on)
    return max(-(-households * norm // 100), least)


def covering(places: Iterable[str], divisions: Collection[str], digits: int) -> Covered:
    """Which divisions have a place: the place's code begins with the division's first `digits` digits."""
    having = {place[:digits] for place in places}
    every = frozenset(divisions)
    return Covered(frozenset(one for one in every if one[:digits] in having), every)


def runs(state: str, last_served: date | None, on: date) -> bool:
    """Whether a place is open and served in the last thirty days."""
    return state == "open" and last_served is not None and on - timedelta(RECENT_DAYS) <= last_served <= on
