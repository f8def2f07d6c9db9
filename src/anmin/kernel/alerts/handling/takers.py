"""Who can be given the alerts of a place (承办人): by post and clearance, the nearest first, and who of them has room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, holders_by_division, reader_for
from anmin.kernel.alerts.steps import HANDLE
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

SIZES = {DivisionLevel.VILLAGE: "village", DivisionLevel.TOWN: "town", DivisionLevel.COUNTY: "county"}


@dataclass(frozen=True)
class Taker:
    """Somebody who can be given alerts of a place, and the division of their post."""

    user: User
    place: str

    @property
    def size(self) -> str:
        """Which capacity counts for them."""
        return SIZES.get(level_of(self.place), "county")


class Takers:
    """Who handles alerts on a day, asked for once: a county's clerk stands near each of its villages."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._readers: dict[int, Reader] = {}
        self._near: dict[tuple[str, int], list[Taker]] = {}

    @cached_property
    def _posts(self) -> dict[str, list[User]]:
        return holders_by_division({HANDLE}, self.on)

    def of(self, division: str, level: int) -> list[Taker]:
        """Who may look into alerts of a place that are held so closely, the nearest first."""
        if (division, level) not in self._near:
            above = ancestors(division)
            users = dict.fromkeys(user for place in above for user in self._posts.get(place, ()))
            found = [taker for user in users if (taker := self._taker(user, above, level)) is not None]
            self._near[division, level] = sorted(found, key=lambda one: above.index(one.place))
        return self._near[division, level]

    def _taker(self, user: User, above: Sequence[str], level: int) -> Taker | None:
        if user.pk not in self._readers:
            self._readers[user.pk] = reader_for(user, self.on)
        own = [
            row.division
            for row in self._readers[user.pk].held
            if HANDLE in row.role.powers
            and not row.caseload
            and row.division in above
            and row.clearance >= level
        ]
        return Taker(user, min(own, key=above.index)) if own else None


def with_room(
    takers: Sequence[Taker], loads: Counter[int], capacity: Mapping[str, int], *, is_red: bool
) -> Taker | None:
    """The nearest ring in which somebody has room, and there the one with the fewest."""
    for size in ("village", "town", "county"):
        ring = [one for one in takers if one.size == size]
        free = ring if is_red else [one for one in ring if loads[one.user.pk] < capacity[size]]
        if free:
            return min(free, key=lambda one: (loads[one.user.pk], one.user.pk))
    return None
