"""From which day a benefit can begin (起发日): never beside another run of the same."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.people.models import Household, Person
from anmin.lib.calendar import add_months


def free_day(household: Household, person: Person | None, benefit: str, first_month: date) -> date | None:
    """The first day of a month, or None where the same benefit still runs in it.

    Where a grant was taken back in the very month in which it began, it lasted that one day and nothing is due for it:
    the next one begins on the day after, with the whole month.
    """
    whose: dict[str, Any] = {"person": person} if person else {"household": household, "person": None}
    rows = Entitlement.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=first_month), benefit=benefit, **whose
    )
    former = rows.filter(first_day__lt=add_months(first_month, 1)).order_by("-first_day").first()
    if former is None:
        return first_month
    ended = former.last_day if former.state == Entitlement.State.ENDED else None
    if ended is None or ended >= add_months(first_month, 1) - timedelta(1):
        return None
    paid = former.amounts.filter(Q(last_month__isnull=True) | Q(last_month__gte=first_month))
    return None if paid.filter(first_month__lte=first_month).exists() else ended + timedelta(1)
