"""Drafts, prefilled forms, and what is known before a case is opened: cases under way, benefits, recent refusals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake.checklist import Lacking, Paper, lacking, materials, papers_of
from anmin.kernel.cases.intake.forms import ApplicationForm, FormProblem, read_form
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.intake.prefill import Field, Prefilled, prefilled
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.keys.fields import opened_text
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.queries import in_force, persons
from anmin.kernel.people.tokens import normal_number

__all__ = [
    "ApplicationForm",
    "Before",
    "Field",
    "FormProblem",
    "Lacking",
    "Paper",
    "Prefilled",
    "before_opening",
    "draft_of",
    "drafts",
    "drafts_beside",
    "lacking",
    "materials",
    "papers_of",
    "prefilled",
    "prefilled_for",
    "read_form",
    "same_card",
]


@dataclass(frozen=True)
class Before:
    """Something known before a case is opened: `kind` is open, benefit or refused; where and since when.

    `is_elsewhere` when it lies outside the reader's divisions: then only that it exists is told.
    """

    kind: str
    what: str
    on: date
    division: str
    is_elsewhere: bool
    words: str = ""


def before_opening(reader: Reader, household: Household, matter: str, on: date) -> list[Before]:
    """Cases of this matter under way, benefits running and refusals of the last year, of anybody in the household."""
    members = household.memberships.filter(in_force(on)).values_list("person_id", flat=True)
    return before_of(reader, household, list(members), matter, on)


def before_of(
    reader: Reader, household: Household | None, persons: Iterable[int], matter: str, on: date
) -> list[Before]:
    """The same for some persons, wherever they live: also where the reader sees nothing of it (重复享受比对)."""
    keys = list(persons)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, what, day, division, words, decision, sealed FROM anmin_before(%s::bigint[], %s, %s, %s)",
            [keys, household.pk if household is not None else None, matter, on],
        )
        rows = cursor.fetchall()
    found = []
    for kind, what, day, division, words, decision, sealed in rows:
        is_elsewhere = not reader.scope.contains(division)
        if sealed is not None and not is_elsewhere:
            words = opened_text(sealed, Decision._meta.db_table, "reason", decision).split("\n", 1)[0]
        found.append(Before(kind, what, day, division, is_elsewhere, "" if is_elsewhere else words))
    return found


@dataclass(frozen=True)
class SameCard:
    """Somebody else with the same bank card; `person` only where the reader may see them."""

    person: Person | None
    division: str


def same_card(reader: Reader, members: Iterable[int], card: str = "") -> list[SameCard]:
    """Persons outside the family who are paid into one of its bank cards, or into the card that was written (同一银行卡)."""
    cards = [blind_index("bank", normal_number(card))] if card.strip() else []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, division FROM anmin_same_card(%s::bigint[], %s::bytea[])",
            [list(members), cards],
        )
        rows = cursor.fetchall()
    seen = {row.pk: row for row in persons(reader).filter(pk__in=[key for key, _place in rows])}
    return [SameCard(seen.get(key), division) for key, division in rows]


def drafts_beside(household: Household) -> QuerySet[Draft]:
    """Forms of anybody for the same household that were not handed in yet, newest first (同户草稿)."""
    rows = Draft.objects.filter(household=household, case__isnull=True, owner__isnull=False)
    return rows.select_related("owner").order_by("-saved_at")


def prefilled_for(reader: Reader, household: Household, matter: str, on: date) -> Prefilled:
    """The form of a matter for a family (预填)."""
    return prefilled(reader, household, procedure_for(matter, household.division, on), on)


def drafts(reader: Reader) -> QuerySet[Draft]:
    """The reader's own drafts that were not handed in yet, newest first."""
    return Draft.objects.filter(owner=reader.user, case__isnull=True).order_by("-saved_at")


def drafts_of_resident(person: Person) -> QuerySet[Draft]:
    """A resident's drafts that were not handed in yet, newest first."""
    return Draft.objects.filter(resident=person, case__isnull=True).order_by("-saved_at")


def draft_of(token: str, *, reader: Reader | None = None, resident: Person | None = None) -> Draft | None:
    """One's own draft by the number of its form."""
    mine = Q(pk__in=[])
    if reader is not None and reader.user is not None:
        mine |= Q(owner=reader.user)
    if resident is not None:
        mine |= Q(resident=resident)
    return Draft.objects.filter(mine, token=token).first()
