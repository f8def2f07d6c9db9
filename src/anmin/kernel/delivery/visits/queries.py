"""Visits as a reader may see them, and the monthly rate of visits."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.visits.models import Visit, VisitPhoto
from anmin.kernel.people.models import Household
from anmin.lib.calendar import add_months

GRACE = timedelta(days=3)
"""Who came into a plan in the last days of a month is counted from the next one."""


def visits(reader: Reader) -> QuerySet[Visit]:
    """Every visit in the reader's sight, the newest first."""
    return Visit.objects.filter(reader.q()).select_related("by", "person").order_by("-happened_at", "-pk")


def visits_of(reader: Reader, household: Household) -> QuerySet[Visit]:
    """The visits of one household."""
    return visits(reader).filter(household=household)


def visit_numbered(reader: Reader, number: str) -> Visit | None:
    """One visit by its receipt."""
    return visits(reader).select_related("household").filter(number=number).first()


def visit_keyed(reader: Reader, key: str) -> Visit | None:
    """One visit by the phone's own key."""
    return visits(reader).filter(key=key).first()


def photo_numbered(reader: Reader, pk: int) -> VisitPhoto | None:
    """One photograph."""
    return VisitPhoto.objects.filter(reader.q(), pk=pk).first()


def picture_of(photo: VisitPhoto) -> bytes:
    """The JPEG itself."""
    return base64.b64decode(photo.picture)


@dataclass(frozen=True)
class Rate:
    """Persons or households that were due in a month, and those of them that were seen (月探访率)."""

    due: int
    seen: int

    @property
    def percent(self) -> float | None:
        """Out of a hundred; None where nobody was due."""
        return None if not self.due else self.seen * 100 / self.due


def due_in(reader: Reader, service: str, month: date) -> QuerySet[VisitPlan]:
    """The plans of a service that count in a month, given by its first day; one for each person or household.

    Whose plan held on a day of the month counts. Who refused by signature up to its end does not; a refusal without a
    signature, and somebody who stands still only for a part of it, do.
    """
    last = add_months(month, 1) - timedelta(days=1)
    rows = VisitPlan.objects.filter(reader.q(), service=service, first_day__lte=last - GRACE)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=month))
    newest = rows.order_by("household", "person", "-first_day", "-pk").distinct("household", "person")
    found = VisitPlan.objects.filter(reader.q(), pk__in=newest.values("pk"))
    return found.exclude(state=VisitPlan.State.REFUSED, last_day__lte=last)


def seen_in(reader: Reader, service: str, month: date) -> QuerySet[VisitPlan]:
    """Those of them that were met by a visit that happened within the month."""
    last = add_months(month, 1) - timedelta(days=1)
    met = Visit.objects.filter(
        reader.q(),
        service=service,
        is_met=True,
        happened_on__gte=month,
        happened_on__lte=last,
        household=OuterRef("household"),
    )
    met = met.filter(Q(person=OuterRef("person")) | Q(plan=OuterRef("pk")))
    return due_in(reader, service, month).filter(Exists(met))


def monthly_rate(reader: Reader, service: str, month: date) -> Rate:
    """The monthly rate of visits: distinct plans that count, and those of them with a visit that met somebody."""
    return Rate(due_in(reader, service, month).count(), seen_in(reader, service, month).count())
