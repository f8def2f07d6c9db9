"""Where persons and households live and are registered (住址和户口): the present in their row, the past kept with its last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from anmin.kernel.people.models import FormerPlace, Household, Person

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """Where somebody was on a day. `last_day` is None for what still holds."""

    division: str
    address: str = ""
    settlement: int = 0
    hukou_division: str = ""
    hukou_kind: str = ""
    last_day: date | None = None


def live_at(person: Person, division: str, on: date) -> None:
    """Somebody lives in a division from a day on; where they lived before is kept."""
    if person.division != division:
        _keep_person(person, on)
        person.division = division
        person.version += 1
        person.save(update_fields=["division", "version"])


def register_at(person: Person, on: date, *, division: str, kind: str, settlement: int) -> None:
    """Somebody's household registration (户口) is in a division and of a kind from a day on."""
    _keep_person(person, on)
    person.hukou_division, person.hukou_kind, person.settlement = division, kind, settlement
    person.version += 1
    person.save(update_fields=["hukou_division", "hukou_kind", "settlement", "version"])


def move_household(home: Household, division: str, address: str, on: date) -> None:
    """A household lives elsewhere from a day on; where it lived before is kept."""
    FormerPlace(
        household=home,
        division=home.division,
        address=home.address,
        settlement=home.settlement,
        last_day=on - DAY,
    ).save()
    home.division, home.address = division, address
    home.version += 1
    home.save()


def places_of(of: Person | Household) -> list[Place]:
    """Every place in the order of days, the present one last."""
    rows = sorted(of.former_places.all(), key=lambda row: (row.last_day, row.pk))
    return [*(_place(row, row.last_day) for row in rows), _place(of, None)]


def place_on(of: Person | Household, on: date) -> Place:
    """Where somebody was on a day: the first place that had not ended by then."""
    return next(row for row in places_of(of) if row.last_day is None or row.last_day >= on)


def _keep_person(person: Person, on: date) -> None:
    FormerPlace(
        person=person,
        division=person.division,
        settlement=person.settlement,
        hukou_division=person.hukou_division,
        hukou_kind=person.hukou_kind,
        last_day=on - DAY,
    ).save()


def _place(row: FormerPlace | Person | Household, last_day: date | None) -> Place:
    return Place(
        row.division,
        "" if isinstance(row, Person) else row.address,
        row.settlement,
        "" if isinstance(row, Household) else row.hukou_division,
        "" if isinstance(row, Household) else row.hukou_kind,
        last_day,
    )
