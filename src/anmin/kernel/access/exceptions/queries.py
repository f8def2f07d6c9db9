"""Persons that a reader sees one by one: by an exception for hours, or because they were assigned."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from anmin.kernel.access.models import Assignment, BreakGlass
from anmin.kernel.access.queries import Reader


def one_by_one(reader: Reader) -> Q:
    """The filter on persons for exceptions in force and, where a grant is narrowed to them, assigned records."""
    if reader.user is None:
        return Q(pk__in=[])
    opened = BreakGlass.objects.filter(
        user=reader.user, state=BreakGlass.State.APPROVED, until__gt=timezone.now()
    )
    seen = Q(pk__in=opened.values("person"))
    if reader.case_clearance >= 0:
        mine = in_force(reader.on).filter(user=reader.user)
        seen |= Q(pk__in=mine.values("person"), level__lte=reader.case_clearance)
    return seen


def in_force(on: date) -> QuerySet[Assignment]:
    """Assignments that hold on a day."""
    return Assignment.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on)
