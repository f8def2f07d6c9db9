"""Who can be given an alert (承办人): by post and clearance, the nearest first, and who of them has room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Held, Reader, holders_by_division, reader_for
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.steps import HANDLE
from anmin.kernel.people.models import Level
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

CHILDREN = "children.visit"
"""The power by which a post is one of child protection (儿童主任、未成年人救助保护机构)."""
SIZES = {DivisionLevel.VILLAGE: "village", DivisionLevel.TOWN: "town", DivisionLevel.COUNTY: "county"}


def is_about_child(alert: Alert) -> bool:
    """Whether the children's posts look into it: a protected child, a child's need or safety, a child's benefit."""
    return (
        alert.level >= Level.PROTECTED
        or alert.cause == "child"
        or (alert.cause == "schooling" and alert.direction == "SAFETY")
        or ":children/" in alert.cause
    )


@dataclass(frozen=True)
class Taker:
    """Somebody who can be given an alert, and the division of their post; whether the post is made for such alerts."""

    user: User
    place: str
    is_meant: bool = True

    @property
    def size(self) -> str:
        """Which capacity counts for them."""
        return SIZES.get(level_of(self.place), "county")


class Takers:
    """Who handles alerts on a day, asked for once: a county's clerk stands near each of its villages."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._readers: dict[int, Reader] = {}
        self._near: dict[tuple[str, int, bool], list[Taker]] = {}

    @cached_property
    def _posts(self) -> dict[str, list[User]]:
        return holders_by_division({HANDLE}, self.on)

    def of(self, alert: Alert) -> list[Taker]:
        """Who may look into an alert, by its place, by how closely it is held, and by whether it is about a child: the nearest first.

        Posts of child protection are given what is about children, and nothing else.
        """
        key = (alert.division, alert.level, is_about_child(alert))
        if key not in self._near:
            above = ancestors(alert.division)
            users = dict.fromkeys(user for place in above for user in self._posts.get(place, ()))
            found = [taker for user in users if (taker := self._taker(user, above, *key[1:])) is not None]
            self._near[key] = sorted(found, key=lambda one: above.index(one.place))
        return self._near[key]

    def _taker(self, user: User, above: Sequence[str], level: int, is_childs: bool) -> Taker | None:
        if user.pk not in self._readers:
            self._readers[user.pk] = reader_for(user, self.on)
        own = [
            row
            for row in self._readers[user.pk].held
            if HANDLE in row.role.powers
            and not row.caseload
            and row.division in above
            and row.clearance >= level
            and (is_childs or not _is_childrens(row))
        ]
        if not own:
            return None
        post = min(own, key=lambda row: (above.index(row.division), is_childs and not _is_childrens(row)))
        return Taker(user, post.division, not is_childs or _is_childrens(post))


def _is_childrens(post: Held) -> bool:
    return CHILDREN in post.role.powers


def with_room(
    takers: Sequence[Taker], loads: Counter[int], capacity: Mapping[str, int], *, is_red: bool
) -> Taker | None:
    """The nearest ring in which somebody has room, and there of those whose post is meant for it the one with the fewest."""
    for size in ("village", "town", "county"):
        ring = [one for one in takers if one.size == size]
        free = ring if is_red else [one for one in ring if loads[one.user.pk] < capacity[size]]
        if free:
            return min(free, key=lambda one: (not one.is_meant, loads[one.user.pk], one.user.pk))
    return None
