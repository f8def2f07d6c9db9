"""Who was assigned whom, and who can be."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from anmin.kernel.access.models import Assignment, Grant, User
from anmin.kernel.access.roles import roles


def of_person(person: int) -> list[Assignment]:
    """Everybody who was assigned a person, the newest first."""
    rows = Assignment.objects.filter(person=person).select_related("user", "given_by")
    return list(rows.order_by("-first_day", "-pk"))


def of_user(user: User, on: date) -> list[Assignment]:
    """Whom somebody is assigned on a day."""
    rows = Assignment.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), user=user, first_day__lte=on
    )
    return list(rows.select_related("given_by").order_by("person"))


def numbered(pk: int) -> Assignment | None:
    """One assignment."""
    return Assignment.objects.filter(pk=pk).select_related("user").first()


def can_be_assigned(division: str, on: date) -> list[tuple[User, str]]:
    """Users in whose divisions a person lives and whose role sees persons, with the role's title, by name."""
    rows = Grant.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on, user__is_active=True
    ).select_related("user")
    known = roles()
    found = {
        row.user.pk: (row.user, known[row.role].title)
        for row in rows
        if row.role in known and known[row.role].reads_people and _is_near(row.division, division)
    }
    return sorted(found.values(), key=lambda one: one[0].display_name)


def _is_near(place: str, division: str) -> bool:
    """Within one county: a worker of a neighbouring village or of the county may be assigned a child."""
    return place[:6] == division[:6]
