"""Slips as a reader or a partner may see them, and what a wrong value was used for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.exchange.slips.models import Slip, SlipReview
from anmin.kernel.partners.models import Partner
from anmin.kernel.screening.models import HouseholdResult, Run

LOOKED_AT = 3
"""Runs whose results are listed: older ones are history that nobody acts on."""


@dataclass(frozen=True)
class Use:
    """A decision or a result that used a value."""

    kind: str
    number: int
    title: str
    on: date


def slips(reader: Reader) -> QuerySet[Slip]:
    """Slips about persons and households the reader may see, the first due first."""
    rows = Slip.objects.filter(reader.q())
    return rows.select_related("partner").order_by("state", "due", "pk")


def slips_shown(reader: Reader, on: date, shown: str) -> QuerySet[Slip]:
    """Slips that are `open`, `late` or `answered`, or `all`."""
    if shown == "late":
        return overdue(reader, on)
    rows = slips(reader).select_related("person", "household")
    return rows if shown == "all" else rows.filter(state=shown)


def slip_numbered(reader: Reader, number: int) -> Slip | None:
    """One slip, or None: also where the reader may not see whom it is about."""
    return slips(reader).select_related("person", "household").filter(pk=number).first()


def slips_with(reader: Reader, partner: Partner, way: str = "") -> QuerySet[Slip]:
    """A partner's slips, newest first, as far as its key reaches."""
    rows = Slip.objects.filter(reader.q(), partner=partner)
    return (rows.filter(way=way) if way else rows).order_by("-pk")


@dataclass(frozen=True)
class About:
    """Whom a slip is about, as a department must know to look the value up."""

    name: str
    number: str
    person: int | None = None


def about(slip: Slip) -> About:
    """Name and number of the person, or the number of the household."""
    if slip.person is not None:
        found = slip.person.identifiers.filter(kind="resident", last_day__isnull=True).first()
        return About(slip.person.name, found.value if found is not None else "", slip.person.pk)
    return About("", slip.household.number if slip.household is not None else "")


def overdue(reader: Reader, on: date) -> QuerySet[Slip]:
    """Slips that nobody answered in time (超期未答复)."""
    return slips(reader).filter(state=Slip.State.OPEN, due__lt=on)


def reviews_of(slip: Slip) -> list[SlipReview]:
    """What is to be looked at again because of a slip."""
    return list(slip.reviews.order_by("kind", "-on", "pk"))


def review_numbered(slip: Slip, number: int) -> SlipReview | None:
    """One decision or result to be looked at again."""
    return slip.reviews.select_related("slip").filter(pk=number).first()


def uses_of(slip: Slip) -> list[Use]:
    """Decisions whose frozen facts hold the disputed field, and the household's newest results.

    A decision counts when the field stands anywhere in its facts; a result counts for every run of the last few over
    the household, because a result does not keep the facts it was calculated from.
    """
    if slip.household is None:
        return []
    uses = [
        Use(SlipReview.Kind.DECISION, row.pk, f"{row.case_number} {row.get_outcome_display()}", row.on)
        for row in Decision.objects.filter(household=slip.household).order_by("-on")
        if slip.field in set(_names(row.facts))
    ]
    runs = Run.objects.order_by("-made_at").values_list("pk", flat=True)[:LOOKED_AT]
    results = HouseholdResult.objects.filter(run__in=list(runs), number=slip.household.number)
    for result in results.select_related("run"):
        title = f"{result.run.on} 测算"
        uses.append(Use(SlipReview.Kind.RESULT, result.pk, title, result.run.on))
    return uses


def _names(facts: Any) -> Iterator[str]:
    """Every name in facts, however deep."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            yield str(name)
            yield from _names(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from _names(value)
