"""Let persons and households live elsewhere; the present stands in their row, the past is kept with its last day."""

from __future__ import annotations

from datetime import date, timedelta

from anmin.kernel.people.models import FormerPlace, Household, Person

DAY = timedelta(days=1)


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


def _keep_person(person: Person, on: date) -> None:
    FormerPlace(
        person=person,
        division=person.division,
        settlement=person.settlement,
        hukou_division=person.hukou_division,
        hukou_kind=person.hukou_kind,
        last_day=on - DAY,
    ).save()
