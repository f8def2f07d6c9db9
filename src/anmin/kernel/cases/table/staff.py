"""Who can take a case or stand beside somebody in a step (可承办人、同行人员)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.roles import roles
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import APPLY
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

TAKES = frozenset(
    {"case.file", "case.survey", "case.accept", "case.opine", "case.confirm", "case.confirm_in_town"}
)
VISITS = frozenset({"case.survey"})


def staff_over(division: str, powers: Iterable[str], on: date) -> list[tuple[User, str, str]]:
    """Everybody who holds one of some powers over a division on a day, with role and division, the nearest first."""
    wanted = set(powers) - {APPLY}
    keys = {key: role for key, role in roles().items() if role.powers & wanted}
    rows = Grant.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on),
        first_day__lte=on,
        role__in=list(keys),
        division__in=ancestors(division),
        user__is_active=True,
    )
    over = list(rows.select_related("user"))
    over.sort(key=lambda row: (-len(row.division.rstrip("0")), row.user.display_name, row.pk))
    found = {row.user_id: (row.user, keys[row.role].title, row.division) for row in reversed(over)}
    return [found[key] for key in dict.fromkeys(row.user_id for row in over)]


def colleagues(case: Case, powers: Iterable[str], on: date, but: User | None) -> list[tuple[User, str, str]]:
    """Who may stand beside somebody in a step of a case: colleagues with its power, or who handle cases there at all."""
    rows = staff_over(case.division, {*powers, *TAKES}, on)
    return [row for row in rows if but is None or row[0].pk != but.pk]


def takers(case: Case, on: date) -> list[tuple[User, str, str]]:
    """Who may take a case over."""
    return staff_over(case.division, TAKES, on)


def user_among(rows: Iterable[tuple[User, str, str]], key: str) -> User | None:
    """The one of some users whom a form names by key; None for anybody else."""
    return next((user for user, _role, _place in rows if str(user.pk) == key), None)


def village_worker(division: str, on: date) -> User | None:
    """The worker of a village who visits its families (承办村居); None where nobody is registered there."""
    near = (
        user
        for user, _role, place in staff_over(division, VISITS, on)
        if level_of(place) is DivisionLevel.VILLAGE
    )
    return next(near, None)
