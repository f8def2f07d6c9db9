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
from anmin.kernel.payments.recovery.settling.actions import settle_deductions
from anmin.kernel.payments.recovery.sharing import OF_BOOK, SHARED
from anmin.kernel.payments.runs.models import PayLine, PayRun

# To the household what it was due, and off what it owed, where that stands: the same sum, so no other account moves.
DEDUCTED = (
    "WITH moved AS (SELECT unnest(%(lines)s::bigint[]) AS pay_line, 1 AS sign), posted AS ("
    + SHARED
    + ")"
    + OF_BOOK
)
BOOKS = """
SELECT DISTINCT coalesce(nullif(claim.book, ''), %s) FROM kernel_paypart AS part
JOIN kernel_recoveryinstalment AS plan ON plan.id = part.instalment_id JOIN kernel_recovery AS claim ON claim.id = plan.recovery_id
WHERE part.line_id = ANY (%s) ORDER BY 1
"""


def settle_deducted(*, by: Any, run: PayRun, on: date, held: Sequence[int]) -> int:
    """Settle the lines of a run that are deducted as a whole and are not held; their number."""
    rows = PayLine.objects.filter(run=run, state=PayLine.State.DUE, fen=0).exclude(pk__in=held)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(BOOKS, [run.division, keys])
        books = [book for (book,) in cursor.fetchall()]
    for book in books:
        source = f"run:{run.pk}:deducted:{keys[0]}"
        post_select(
            by=by,
            division=book,
            on=on,
            kind="deducted",
            source=source if book == run.division else f"{source}:{book}",
            select=DEDUCTED,
            values={"lines": keys, "book": book},
        )
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_payline SET state = 'paid' WHERE id = ANY (%s)", [keys])
    settle_deductions(by=by, lines=PayLine.objects.filter(pk__in=keys), on=on)
    audit.record(
        by=signature(by),
        act="payments.settle_deducted",
        subject=run,
        after={"lines": len(keys)},
        division=run.division,
    )
    return len(keys)
