"""Lines of which deductions leave nothing (全额抵扣): no order and no bank; the books and the recovery say what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.ledger.actions import post_select
from anmin.kernel.payments.problems import refusals_told
from anmin.kernel.payments.recovery.actions import finish_deducted
from anmin.kernel.payments.runs.models import PayLine, PayRun

# To the household what it was due, and off what it owed: the same sum, so no other account moves.
DEDUCTED = """
SELECT side.account, line.division, line.level, line.budget_line_id, line.benefit, (side.sign * taken.fen)::bigint AS fen,
    line.household_id, line.id
FROM kernel_payline AS line
JOIN LATERAL (SELECT -sum(part.fen) AS fen FROM kernel_paypart AS part WHERE part.line_id = line.id AND part.fen < 0) AS taken ON true
CROSS JOIN (VALUES ('spent', 1), ('receivable', -1)) AS side(account, sign)
WHERE line.id = ANY (%s)
"""


def settle_deducted(*, by: Any, run: PayRun, on: date, held: Sequence[int]) -> int:
    """Settle the lines of a run that are deducted as a whole and are not held; their number."""
    rows = PayLine.objects.filter(run=run, state=PayLine.State.DUE, fen=0).exclude(pk__in=held)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return 0
    source = f"run:{run.pk}:deducted:{keys[0]}"
    post_select(
        by=by,
        division=run.division,
        on=on,
        kind="deducted",
        source=source,
        select=DEDUCTED,
        values=[keys],
    )
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_payline SET state = 'paid' WHERE id = ANY (%s)", [keys])
    finish_deducted(by=by, run=run, on=on)
    audit.record(
        by=signature(by),
        act="payments.settle_deducted",
        subject=run,
        after={"lines": len(keys)},
        division=run.division,
    )
    return len(keys)
