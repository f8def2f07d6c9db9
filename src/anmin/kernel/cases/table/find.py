"""Cases by their number or by the people in them, for the command palette and the pages of people and households."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import F, Q

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import cases
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import in_force

SHORTEST = 4


def cases_for(reader: Reader, text: str, persons: Sequence[int], limit: int) -> list[Case]:
    """Cases whose number, or whose household's, begins so, or that some persons are in; those under way first."""
    bare = text.strip().upper()
    wanted = Q(applicant__in=persons) | Q(members__person__in=persons)
    if len(bare) >= SHORTEST and bare.isascii():
        wanted |= Q(number__startswith=bare) | Q(household__number__startswith=bare)
    keys = cases(reader).filter(wanted).order_by().values("pk")
    rows = list(
        cases(reader)
        .filter(pk__in=keys)
        .order_by(F("closed_on").desc(nulls_first=True), "-opened_on", "-pk")[:limit]
    )
    place = {person: at for at, person in enumerate(persons)}
    return sorted(rows, key=lambda row: (row.closed_on is not None, place.get(row.applicant_id, len(place))))


def numbered(reader: Reader, numbers: Sequence[str]) -> list[Case]:
    """Some cases by number, in this order."""
    found = {row.number: row for row in cases(reader).filter(number__in=list(numbers))}
    return [found[number] for number in numbers if number in found]


def of_household(reader: Reader, household: Household) -> list[Case]:
    """The cases of a household, those under way first, then the newest."""
    rows = cases(reader).filter(household=household)
    return list(rows.order_by(F("closed_on").desc(nulls_first=True), "-opened_on", "-pk"))


def of_person(reader: Reader, person: int) -> list[Case]:
    """The cases that somebody applied for or is a member of, those under way first."""
    keys = cases(reader).filter(Q(applicant=person) | Q(members__person=person)).order_by().values("pk")
    return list(
        cases(reader).filter(pk__in=keys).order_by(F("closed_on").desc(nulls_first=True), "-opened_on")
    )


def about_benefit(reader: Reader, entitlement: int) -> Case | None:
    """The case under way about a benefit."""
    return cases(reader).filter(entitlement=entitlement, closed_on__isnull=True).first()


def heads_of(households: Iterable[Household], on: date) -> dict[int, tuple[int, str]]:
    """The head of each household by its key: register key and name."""
    rows = Membership.objects.filter(in_force(on), household__in=list(households), is_head=True)
    return {row.household_id: (row.person_id, row.person.name) for row in rows.select_related("person")}
