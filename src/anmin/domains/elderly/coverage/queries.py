"""Reach in a place on a day: communities from the book against the places that run."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from anmin.domains.elderly.coverage.reach import Community, Coverage, Spot, coverage
from anmin.domains.elderly.facilities.norms import RECENT_DAYS
from anmin.domains.elderly.places import number
from anmin.domains.elderly.registers.communities import COMMUNITIES
from anmin.domains.elderly.registers.facilities import FACILITIES, FacilityDay
from anmin.domains.elderly.registers.meals import POINTS
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.queries import entries


def spots(reader: Reader, on: date) -> list[Spot]:
    """Places of elder care that are open and served in thirty days, and dining points that are open."""
    served = FacilityDay.objects.filter(
        facility=OuterRef("pk"), first_day__gt=on - timedelta(RECENT_DAYS), first_day__lte=on
    )
    placed = Q(longitude__isnull=False, latitude__isnull=False, state="open")
    found = [
        *entries(reader, FACILITIES).filter(Exists(served), placed),
        *entries(reader, POINTS).filter(
            Q(last_day__isnull=True) | Q(last_day__gte=on), placed, first_day__lte=on
        ),
    ]
    return [Spot(f"{row.name}", float(row.longitude), float(row.latitude)) for row in found]


def reach(reader: Reader, on: date) -> Coverage:
    """The nearest place of every community that the reader sees, and whether it is within the walk of its place."""
    return coverage([one for _pk, one in _communities(reader, on)], spots(reader, on))


def covered(reader: Reader, on: date) -> list[int]:
    """The keys of the communities that are within reach."""
    rows = _communities(reader, on)
    found = coverage([one for _pk, one in rows], spots(reader, on)).rows
    return [pk for (pk, _one), row in zip(rows, found, strict=True) if row.is_covered]


def _communities(reader: Reader, on: date) -> list[tuple[int, Community]]:
    rows = entries(reader, COMMUNITIES).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on
    )
    return [
        (
            row.pk,
            Community(
                Spot(row.name, float(row.longitude), float(row.latitude)),
                row.elders,
                number("walk_metres", row.division, on),
            ),
        )
        for row in rows.order_by("division")
    ]
