"""Users, grants, exceptions and alarms as the pages about access list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, F, Q, QuerySet, When

from anmin.kernel.access.models import BreakGlass, Grant, TakingAlarm, TakingPermit, User
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.roles import Role, conflicts, roles

MOST = 200


@dataclass(frozen=True)
class Granted:
    """A grant with its role's title."""

    row: Grant
    title: str
    is_in_force: bool


def users(on: date) -> list[tuple[User, list[Granted]]]:
    """Every user with the grants in force."""
    found: dict[int, list[Granted]] = {}
    for row in Grant.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), first_day__lte=on):
        found.setdefault(row.user_id, []).append(_granted(row, on))
    return [(user, found.get(user.pk, [])) for user in User.objects.order_by("-is_active", "username")]


def user(pk: int) -> User | None:
    """One user."""
    return User.objects.filter(pk=pk).first()


def grants_of(of: User, on: date | None = None) -> list[Granted]:
    """Everything granted to a user, newest first."""
    return [_granted(row, on) for row in of.grants.order_by("-first_day", "-pk")]


def grant(pk: int) -> Grant | None:
    """One grant."""
    return Grant.objects.filter(pk=pk).first()


def ending_soon(on: date, within_days: int = 30) -> list[Granted]:
    """Grants in force that end soon, the first to end first."""
    rows = Grant.objects.filter(last_day__range=(on, on + timedelta(within_days))).select_related("user")
    return [_granted(row, on) for row in rows.order_by("last_day")]


def _granted(row: Grant, on: date | None) -> Granted:
    role = roles().get(row.role)
    day = on or row.first_day
    holds = row.first_day <= day and (row.last_day is None or day <= row.last_day)
    return Granted(row, role.title if role is not None else row.role, holds)


def role_rows() -> list[tuple[Role, list[str]]]:
    """Every role with the titles of those that exclude it."""
    pairs, known = conflicts(), roles()
    rows = []
    for role in known.values():
        apart = [other for one, other in pairs if one == role.key] + [
            one for one, other in pairs if other == role.key
        ]
        rows.append((role, sorted(known[key].title for key in apart)))
    return rows


def alarms() -> list[TakingAlarm]:
    """Alarms of bulk taking, those not looked into first."""
    rows = TakingAlarm.objects.select_related("user", "reviewed_by")
    return list(rows.order_by(F("reviewed_by").asc(nulls_first=True), "-raised_at")[:MOST])


def alarm(pk: int) -> TakingAlarm | None:
    """One alarm."""
    return TakingAlarm.objects.filter(pk=pk).first()


def permits(on: date) -> QuerySet[TakingPermit]:
    """Requests of a day to take more persons."""
    return TakingPermit.objects.filter(day=on).select_related("user", "approved_by").order_by("-asked_at")


def permit(pk: int) -> TakingPermit | None:
    """One request."""
    return TakingPermit.objects.filter(pk=pk).first()


def exceptions(reader: Reader) -> list[BreakGlass]:
    """Exceptions a reader asked for, or all for those who approve or review; those that wait for review stand first."""
    rows = BreakGlass.objects.select_related("user", "approved_by", "reviewed_by")
    if not (reader.may("breakglass.approve") or reader.may("breakglass.review")):
        rows = rows.filter(user=reader.user)
    waits = Q(state=BreakGlass.State.APPROVED, reviewed_by__isnull=True)
    rows = rows.annotate(waits=Case(When(waits, then=0), default=1))
    return list(rows.order_by("waits", "-asked_at")[:MOST])


def exception(pk: int) -> BreakGlass | None:
    """One exception."""
    return BreakGlass.objects.filter(pk=pk).first()
