"""Public sheets: the preview before they are put up, what hangs now, and the list of who is on the books."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.publicity.allowlist import Shown, line
from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.cases.queries import cases, procedure_of
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.keys.fields import opened_text
from anmin.kernel.people.models import Person
from anmin.kernel.screening.queries import prefix_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.vocabulary import full_years


@dataclass(frozen=True)
class Preview:
    """What would be shown (公示预览): the line, the days, what is left out."""

    shown: Shown
    days: int
    left_out: tuple[str, ...] = ("身份证号", "住址", "电话", "收入和财产", "病情和残疾", "家庭成员姓名")


def age_on(person: Person, on: date) -> int | None:
    """Full years on a day, None where the birthday is unknown."""
    birth = person.birth_day
    if birth is None:
        return None
    return full_years(
        birth.year * 10_000 + birth.month * 100 + birth.day, on.year * 10_000 + on.month * 100 + on.day
    )


def last_opinion(case: Case) -> dict[str, Any]:
    """What the last opinion proposes: publicity, layer, benefits, amount; empty before there is one."""
    row = case.steps.filter(details__has_key="publicity").order_by("-number").first()
    return dict(row.details) if row is not None else {}


def preview(case: Case, *, on: date) -> Preview | None:
    """The sheet of a case as its last opinion makes it; None where nothing may be shown."""
    opinion = last_opinion(case)
    if opinion.get("publicity") != "due":
        return None
    days = int(procedure_of(case).publicity.get("days", 0))
    alone = opinion.get("shown_member")
    person = case.applicant if alone is None else case.members.get(person_id=alone).person
    shown = line(
        name=person.name,
        age=age_on(person, on),
        members=1 if alone is not None else case.members.count(),
        amount=int(opinion.get("shown_amount", 0)),
    )
    return Preview(shown, days)


@dataclass(frozen=True)
class Sheet:
    """A sheet that hangs now, as the public page shows it: the line, where, from when until when; `number` is its key."""

    shown: Shown
    division: str
    first_day: date
    last_day: date
    number: int = 0


def hanging(division: str, on: date) -> list[Sheet]:
    """What hangs in a division on a day, for anybody to read: not before its first day, not after its last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, sheet, division, first_day, last_day FROM anmin_hanging(%s, %s)",
            [prefix_of(division), on],
        )
        rows = cursor.fetchall()
    found = []
    for pk, sheet, place, first_day, last_day in rows:
        row = json.loads(opened_text(bytes(sheet), Publicity._meta.db_table, "row", pk))
        found.append(Sheet(Shown(**row), place, first_day, last_day, pk))
    return found


def publicities(reader: Reader) -> QuerySet[Publicity]:
    """Every round of publicity in the reader's divisions, newest first."""
    return (
        Publicity.objects.filter(case__in=cases(reader)).select_related("case").order_by("-first_day", "-pk")
    )


def objections(reader: Reader) -> QuerySet[Objection]:
    """Objections to cases the reader may see; those not settled first."""
    rows = Objection.objects.filter(case__in=cases(reader)).select_related("case")
    return rows.order_by("settled_on", "received_on")


def long_display(division: str, month: date, on: date) -> list[Shown]:
    """Who is on the books of benefits that are shown for long (长期公示), in a month, by the same allowlist."""
    shown = [
        key for key, benefit in rulebook().benefits.items() if benefit.publish and benefit.unit == "household"
    ]
    rows = Entitlement.objects.filter(
        benefit__in=shown, division__startswith=prefix_of(division), state=Entitlement.State.ACTIVE
    ).select_related("household")
    return [found for row in rows.order_by("household__number") if (found := _display(row, month, on))]


def _display(row: Entitlement, month: date, on: date) -> Shown | None:
    amount = Amount.objects.filter(entitlement=row, first_month__lte=month).order_by("-first_month").first()
    members = list(row.household.memberships.filter(last_day__isnull=True).select_related("person"))
    head = next((one.person for one in members if one.is_head), None)
    if amount is None or head is None:
        return None
    return line(name=head.name, age=age_on(head, on), members=len(members), amount=amount.fen)
