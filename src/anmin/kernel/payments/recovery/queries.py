"""Recoveries as a reader may see them: what was overpaid, what came back, what is left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.monthly import OF_MONTH
from anmin.kernel.payments.runs.models import PayLine, PayPart

# What was paid for a month: its live parts, and what a reserve paid first. A month before payments began here was paid
# by other means, and what the person who claims it says counts; from then on only what stands in the books.
OVERPAID_IN = (
    """
SELECT claim.month, greatest(least(claim.fen, CASE
        WHEN accrued.fen IS NULL AND (began.month IS NULL OR claim.month < began.month) THEN claim.fen
        ELSE coalesce(accrued.fen, 0) - coalesce(due.fen, 0)
    END - coalesce(owed.fen, 0)), 0)::bigint AS fen
FROM ({claims}) AS claim
JOIN kernel_entitlement AS given ON given.id = %(entitlement)s
"""
    + OF_MONTH.format(row="claim")
    + """LEFT JOIN LATERAL (
    SELECT sum(other.fen) AS fen FROM kernel_recoverymonth AS other JOIN kernel_recovery AS back ON back.id = other.recovery_id
    WHERE other.entitlement = given.id AND other.month = claim.month AND other.recovery_id IS DISTINCT FROM %(recovery)s
      AND back.state IN ('noticed', 'agreed', 'repaid', 'court', 'written_off')
) AS owed ON true
ORDER BY claim.month
"""
)


TO_REFUND = "to_refund"
"""Of the list: what was taken back and is not given back yet."""
CLOSED = (Recovery.State.DROPPED, Recovery.State.VOID, Recovery.State.WRITTEN_OFF)


def recoveries(reader: Reader, state: str = "") -> QuerySet[Recovery]:
    """Recoveries in the reader's places, the newest first; of one state, or those that are still to be refunded."""
    rows = Recovery.objects.filter(reader.q())
    if state == TO_REFUND:
        paid = PayPart.objects.filter(instalment=OuterRef("pk"), is_live=True, line__state="paid")
        waiting = RecoveryInstalment.objects.filter(way="refund", cancelled_on__isnull=True)
        rows = rows.filter(pk__in=waiting.exclude(Exists(paid)).values("recovery"))
    elif state:
        rows = rows.filter(state=state)
    return rows.select_related("household", "entitlement", "decision").order_by("-found_on", "-pk")


def recovery_numbered(reader: Reader, number: int) -> Recovery | None:
    """One recovery."""
    return recoveries(reader).filter(pk=number).first()


def came_back(recovery: Recovery) -> int:
    """Fen that came back: paid in, and deducted from lines that were paid."""
    rows = RecoveryInstalment.objects.filter(recovery=recovery, way__in=["paid_in", "deduct"])
    back = rows.filter(
        Q(paid_on__isnull=False) | Q(pk__in=rows.filter(parts__is_live=True, parts__line__state="paid"))
    )
    return int(back.aggregate(fen=Sum("fen"))["fen"] or 0)


def left_of(recovery: Recovery) -> int:
    """Fen that are still owed; what is being deducted counts as owed until its line is paid."""
    off = recovery.instalments.filter(way=RecoveryInstalment.Way.OFF).aggregate(fen=Sum("fen"))["fen"]
    return recovery.fen - came_back(recovery) - int(off or 0)


def free_of(recovery: Recovery) -> int:
    """Fen that are owed and not being deducted: what may still be agreed on, paid in or given up."""
    under_way = _under_way(recovery).aggregate(fen=Sum("fen"))["fen"]
    return left_of(recovery) + int(under_way or 0)


def owed_of(recovery: Recovery) -> int:
    """Fen that somebody may still ask for: nought once it was given up, whatever was left then."""
    return 0 if recovery.state in CLOSED else left_of(recovery)


def paid_from(recovery: Recovery) -> tuple[str, int | None]:
    """The book of a claim and the key of its budget line, if one here paid what was too much.

    Before it is claimed: the line that paid its months last, else the one that paid the benefit last.
    """
    if recovery.book:
        return recovery.book, recovery.budget_line_id
    paid = PayLine.objects.filter(entitlement=recovery.entitlement_id, budget_line__isnull=False)
    paid = paid.exclude(state="excluded").exclude(run__state="void")
    paid = paid.select_related("run").order_by("-run__month", "-pk")
    months = recovery.months.values("month")
    last = paid.filter(parts__basis="basic", parts__is_live=True, parts__month__in=months).first()
    last = last or paid.first()
    return (recovery.division[:6], None) if last is None else (last.run.division, last.budget_line_id)


def deducting(recovery: Recovery, state: str = "") -> PayLine | None:
    """A payment under way, or in a state, from which an instalment is being deducted."""
    parts = _under_way(recovery).filter(line__state=state) if state else _under_way(recovery)
    part = parts.select_related("line__run").order_by("pk").first()
    return None if part is None else part.line


def _under_way(recovery: Recovery) -> QuerySet[PayPart]:
    """Deductions in payments that have not arrived; their fen are below nought."""
    parts = PayPart.objects.filter(instalment__recovery=recovery, is_live=True, basis="deduct")
    return parts.exclude(line__state="paid")


def instalments_of(recovery: Recovery) -> QuerySet[RecoveryInstalment]:
    """Its instalments in their order; `deducted` and `refunded` are true where the payment that bears it has arrived."""
    taken = PayPart.objects.filter(instalment=OuterRef("pk"), is_live=True, line__state="paid")
    refunded = Exists(taken.filter(basis="refund")) | Q(way="by_hand")
    return recovery.instalments.annotate(deducted=Exists(taken), refunded=refunded).order_by("number")


def most_deductible(recovery: Recovery, month: date) -> int:
    """Fen that an instalment may take off a month: less than its amount, so that something is left to live on.

    The last month of a benefit may be taken as a whole. Nought where the family has no benefit in that month.
    """
    held = Q(first_month__lte=month) & (Q(last_month__isnull=True) | Q(last_month__gte=month))
    own = Q(entitlement=recovery.entitlement_id) | Q(entitlement__household=recovery.household_id)
    found = Amount.objects.filter(held, own, fen__gt=0)
    first = found.filter(entitlement=recovery.entitlement_id).first() or found.order_by("entitlement").first()
    if first is None:
        return 0
    goes_on = Amount.objects.filter(Q(last_month__isnull=True) | Q(last_month__gt=month), fen__gt=0)
    return first.fen - 1 if goes_on.filter(entitlement=first.entitlement_id).exists() else first.fen


def stuck(recovery: Recovery, month: date) -> list[RecoveryInstalment]:
    """Instalments that are due by a month and more than can be deducted from it: somebody must agree anew."""
    if recovery.state != Recovery.State.AGREED:
        return []
    most = most_deductible(recovery, month)
    waiting = recovery.instalments.filter(
        way="deduct", month__lte=month, paid_on__isnull=True, cancelled_on__isnull=True, fen__gt=most
    )
    return list(waiting.exclude(parts__is_live=True).order_by("number"))


def overpaid_now(recovery: Recovery) -> int:
    """Fen of the claim that are still too much by what is due today; months that were not paid here count nothing."""
    claims = "SELECT month, fen FROM kernel_recoverymonth WHERE recovery_id = %(recovery)s"
    found = _overpaid(claims, {"entitlement": recovery.entitlement_id, "recovery": recovery.pk})
    return sum(found.values())


def overpaid_in(entitlement: Entitlement, first_month: date, last_month: date) -> dict[date, int]:
    """Fen too much by month, of months that were paid or decided and are not claimed yet; months with none are left out."""
    claims = """
        SELECT month, sum(fen)::bigint AS fen FROM (
            SELECT part.month, part.fen FROM kernel_paypart AS part
            WHERE part.entitlement = %(entitlement)s AND part.basis = 'basic' AND part.is_live
            UNION ALL
            SELECT first.month, first.fen FROM anmin_paid_first AS first WHERE first.entitlement = %(entitlement)s
        ) AS paid WHERE month BETWEEN %(first)s AND %(last)s GROUP BY 1
    """
    found = _overpaid(
        claims, {"entitlement": entitlement.pk, "recovery": None, "first": first_month, "last": last_month}
    )
    return {month: fen for month, fen in found.items() if fen}


def paid_here(entitlement: Entitlement) -> bool:
    """Whether payments of this benefit have begun here; months before were paid by other means."""
    return PayPart.objects.filter(entitlement=entitlement.pk, basis="basic", is_live=True).exists()


def recovery_of_case(case_number: str) -> Recovery | None:
    """The recovery that a case claimed."""
    return Recovery.objects.filter(case_number=case_number).order_by("-pk").first() if case_number else None


def _overpaid(claims: str, values: dict[str, Any]) -> dict[date, int]:
    with connection.cursor() as cursor:
        cursor.execute(OVERPAID_IN.format(claims=claims), values)
        return {month: int(fen) for month, fen in cursor.fetchall()}


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

    Months that were paid before payments began here have no parts; then the books of amounts say what was paid.
    """
    found = []
    for row in recovery.months.order_by("month", "sequence"):
        parts = PayPart.objects.filter(
            entitlement=row.entitlement, month=row.month, basis="basic", is_live=True
        )
        booked = amount_in(recovery.entitlement, row.month)
        paid = int(parts.aggregate(fen=Sum("fen"))["fen"] or (booked.fen if booked is not None else 0))
        found.append((row.month, max(paid, row.fen), row.fen))
    return found
