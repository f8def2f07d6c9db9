"""Recoveries as a reader may see them: what was overpaid, what came back, what is left."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Decision
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.runs.models import PayPart

OVERPAID = """
SELECT coalesce(sum(greatest(least(claim.fen, coalesce(accrued.fen, 0) - coalesce(owed.fen, 0) - coalesce(due.fen, 0)), 0)), 0)
FROM kernel_recoverymonth AS claim
LEFT JOIN LATERAL (
    SELECT sum(part.fen) AS fen FROM kernel_paypart AS part
    WHERE part.entitlement = claim.entitlement AND part.month = claim.month AND part.basis = 'basic' AND part.is_live
) AS accrued ON true
LEFT JOIN LATERAL (
    SELECT sum(other.fen) AS fen FROM kernel_recoverymonth AS other JOIN kernel_recovery AS back ON back.id = other.recovery_id
    WHERE other.entitlement = claim.entitlement AND other.month = claim.month AND other.recovery_id <> claim.recovery_id
      AND back.state IN ('noticed', 'agreed', 'repaid', 'court')
) AS owed ON true
LEFT JOIN LATERAL (
    SELECT amount.fen FROM kernel_amount AS amount WHERE amount.entitlement_id = claim.entitlement
      AND amount.first_month <= claim.month AND (amount.last_month IS NULL OR amount.last_month >= claim.month)
) AS due ON true
WHERE claim.recovery_id = %s
"""


def recoveries(reader: Reader, state: str = "") -> QuerySet[Recovery]:
    """Recoveries in the reader's places, the newest first."""
    rows = Recovery.objects.filter(reader.q())
    rows = rows.filter(state=state) if state else rows
    return rows.select_related("household", "entitlement", "decision").order_by("-found_on", "-pk")


def recovery_numbered(reader: Reader, number: int) -> Recovery | None:
    """One recovery."""
    return recoveries(reader).filter(pk=number).first()


def came_back(recovery: Recovery) -> int:
    """Fen that came back: paid in, and deducted from lines that were paid."""
    rows = RecoveryInstalment.objects.filter(recovery=recovery)
    back = rows.filter(
        Q(paid_on__isnull=False) | Q(pk__in=rows.filter(parts__is_live=True, parts__line__state="paid"))
    )
    return int(back.aggregate(fen=Sum("fen"))["fen"] or 0)


def left_of(recovery: Recovery) -> int:
    """Fen that are still owed; what is being deducted counts as owed until its line is paid."""
    return recovery.fen - came_back(recovery)


def overpaid_now(recovery: Recovery) -> int:
    """Fen of the claim that are still too much by what is due today; months that were not paid here count nothing."""
    with connection.cursor() as cursor:
        cursor.execute(OVERPAID, [recovery.pk])
        return int(cursor.fetchone()[0])


def found_for(entitlement: int, fen: int, decision: Decision | None = None) -> Recovery | None:
    """The overpayment that a decision claims back: by the decision, else the open one of the benefit over the same sum."""
    known = Recovery.objects.filter(decision=decision).first() if decision is not None else None
    if known is not None:
        return known
    return open_for(entitlement, fen)


def open_for(entitlement: int, fen: int | None = None) -> Recovery | None:
    """The newest overpayment of a benefit about which nobody has decided, over some sum where one is named."""
    rows = Recovery.objects.filter(entitlement=entitlement, state__in=("found", "heard"))
    return (rows if fen is None else rows.filter(fen=fen)).order_by("-found_on", "-pk").first()


def months_of(recovery: Recovery) -> list[tuple[date, int, int]]:
    """Each month of an overpayment: its first day, fen paid for it, fen of these that were too much.

    Months that were paid before payments began here have no parts; then what was too much stands for what was paid.
    """
    found = []
    for row in recovery.months.order_by("month", "sequence"):
        parts = PayPart.objects.filter(
            entitlement=row.entitlement, month=row.month, basis="basic", is_live=True
        )
        paid = int(parts.aggregate(fen=Sum("fen"))["fen"] or 0)
        found.append((row.month, max(paid, row.fen), row.fen))
    return found
