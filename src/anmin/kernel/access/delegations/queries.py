"""Who acts for whom, and whether they may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.access.delegations.actions import PURPOSES
from anmin.kernel.access.models import Delegation


@dataclass(frozen=True)
class Line:
    """A delegation as a page shows it: what for in words, and whether it holds on the day."""

    row: Delegation
    words: list[str]
    holds: bool


def of_person(person: int, on: date) -> list[Line]:
    """Everybody who acts or acted for a person, the newest first."""
    rows = (
        Delegation.objects.filter(person=person).select_related("confirmed_by").order_by("-first_day", "-pk")
    )
    return [
        Line(row, [str(PURPOSES[key]) for key in row.purposes if key in PURPOSES], _holds(row, on))
        for row in rows
    ]


def numbered(pk: int) -> Delegation | None:
    """One delegation."""
    return Delegation.objects.filter(pk=pk).first()


def in_force(on: date) -> QuerySet[Delegation]:
    """Delegations that hold on a day."""
    return Delegation.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on, revoked_at__isnull=True
    )


def may_act_for(helper: int, person: int, purpose: str, on: date) -> bool:
    """Whether somebody may act for somebody in a matter on a day."""
    rows = in_force(on).filter(helper=helper, person=person)
    return any(row.is_coded and purpose in row.purposes for row in rows)


def _holds(row: Delegation, on: date) -> bool:
    ends_later = row.last_day is None or row.last_day >= on
    return row.revoked_at is None and row.first_day <= on and ends_later
