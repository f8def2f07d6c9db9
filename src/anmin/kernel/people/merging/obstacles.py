"""What stands against merging two records: each package above registers what it knows, such as open payments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.people.models import Identifier, Membership, Person

Obstacle = tuple[str, str]
Check = Callable[[Person, Person, date], list[Obstacle]]
CHECKS: list[Check] = []


def registered(check: Check) -> Check:
    """Register a check; used as a decorator by packages that hold rows about persons."""
    CHECKS.append(check)
    return check


def obstacles_to_merging(kept: Person, gone: Person, on: date) -> list[Obstacle]:
    """Everything that stands against it."""
    return [obstacle for check in CHECKS for obstacle in check(kept, gone, on)]


@registered
def two_valid_numbers(kept: Person, gone: Person, on: date) -> list[Obstacle]:
    """Two different resident IDs in force are two persons, unless the police say otherwise."""
    kind = Identifier.Kind.RESIDENT
    mine = set(_blinds(kept, kind))
    theirs = set(_blinds(gone, kind))
    if mine and theirs and mine.isdisjoint(theirs):
        return [
            (
                "two_numbers",
                _("两条记录有两个不同的有效身份证号，按两个人对待；公安确认重号、错号后，先注销其中一个号码"),
            )
        ]
    return []


@registered
def two_households(kept: Person, gone: Person, on: date) -> list[Obstacle]:
    """Somebody cannot be in two households at once, nor twice in one: one membership must end first."""
    mine, theirs = (
        set(
            Membership.objects.filter(~Q(last_day__lt=on), person=row, is_double=False).values_list(
                "household", flat=True
            )
        )
        for row in (kept, gone)
    )
    if mine and theirs and mine != theirs:
        return [("two_households", _("两条记录现在分属两户；请先办理其中一条离开家庭，再合并"))]
    if mine and theirs:
        words = _("两条记录登记在同一户里，算了两个人；请先办理要并入的那条离开家庭，从次日起合并")
        return [("twice_in_household", words)]
    return []


def _blinds(person: Person, kind: str) -> list[bytes]:
    rows = person.identifiers.filter(kind=kind, last_day__isnull=True)
    return [bytes(row.blind) for row in rows]
