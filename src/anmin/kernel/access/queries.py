"""What a reader may see and do: roles in force, scope, clearance, and the log-ins of the demonstration."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import structlog
from django.db.models import Q, QuerySet

from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.roles import Role, roles
from anmin.kernel.access.scopes import Scope, range_of
from anmin.lib.divisions import is_within

log = structlog.get_logger(__name__)

__all__ = [
    "DEMO_PASSWORD",
    "DemoAccount",
    "Held",
    "Reader",
    "Scope",
    "Sight",
    "demo_accounts",
    "holders_by_division",
    "holders_of",
    "reader_for",
    "scope_of",
]


@dataclass(frozen=True)
class Held:
    """A role somebody holds in a division."""

    role: Role
    division: str
    clearance: int
    caseload: str = ""


@dataclass(frozen=True, order=True)
class Sight:
    """A division in which somebody sees persons and households that are held no more closely than `clearance`."""

    division: str
    clearance: int

    def is_in(self, other: Sight) -> bool:
        """Whether another shows everything that this one does."""
        return self.clearance <= other.clearance and is_within(self.division, other.division)


@dataclass(frozen=True)
class Reader:
    """Somebody who reads and acts on a day, with every role held (读者). `name` is how the book of acts calls them.

    `via` tells readers apart that have no user, such as partners' keys.
    """

    user: User | None
    on: date
    held: tuple[Held, ...] = ()
    name: str = ""
    via: str = ""
    fixed: Scope | None = field(default=None, repr=False)
    level: int | None = None

    @cached_property
    def sights(self) -> tuple[Sight, ...]:
        """Where the reader sees persons and households, and how closely held they may be there, in order of codes.

        A role that sees protected children in one village shows none in another where only an ordinary role is held.
        """
        if self.fixed is not None:
            return tuple(Sight(code, -1 if self.level is None else self.level) for code in self.fixed.codes)
        found = {
            Sight(row.division, row.clearance)
            for row in self.held
            if row.role.reads_people and not row.caseload
        }
        return tuple(sorted(one for one in found if not any(one.is_in(other) for other in found - {one})))

    @property
    def scope(self) -> Scope:
        """The divisions whose persons and households the reader sees."""
        return self.fixed if self.fixed is not None else Scope.of([one.division for one in self.sights])

    @property
    def clearance(self) -> int:
        """How closely held a record may be at most for the reader to see it somewhere; -1 sees none."""
        return max((one.clearance for one in self.sights), default=-1)

    def q(self, division: str = "division", level: str = "level") -> Q:
        """The filter for rows in the reader's sight: within the divisions, and not held more closely than there."""
        seen = Q(pk__in=[])
        for one in self.sights:
            low, high = range_of(one.division)
            seen |= Q(**{f"{division}__gte": low, f"{division}__lte": high, f"{level}__lte": one.clearance})
        return seen

    @property
    def case_clearance(self) -> int:
        """How closely held an assigned record may be; -1 where no grant is narrowed to assigned records (个案范围)."""
        return max((row.clearance for row in self.held if row.caseload and row.role.reads_people), default=-1)

    @property
    def is_read_only(self) -> bool:
        """Whether every role held only reads (审计监督); such a reader changes no row, whatever the page."""
        return bool(self.held) and all(row.role.kind == "audit" for row in self.held)

    @property
    def powers(self) -> frozenset[str]:
        """Every power of the roles held."""
        return frozenset(power for row in self.held for power in row.role.powers)

    def may(self, power: str, division: str | None = None) -> bool:
        """Whether a role held gives a power, in a division where one is named."""
        return any(
            power in row.role.powers and (division is None or Scope((row.division,)).contains(division))
            for row in self.held
        )

    def reach(self, power: str) -> Scope:
        """The divisions in which the reader has a power."""
        return Scope.of([row.division for row in self.held if power in row.role.powers])

    @property
    def works(self) -> Scope:
        """The divisions in which any business role is held, whether it reads persons or not."""
        rows = [
            row.division
            for row in self.held
            if not row.caseload and (row.role.kind == "business" or row.role.reads_people)
        ]

        return self.fixed if self.fixed is not None else Scope.of(rows)

    @property
    def settings(self) -> dict[str, str]:
        """What the database is told about the reader for the length of a transaction."""
        work = self.works.settings
        rows = sorted((*range_of(one.division), one.clearance) for one in self.sights)
        return {
            "anmin.lo": rows[0][0] if rows else "",
            "anmin.hi": max(high for _low, high, _level in rows) if rows else "",
            "anmin.ranges": str(len(rows)),
            "anmin.scope": ",".join(f"{low}-{high}:{level}" for low, high, level in rows),
            "anmin.work_lo": work["anmin.lo"],
            "anmin.work_hi": work["anmin.hi"],
            "anmin.works": work["anmin.ranges"],
            "anmin.work": work["anmin.scope"],
            "anmin.level": str(self.clearance),
            "anmin.case_level": str(self.case_clearance),
            "anmin.user": str(self.user.pk) if self.user is not None else "",
            "anmin.day": self.on.isoformat(),
            "anmin.writes": "" if self.is_read_only else "1",
            "anmin.grants": self.reach("grants.give").settings["anmin.scope"],
        }


def held_by(user: User, on: date) -> tuple[Held, ...]:
    """The roles somebody holds on a day.

    A role that is no longer declared gives nothing, nor does a grant that was edited by SQL: see `anmin verify`.
    """
    if not user.is_active:
        return ()
    rows = Grant.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), user=user, first_day__lte=on)
    known = roles()
    return tuple(
        Held(
            known[row.role],
            row.division,
            min(known[row.role].clearance, 9 if row.clearance is None else row.clearance),
            row.caseload,
        )
        for row in rows.order_by("pk")
        if row.role in known and _is_whole(row)
    )


def _is_whole(row: Grant) -> bool:
    if not row.is_coded:
        log.error("grant.ignored", row=row.pk, reason_code="row_code")
    return row.is_coded


def user_of(by: Any) -> User | None:
    """The member of staff behind a signature, or None."""
    if isinstance(by, Reader):
        return by.user
    return by if isinstance(by, User) else None


def signature(by: Any) -> Any:
    """How the book of acts names somebody: the user where there is one."""
    return user_of(by) or (by.name if isinstance(by, Reader) else by)


def reader_for(user: User, on: date) -> Reader:
    """A user as a reader on a day."""
    return Reader(user, on, held_by(user, on), str(user), f"user/{user.pk}")


def operator(on: date, name: str = "操作员") -> Reader:
    """The operator at the machine itself, for commands and tasks: sees everything, signs as `name`."""
    return Reader(None, on, name=name, via=f"operator/{name}", fixed=Scope.nation(), level=4)


def scope_of(user: User, on: date) -> Scope:
    """The divisions whose persons and households a user sees on a day."""
    return reader_for(user, on).scope


DEMO_PASSWORD = "anmin"
"""The password of every demonstration log-in; such log-ins exist in demonstration mode only."""


@dataclass(frozen=True)
class DemoAccount:
    """A log-in of the demonstration city, as the login page shows it."""

    username: str
    password: str
    place: str


def demo_accounts() -> list[DemoAccount]:
    """The log-ins of the demonstration city."""
    users = User.objects.filter(is_demo=True, is_active=True).order_by("pk")
    return [DemoAccount(user.username, DEMO_PASSWORD, user.display_name) for user in users]


def holders_of(powers: Collection[str], division: str, on: date) -> list[User]:
    """Who may do something in a division on a day: whoever holds a role with one of some powers over it.

    Those nearest to the place come first.
    """
    over = [one for one in _grants(powers, on) if Scope((one.division,)).contains(division)]
    over.sort(key=lambda one: (-len(one.division.rstrip("0")), one.pk))
    return list(dict.fromkeys(one.user for one in over))


def holders_by_division(powers: Collection[str], on: date) -> dict[str, list[User]]:
    """Whoever holds a role with one of some powers on a day, by the division of the role, in the order of the grants."""
    found: dict[str, list[User]] = {}
    for one in _grants(powers, on):
        found.setdefault(one.division, []).append(one.user)
    return found


def _grants(powers: Collection[str], on: date) -> QuerySet[Grant]:
    """The grants in force on a day, to people who are there, of roles with one of some powers."""
    wanted = set(powers)
    rows = Grant.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on),
        first_day__lte=on,
        role__in=[key for key, role in roles().items() if role.powers & wanted],
        user__is_active=True,
    )
    return rows.select_related("user").order_by("pk")
