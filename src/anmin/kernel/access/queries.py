"""What a reader may see and do: roles in force, scope, clearance, and the log-ins of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import structlog
from django.db.models import Q

from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.roles import Role, roles
from anmin.kernel.access.scopes import Scope

log = structlog.get_logger(__name__)

__all__ = [
    "DEMO_PASSWORD",
    "DemoAccount",
    "Held",
    "Reader",
    "Scope",
    "demo_accounts",
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

    @property
    def scope(self) -> Scope:
        """The divisions whose persons and households the reader sees."""
        if self.fixed is not None:
            return self.fixed
        return Scope.of([row.division for row in self.held if row.role.reads_people])

    @property
    def clearance(self) -> int:
        """How closely held a record may be for the reader to see it; -1 sees none."""
        if self.level is not None:
            return self.level
        return max((row.clearance for row in self.held if row.role.reads_people), default=-1)

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
    def settings(self) -> dict[str, str]:
        """What the database is told about the reader for the length of a transaction."""
        return {
            **self.scope.settings,
            "anmin.level": str(self.clearance),
            "anmin.user": str(self.user.pk) if self.user is not None else "",
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
