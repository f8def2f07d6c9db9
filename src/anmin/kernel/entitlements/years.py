"""What is paid by the year (按年发放): in which month it is due in a place, and which year is next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from anmin.kernel.access.scopes import range_of
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.errors import PolicyError

DECEMBER = 12


def is_yearly(benefit: str) -> bool:
    """Whether a benefit is paid once a year."""
    found = rulebook().benefits.get(benefit)
    return found is not None and found.period == "year"


def yearly_benefits() -> list[str]:
    """The benefits that are paid once a year, by key."""
    return sorted(key for key in rulebook().benefits if is_yearly(key))


def month_of_year(benefit: str, division: str, on: date) -> int:
    """In which month, one to twelve, a yearly benefit is due in a place.

    Raises:
        PolicyError: `rate_missing` where the place has not said it, `due_month` where it is no month.
    """
    name = rulebook().benefits[benefit].due
    found = rulebook().rates.entry(name, division, on)
    month = found.urban
    if not isinstance(month, int) or not 1 <= month <= DECEMBER:
        raise PolicyError(
            "due_month", what=f"发放月份写成了 {month}", where=f"{name} · {division}", todo="写 1 到 12"
        )
    return month


def next_due(benefit: str, division: str, first: date) -> date:
    """The first day of the first month, from one on, in which a yearly benefit is due."""
    due = first.replace(month=month_of_year(benefit, division, first), day=1)
    return due if due >= first else due.replace(year=due.year + 1)


def first_year_here(benefit: str, division: str, last_paid: date, since: date) -> date:
    """The month in which a benefit that was paid elsewhere up to a month is due here first; a year is paid once, wherever.

    `last_paid` before the month of `since` says that nothing was ever paid.

    Raises:
        PolicyError: as `month_of_year`.
    """
    due = next_due(benefit, division, add_months(last_paid.replace(day=1), 1))
    was_paid = last_paid >= since.replace(day=1)
    if was_paid and due.year == last_paid.year:
        due = next_due(benefit, division, date(due.year + 1, 1, 1))
    return due


def free_year(entitlement: Entitlement, first: date, last: date | None = None) -> date | None:
    """The month of the first year that falls due from a month on and has no amount yet; None where the benefit ends before.

    A year that was due already is not due a second time because its month was moved.
    """
    due = next_due(entitlement.benefit, entitlement.division, first)
    if entitlement.amounts.filter(year=due.year).exists():
        due = next_due(entitlement.benefit, entitlement.division, date(due.year + 1, 1, 1))
    ends = last if last is not None else entitlement.last_day
    return None if ends is not None and due > ends else due


def without_a_year_after(division: str, benefits: Collection[str], month: date) -> QuerySet[Entitlement]:
    """What runs by the year in a place and has no amount on the books after a month."""
    low, high = range_of(division)
    later = Amount.objects.filter(entitlement=OuterRef("pk"), first_month__gt=month)
    return Entitlement.objects.filter(
        ~Exists(later),
        benefit__in=[key for key in benefits if is_yearly(key)],
        division__gte=low,
        division__lte=high,
        state=Entitlement.State.ACTIVE,
    ).order_by("pk")
