"""A finding of an overpayment as rows (多发登记): its number, its sum and its months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.payments.recovery.models import Recovery, RecoveryMonth
from anmin.kernel.people.models import Household


def written_down(
    entitlement: Entitlement, household: Household | None, months: Mapping[date, int], on: date
) -> Recovery:
    """Store a finding of fen by month; nobody is told of it yet, and nothing is posted."""
    before = Recovery.objects.filter(entitlement=entitlement).count()
    row = Recovery(
        number=f"ZH{on:%Y%m}-{entitlement.pk}-{before + 1}",
        entitlement=entitlement,
        household=household,
        division=entitlement.division,
        level=entitlement.level,
        fen=sum(months.values()),
        found_on=on,
    )
    row.save()
    for month, fen in sorted(months.items()):
        known = RecoveryMonth.objects.filter(entitlement=entitlement.pk, month=month).count()
        RecoveryMonth.objects.create(
            recovery=row, entitlement=entitlement.pk, month=month, sequence=known, fen=fen
        )
    return row
