"""How many people must sign (签字人数): two, and more above the sums that the place has set."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from anmin.kernel.access.scopes import range_of
from anmin.kernel.payments.placerules import signing_in
from anmin.kernel.payments.runs.models import PayRun
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

HANDED_IN = ("submitted", "approved", "filed", "settled", "closed")


def signatures_needed(run: PayRun, fen: int, on: date) -> int:
    """How many different people sign for a run of so many fen; never fewer than two.

    What the county's other runs of the month took already counts with it: cut into several, a month needs no fewer.
    """
    return max(2, signing_in(run.division, on).needed(fen + _handed_in_beside(run)))


def counted_with(division: str) -> str:
    """The place whose runs of a month count together: the county, or what lies above it."""
    counties = (one for one in ancestors(division) if level_of(one) is DivisionLevel.COUNTY)
    return next(counties, division)


def _handed_in_beside(run: PayRun) -> int:
    low, high = range_of(counted_with(run.division))
    others = PayRun.objects.filter(
        month=run.month, state__in=HANDED_IN, division__gte=low, division__lte=high
    ).exclude(pk=run.pk)
    return int(others.aggregate(fen=Sum("total"))["fen"] or 0)
