"""What a user may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from anmin.kernel.access.models import Grant, User
from anmin.lib.divisions import NATION, is_within


@dataclass(frozen=True)
class Scope:
    """The divisions a reader may see, each with all below it. No codes means nothing."""

    codes: tuple[str, ...] = ()

    def contains(self, code: str) -> bool:
        """Whether a division lies wholly in the scope; what is no code at all lies in none."""
        try:
            return any(is_within(code, own) for own in self.codes)
        except ValueError:
            return False

    def touches(self, code: str) -> bool:
        """Whether a division lies in the scope or the scope in it."""
        return self.contains(code) or any(is_within(own, code) for own in self.codes)

    @classmethod
    def nation(cls) -> Scope:
        """Everything: for commands run by the operator on the machine itself."""
        return cls((NATION,))


def scope_of(user: User, on: date) -> Scope:
    """The divisions granted to a user on a day, without those that lie in another of them."""
    if not user.is_active:
        return Scope()
    rows = Grant.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=on), user=user, first_day__lte=on)
    codes = sorted(set(rows.values_list("division", flat=True)))
    return Scope(
        tuple(code for code in codes if not any(other != code and is_within(code, other) for other in codes))
    )


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
