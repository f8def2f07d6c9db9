"""Whose household one may apply for, who lives there, and what stands in the way (申请的家庭)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from anmin.kernel.access.delegations.queries import Line, of_person
from anmin.kernel.access.delegations.queries import in_force as delegations_in_force
from anmin.kernel.access.models import Delegation
from anmin.kernel.people.models import Household, Membership, Person
from anmin.kernel.people.queries import in_force
from anmin.kernel.people.residents.queries import Resident


@dataclass(frozen=True)
class Home:
    """The household of somebody, with its members, the head first. `is_whole` says whether all may be shown."""

    person: Person
    household: Household
    members: tuple[Membership, ...]
    is_whole: bool


def somebody(resident: Resident, key: int, *purposes: str) -> Person | None:
    """Oneself, or somebody one acts for in one of some purposes; None for everybody else, known or not."""
    if not any(resident.may(purpose, key) for purpose in purposes):
        return None
    return Person.objects.filter(pk=key, merged_into__isnull=True).first()


def home_of(resident: Resident, key: int) -> Home | None:
    """The household of somebody for whom one may apply; None where there is none."""
    person = somebody(resident, key, "apply")
    if person is None:
        return None
    rows = Membership.objects.filter(in_force(resident.on), person=person, is_double=False)
    mine = rows.select_related("household").first()
    if mine is None:
        return None
    living = Membership.objects.filter(in_force(resident.on), household=mine.household, is_double=False)
    members = tuple(living.select_related("person").order_by("-is_head", "relation", "pk"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_home_has_hidden(%s)", [mine.household_id])
        (has_hidden,) = cursor.fetchone()
    return Home(person, mine.household, members, not has_hidden)


def helped(resident: Resident) -> list[Person]:
    """Everybody one acts for, by name."""
    keys = resident.everybody - {resident.person}
    return sorted(Person.objects.filter(pk__in=keys, died_on__isnull=True), key=lambda row: row.name)


def helpers(resident: Resident) -> list[tuple[str, Line]]:
    """Who acts for oneself, by name, with since when, in what, and how it was confirmed."""
    lines = [line for line in of_person(resident.person, resident.on) if line.holds]
    names = {row.pk: row.name for row in Person.objects.filter(pk__in=[line.row.helper for line in lines])}
    return [(names.get(line.row.helper, ""), line) for line in lines]


def holding(resident: Resident) -> list[tuple[Person, Delegation]]:
    """Everybody one acts for, each with the delegation by which one does."""
    people = {row.pk: row for row in helped(resident)}
    rows = delegations_in_force(resident.on).filter(helper=resident.person, person__in=list(people))
    return [(people[row.person], row) for row in rows.order_by("pk") if row.is_coded]


def own_delegation(resident: Resident, number: int) -> Delegation | None:
    """A delegation that one gave, or that one holds; nobody else's."""
    row = Delegation.objects.filter(pk=number, revoked_at__isnull=True).first()
    return row if row is not None and resident.person in (row.person, row.helper) else None


def myself(resident: Resident) -> Person:
    """The resident's own record."""
    return Person.objects.get(pk=resident.person)
