"""A city friendly to the old (老年友好城市) in three dimensions: each the mean of the shares of which it is made.

No text gives weights: every share counts the same, one without a whole is left out and said to be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.access.queries import Reader
from anmin.kernel.indicators.declaring import Indicator
from anmin.kernel.indicators.periods import Period, period_of
from anmin.kernel.indicators.queries import Figure, figure, indicator_named


@dataclass(frozen=True)
class Dimension:
    """One of the three: its official name, its English one, and the shares that make it."""

    title: str
    english: str
    shares: tuple[str, ...]


DIMENSIONS = (
    Dimension(
        "能级优",
        "Capacity",
        ("day_care_cover", "regional_cover", "stations_cover", "homes_cover", "within_reach"),
    ),
    Dimension(
        "品质高",
        "Quality",
        ("institutions_filed", "certified", "beds_served", "inclusive_beds", "guide_kept"),
    ),
    Dimension("活力强", "Vitality", ("monthly_visits", "staffed", "day_care_used")),
)


@dataclass(frozen=True)
class Measured:
    """A dimension with its shares in a period; `per_mille` is their mean, None where none has a whole."""

    dimension: Dimension
    rows: tuple[tuple[Indicator, Figure], ...]

    @property
    def per_mille(self) -> int | None:
        """The mean of the shares that have a whole, each at most 1000, rounded down."""
        found = [min(one.per_mille, 1000) for _indicator, one in self.rows if one.per_mille is not None]
        return sum(found) // len(found) if found else None

    @property
    def missing(self) -> int:
        """How many shares have no whole."""
        return sum(one.per_mille is None for _indicator, one in self.rows)


def last_month(on: date) -> Period:
    """The month that ended before the day: a month that still runs has not made its visits."""
    return period_of("month", on).before


def measured(reader: Reader, period: Period) -> list[Measured]:
    """The three dimensions in what the reader sees."""
    found = []
    for one in DIMENSIONS:
        named = [indicator_named("elderly", name) for name in one.shares]
        rows = [(share, figure(reader, share, period)) for share in named if share is not None]
        found.append(Measured(one, tuple(rows)))
    return found


def composite(rows: list[Measured]) -> int | None:
    """The mean of the three; None while a dimension has nothing."""
    found = [one.per_mille for one in rows]
    return None if None in found else sum(one for one in found if one is not None) // len(found)
