"""Recorded circumstances as a reader may see them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.lib.calendar import add_months


def standing(reader: Reader, month: date) -> QuerySet[Sentinel]:
    """The circumstances that hold money in a month, the newest first."""
    rows = Sentinel.objects.filter(
        reader.q(), Q(last_day__isnull=True) | Q(last_day__gte=month), lifted_at__isnull=True
    )
    rows = rows.filter(first_day__lt=add_months(month, 1))
    return rows.select_related("person").order_by("-learned_at")


def sentinels_of(reader: Reader, person: int) -> QuerySet[Sentinel]:
    """Everything that was ever recorded about somebody."""
    return Sentinel.objects.filter(reader.q(), person=person).order_by("-first_day")


def sentinel_numbered(reader: Reader, number: int) -> Sentinel | None:
    """One circumstance."""
    return Sentinel.objects.filter(reader.q(), pk=number).select_related("person").first()
