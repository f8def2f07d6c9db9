"""Who moved to another county or city while a benefit runs here (迁移线索), from our own register: a review, never a stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q

from anmin.kernel.alerts.raising.hits import Reported, Value
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import FormerPlace
from anmin.kernel.people.queries import blinds_of

RULE, CAUSE, SINCE = "own/moved", "moved", date(2023, 10, 20)
REGISTER = "register"
LOOKS_BACK = timedelta(366)
"""A move is looked at for a year after it; after that whoever reviews the benefit has long seen it."""
COUNTY, CITY = 6, 4


def moves(on: date) -> Iterator[Reported]:
    """A sign for every benefit that was running when the household, or its person, left the county for another one.

    For what a person has by where they are registered, a new place of registration in another city counts as well.
    """
    rows = FormerPlace.objects.filter(last_day__gte=on - LOOKS_BACK, last_day__lte=on)
    found = [
        (row, told, held)
        for row in rows.select_related("person", "household").order_by("pk")
        if (told := _where(row, on)) is not None
        for held in _held(row, on)
    ]
    blinds = blinds_of({held.person_id for _row, _told, held in found if held.person_id is not None})
    for row, told, held in found:
        yield Reported(
            rule=RULE,
            rule_since=SINCE,
            household=held.household.number,
            person=b"" if held.person_id is None else blinds.get(held.person_id, b""),
            as_of=row.last_day,
            colour="yellow",
            weight=0,
            cause=CAUSE,
            direction="LESS",
            values=(Value(CAUSE, 0, REGISTER, row.last_day.isoformat(), words=told),),
        )


def _where(row: FormerPlace, on: date) -> str | None:
    """From where to where, in words; None where nobody left the county."""
    now = row.person or row.household
    if now is None:
        return None
    if now.division[:COUNTY] != row.division[:COUNTY]:
        return f"{row.last_day} 起从{name_of(row.division, on)}迁往{name_of(now.division, on)}"
    person = row.person
    if person is None or not row.hukou_division or not person.hukou_division:
        return None
    if person.hukou_division[:CITY] == row.hukou_division[:CITY]:
        return None
    return f"{row.last_day} 起户口从{name_of(row.hukou_division, on)}迁到{name_of(person.hukou_division, on)}"


def _held(row: FormerPlace, on: date) -> Iterator[Entitlement]:
    mine = Q(person=row.person) if row.person_id else Q(person__isnull=True, household=row.household)
    rows = Entitlement.objects.exclude(state=Entitlement.State.ENDED).filter(
        mine, Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=row.last_day
    )
    yield from rows.filter(division__startswith=row.division[:COUNTY]).select_related("household")
