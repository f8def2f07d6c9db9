"""Standards that were proposed and confirmed, and as which entries the rules read them. They are public within the house."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from anmin.kernel.screening.standards.models import StandardChange
from anmin.kernel.screening.standards.published import Standard
from anmin.policy.rates import Rate, RateEntry
from anmin.policy.types import Kind

CHANGEABLE = (Kind.FEN, Kind.BP, Kind.INT)
"""Kinds of rates that a person lays down by a number; tables and switches are changed in their files."""


def standard_changes() -> QuerySet[StandardChange]:
    """Every change, what waits first, then the newest."""
    rows = StandardChange.objects.select_related("proposed_by", "decided_by", "withdrawn_by")
    return rows.order_by("-proposed_at", "-pk")


def standard_numbered(number: int) -> StandardChange | None:
    """One change."""
    return standard_changes().filter(pk=number).first()


def changeable(rates: Iterable[Rate]) -> list[Rate]:
    """The rates of which a value can be proposed on a page."""
    return [rate for rate in rates if rate.kind in CHANGEABLE]


def entry_of(change: StandardChange) -> RateEntry:
    """A change as the rules read it."""
    decided = change.decided_at
    return RateEntry(
        rate=change.rate,
        division=change.division,
        first_day=change.first_day,
        last_day=change.last_day,
        urban=change.urban,
        rural=change.rural,
        law=change.law,
        source=change.law,
        verified=True,
        checked=timezone.localtime(decided).date() if decided else None,
        note=change.note,
    )


def confirmed() -> tuple[Standard, ...]:
    """What counts, in the order in which it was confirmed."""
    rows = StandardChange.objects.filter(state=StandardChange.State.CONFIRMED).order_by("decided_at", "pk")
    return tuple(Standard(entry_of(row), row.decided_at) for row in rows if row.decided_at is not None)


def version() -> int:
    """How often the list of what counts has changed: every confirmation, and every withdrawal of one."""
    rows = StandardChange.objects.filter(decided_at__isnull=False).exclude(state="declined")
    return rows.count() + rows.filter(Q(state="withdrawn")).count()
