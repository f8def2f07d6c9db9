"""Where persons and households were on a day, and everywhere they have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.people.models import FormerPlace, Household, Person


@dataclass(frozen=True)
class Place:
    """Where somebody was on a day. `last_day` is None for what still holds."""

    division: str
    address: str = ""
    settlement: int = 0
    hukou_division: str = ""
    hukou_kind: str = ""
    last_day: date | None = None


def places_of(of: Person | Household) -> list[Place]:
    """Every place in the order of days, the present one last."""
    rows = sorted(of.former_places.all(), key=lambda row: (row.last_day, row.pk))
    return [*(_place(row, row.last_day) for row in rows), _place(of, None)]


def place_on(of: Person | Household, on: date) -> Place:
    """Where somebody was on a day: the first place that had not ended by then."""
    return next(row for row in places_of(of) if row.last_day is None or row.last_day >= on)


def _place(row: FormerPlace | Person | Household, last_day: date | None) -> Place:
    return Place(
        row.division,
        "" if isinstance(row, Person) else row.address,
        row.settlement,
        "" if isinstance(row, Household) else row.hukou_division,
        "" if isinstance(row, Household) else row.hukou_kind,
        last_day,
    )
