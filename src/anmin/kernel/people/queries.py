"""Persons and households as a reader may see them, on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from anmin.kernel.access.exceptions.queries import one_by_one
from anmin.kernel.access.queries import Reader
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import (
    ChangeRequest,
    FormerName,
    Household,
    Identifier,
    Kin,
    Level,
    Membership,
    Person,
)
from anmin.kernel.people.tokens import normal_number, tokens_asked

FOUND = 50
"""How many persons a search shows; more means that the search should be narrower."""


@dataclass(frozen=True)
class Found:
    """What a search found: persons in the order of their divisions, and whether there are more."""

    people: list[Person]
    is_more: bool = False
    is_too_short: bool = False


def persons(reader: Reader) -> QuerySet[Person]:
    """Every person the reader may see, merged records left out."""
    return Person.objects.filter(reader.q() | one_by_one(reader), merged_into__isnull=True)


def person(reader: Reader, pk: int) -> Person | None:
    """One person, or None: nobody can tell a protected child from somebody who does not exist."""
    return persons(reader).filter(pk=pk).first()


def households(reader: Reader) -> QuerySet[Household]:
    """Every household the reader may see."""
    return Household.objects.filter(reader.q())


def household(reader: Reader, number: str) -> Household | None:
    """One household by its number."""
    return households(reader).filter(number=number).first()


def household_named(number: str) -> Household | None:
    """A household by its number, for commands that see everything."""
    return Household.objects.filter(number=number).first()


def members_on(reader: Reader, of: Household, on: date) -> list[Membership]:
    """Who belongs to a household on a day, the head first; persons out of the reader's sight are left out."""
    rows = (
        Membership.objects.filter(in_force(on), household=of, person__in=persons(reader))
        .select_related("person")
        .prefetch_related("person__identifiers")
        .order_by("-is_head", "relation", "pk")
    )
    return list(rows)


def living_in(reader: Reader, numbers: Iterable[str], on: date) -> dict[str, list[int]]:
    """Who belongs to households on a day, by number, as far as the reader may see them."""
    rows = Membership.objects.filter(
        in_force(on),
        household__number__in=list(numbers),
        household__in=households(reader),
        person__in=persons(reader),
    )
    found: dict[str, list[int]] = {}
    for number, person in rows.values_list("household__number", "person"):
        found.setdefault(number, []).append(person)
    return found


def members_ever(reader: Reader, of: Household) -> list[Membership]:
    """Everybody who ever belonged to a household, in the order of days, as far as the reader sees them."""
    rows = Membership.objects.filter(household=of, person__in=persons(reader)).select_related("person")
    return list(rows.order_by("first_day", "-is_head", "pk"))


def names_in(household: Household) -> list[str]:
    """Every name, also former ones, of everybody who was ever in a household: what a free text about it may contain."""
    members = Membership.objects.filter(household=household).values("person")
    return [
        row.name
        for rows in (Person.objects.filter(pk__in=members), FormerName.objects.filter(person__in=members))
        for row in rows
    ]


def blinds_of(people: Iterable[int]) -> dict[int, bytes]:
    """The blind keys of the resident numbers of some persons, by their keys; whoever has none is left out."""
    rows = Identifier.objects.filter(person__in=people, kind="resident", last_day__isnull=True)
    return {person: bytes(blind) for person, blind in rows.order_by("-pk").values_list("person", "blind")}


def membership_on(of: Person, on: date) -> Membership | None:
    """The household somebody belongs to on a day."""
    rows = Membership.objects.filter(in_force(on), person=of, is_double=False)
    return rows.select_related("household").first()


def homes_on(people: Iterable[Person], on: date) -> dict[int, Household]:
    """The households that several people belong to on a day, by the keys of the persons, in one question."""
    rows = Membership.objects.filter(in_force(on), person__in=list(people), is_double=False)
    return {row.person_id: row.household for row in rows.select_related("household").order_by("-pk")}


def in_force(on: date, prefix: str = "") -> Q:
    """The filter for dated rows that hold on a day."""
    return Q(**{f"{prefix}first_day__lte": on}) & (
        Q(**{f"{prefix}last_day__isnull": True}) | Q(**{f"{prefix}last_day__gte": on})
    )


def memberships_of(reader: Reader, of: Person) -> list[Membership]:
    """Every household somebody belonged to, newest first."""
    return list(
        of.memberships.filter(household__in=households(reader))
        .select_related("household")
        .order_by("-first_day")
    )


def ties_of(reader: Reader, of: Person) -> list[Kin]:
    """Kin and guardians in both directions, as far as the reader may see the other person."""
    seen = persons(reader)
    mine = list(of.ties.filter(other__in=seen).select_related("person", "other"))
    return mine + list(of.ties_to_me.filter(person__in=seen).select_related("person", "other"))


def person_by_number(reader: Reader, number: str) -> Person | None:
    """The person with an identifier of any kind in force, as far as the reader may see them."""
    bare = normal_number(number)
    blinds = [blind_index(kind, bare) for kind in Identifier.Kind.values]
    return (
        persons(reader)
        .filter(identifiers__blind__in=blinds, identifiers__last_day__isnull=True)
        .exclude(identifiers__kind=Identifier.Kind.BANK)
        .distinct()
        .first()
    )


def search(reader: Reader, text: str, limit: int = FOUND) -> Found:
    """Persons by name, two characters of a name, pinyin or its initials, number, last four digits, phone, household.

    Under row-level security PostgreSQL will not use the index on tokens, because array operators are not leak-proof;
    the function `anmin_search` therefore looks the tokens up itself and applies the reader's scope and level from the
    transaction's settings before anything leaves it. Call it inside `reading_as(reader)`, as every request does.
    """
    ways = tokens_asked(text)
    if not ways:
        return Found([], is_too_short=bool(text.strip()))
    keys: list[int] = []
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute("SELECT anmin_search(%s::bigint[], %s)", [way, limit + 1])
            keys += [row[0] for row in cursor.fetchall()]
            if len(keys) > limit:
                break
    rows = persons(reader).filter(pk__in=keys[: limit + 1]).prefetch_related("identifiers")
    found = {row.pk: row for row in rows}
    people = [found[key] for key in dict.fromkeys(keys) if key in found]
    return Found(people[:limit], is_more=len(people) > limit)


def open_requests(reader: Reader) -> QuerySet[ChangeRequest]:
    """Changes that wait for a decision in the reader's divisions, the oldest first."""
    return (
        ChangeRequest.objects.filter(reader.q(), state=ChangeRequest.State.OPEN)
        .select_related("person", "household", "asked_by")
        .order_by("asked_at")
    )


def request_numbered(reader: Reader, pk: int) -> ChangeRequest | None:
    """One change request."""
    rows = ChangeRequest.objects.filter(reader.q(), pk=pk)
    return rows.select_related("person", "household", "asked_by", "decided_by").first()


def requests_of(reader: Reader, of: Person) -> list[ChangeRequest]:
    """What was asked about somebody, newest first."""
    rows = of.change_requests.filter(reader.q())
    return list(rows.select_related("asked_by", "decided_by").order_by("-asked_at"))


def level_of_household(people: Iterable[Person]) -> int:
    """A household is held as closely as its adults; protected children are held back one by one."""
    levels = [row.level for row in people if row.level < Level.PROTECTED]
    return max(levels, default=Level.INTERNAL)


def facts_of(of: Person, on: date) -> dict[str, Any]:
    """What the register itself says about somebody on a day, in the names of the fact catalogue."""
    birth = of.birth_day
    return {
        "birth_day": int(birth.strftime("%Y%m%d")) if birth else None,
        "sex": of.sex,
        "settlement": of.settlement,
    }
