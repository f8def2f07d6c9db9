"""Signs of life (在世的记录): what shows that somebody was alive after a day, told by each package that knows such things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.people.models import Person

Sign = tuple[date, str]
Check = Callable[[Person, date], list[Sign]]
CHECKS: list[Check] = []


def registered(check: Check) -> Check:
    """Register a check; used as a decorator by packages that hold dated rows about persons, such as visits."""
    CHECKS.append(check)
    return check


def signs_of_life(person: Person, after: date) -> list[Sign]:
    """Everything that happened with somebody after a day, each in words, the latest first."""
    return sorted((sign for check in CHECKS for sign in check(person, after)), reverse=True)


@registered
def in_the_register(person: Person, after: date) -> list[Sign]:
    """Households joined and residence permits given later."""
    joined = person.memberships.filter(first_day__gt=after).select_related("household")
    found = [
        (
            row.first_day,
            _("%(day)s 成为 %(number)s 户成员") % {"day": row.first_day, "number": row.household.number},
        )
        for row in joined
    ]
    permits = person.residences.filter(first_day__gt=after)
    return found + [(row.first_day, _("%(day)s 登记居住证") % {"day": row.first_day}) for row in permits]
