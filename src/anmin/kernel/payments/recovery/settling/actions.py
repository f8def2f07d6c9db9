"""What payments that arrive, come back or are given up do to claims (抵扣的到账与退回): closed, opened again, refunds that follow.

A deduction counts as come back only while its payment is paid. Nobody decides anything here: what was decided is carried
on as far as the money really went.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import came_back, left_of
from anmin.kernel.payments.recovery.refunds.queries import refunds_of
from anmin.kernel.payments.recovery.steps import record, waiting
from anmin.kernel.payments.runs.models import PayLine

State, Way = Recovery.State, RecoveryInstalment.Way
OPEN = (State.NOTICED, State.AGREED, State.COURT)
CLOSED = (State.REPAID, State.WRITTEN_OFF)


@transaction.atomic
def finish(*, by: Any, recovery: Recovery, on: date) -> bool:
    """Close a recovery of which nothing is left (还清); whether it is closed. Deductions count once their line is paid.

    One that two people had written off, and that was open again for a deduction that came back, is written off again.
    """
    row = Recovery.objects.select_for_update().get(pk=recovery.pk)
    if row.state not in OPEN or left_of(row):
        return False
    row.before, row.closed_on = row.state, on
    row.state = State.REPAID if row.closed_beside_id is None else State.WRITTEN_OFF
    row.save()
    record(by, "finish", row, {"state": row.state})
    return True


def settle_deductions(*, by: Any, lines: QuerySet[PayLine], on: date) -> None:
    """Bring the claims up to date of which lines bore a deduction, after those were paid or came back."""
    rows = Recovery.objects.filter(
        instalments__parts__is_live=True,
        instalments__parts__basis="deduct",
        instalments__parts__line__in=lines,
    )
    for row in rows.distinct().order_by("pk"):
        if row.state in OPEN:
            finish(by=by, recovery=row, on=on)
        elif row.state in CLOSED:
            _open_again(by, row, on)
        elif row.state == State.DROPPED:
            _plan_refund(by, row, on)


def let_go(*, by: Any, lines: QuerySet[PayLine], on: date) -> None:
    """Bring claims up to date after the parts of lines died (void, left out, given up).

    A deduction for a claim that was taken back ends with its payment; a refund waits again, with what has come.
    """
    rows = Recovery.objects.filter(
        state=State.DROPPED, instalments__parts__is_live=False, instalments__parts__line__in=lines
    )
    for row in rows.distinct().order_by("pk"):
        waiting(row).filter(way=Way.DEDUCT).update(cancelled_on=on)
        _plan_refund(by, row, on)


def _open_again(by: Any, recovery: Recovery, on: date) -> None:
    """Open what a deduction had closed and whose payment came back (退票重新计欠): in the state before, nothing decided anew."""
    row = Recovery.objects.select_for_update().get(pk=recovery.pk)
    left = left_of(row)
    if row.state not in CLOSED or not left:
        return
    row.state, row.closed_on = row.before or State.AGREED, None
    row.save()
    record(by, "open_again", row, {"state": row.state, "left": left})


def _plan_refund(by: Any, recovery: Recovery, on: date) -> None:
    """Let what waits to be refunded be what has come and is not refunded or on its way: no fen that did not come."""
    row = Recovery.objects.select_for_update().get(pk=recovery.pk)
    going = refunds_of(row)
    planned = next((one.plan for one in going if one.plan.paid_on is None and one.line is None), None)
    wanted = came_back(row) - sum(one.fen for one in going if one.plan != planned)
    before = 0 if planned is None else planned.fen
    if max(wanted, 0) == before:
        return
    if planned is None:
        number = row.instalments.count() + 1
        month = on.replace(day=1)
        RecoveryInstalment.objects.create(
            recovery=row, number=number, month=month, fen=wanted, way=Way.REFUND
        )
    elif wanted > 0:
        planned.fen = wanted
        planned.save(update_fields=["fen"])
    else:
        planned.cancelled_on = on
        planned.save(update_fields=["cancelled_on"])
    record(by, "plan_refund", row, {"refund": max(wanted, 0), "before": before})
