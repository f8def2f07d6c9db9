"""Change requests as a reader sees them: waiting, one's own, decided; and who may decide one."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.roles import roles
from anmin.kernel.access.scopes import Scope
from anmin.kernel.people.models import ChangeRequest

State = ChangeRequest.State
VIEWS = ("open", "mine", "done")
DECIDE = "register.decide"


def requests(reader: Reader, view: str) -> QuerySet[ChangeRequest]:
    """Those that wait (the oldest first), those the reader asked for, or those decided (the newest first)."""
    seen = ChangeRequest.objects.filter(reader.q())
    seen = seen.select_related("person", "household", "asked_by", "decided_by")
    if view == "mine":
        return seen.filter(asked_by=reader.user).order_by("-asked_at")
    if view == "done":
        return seen.exclude(state=State.OPEN).order_by("-decided_at")
    return seen.filter(state=State.OPEN).order_by("asked_at")


def counts(reader: Reader) -> dict[str, int]:
    """How many requests stand in each view."""
    return {view: requests(reader, view).count() for view in VIEWS}


def deciders(row: ChangeRequest, on: date) -> list[User]:
    """Who may decide a request: whoever holds a role with that power over its division, but not who asked.

    Those nearest to the place come first.
    """
    deciding = [key for key, role in roles().items() if DECIDE in role.powers]
    grants = Grant.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on),
        first_day__lte=on,
        role__in=deciding,
        user__is_active=True,
    )
    grants = grants.exclude(user=row.asked_by_id).select_related("user").order_by("user")
    over = [one for one in grants if Scope((one.division,)).contains(row.division)]
    over.sort(key=lambda one: (-len(one.division.rstrip("0")), one.pk))
    return list(dict.fromkeys(one.user for one in over))
