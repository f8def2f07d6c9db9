"""What an answer does (核对入账): postings, orders, lines, file and run, set by set, in the transaction of the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from anmin.kernel.payments.banks.models import PayFile, ReturnFile
from anmin.kernel.payments.ledger.actions import post_select
from anmin.kernel.payments.problems import refusals_told
from anmin.kernel.payments.recovery.actions import finish_deducted
from anmin.kernel.payments.runs.models import PayLine, PayRun

# What the answer changes: where the order stood before, what is said now, what the line is gross of its deductions,
# and what of it was the family's already and goes back to it (a claim that was taken back).
CHANGED = """
WITH changed AS (
    SELECT placed.id, placed.state AS before, said.status AS after, line.id AS pay_line, line.division, line.level,
        line.household_id AS household, line.budget_line_id AS budget_line, line.benefit, line.fen,
        coalesce((SELECT -sum(part.fen) FROM kernel_paypart AS part WHERE part.line_id = line.id AND part.fen < 0), 0)::bigint
            AS deducted,
        coalesce((SELECT sum(part.fen) FROM kernel_paypart AS part WHERE part.line_id = line.id AND part.basis = 'refund'), 0)::bigint
            AS refunded
    FROM kernel_returnline AS said JOIN kernel_payfileline AS placed ON placed.id = said.order_id
    JOIN kernel_payline AS line ON line.id = placed.pay_line_id
    WHERE said.return_file_id = %s AND placed.state <> said.status
)
"""

# To the household what it is due, in the books what of it was deducted, and out of where the money stood.
PAID = (
    CHANGED
    + """
SELECT 'spent', division, level, budget_line, benefit, fen + deducted - refunded AS fen, household, pay_line
FROM changed WHERE after = 'paid'
UNION ALL
SELECT 'refundable', division, level, budget_line, benefit, refunded, household, pay_line
FROM changed WHERE after = 'paid'
UNION ALL
SELECT 'receivable', division, level, budget_line, benefit, -deducted, household, pay_line
FROM changed WHERE after = 'paid'
UNION ALL
SELECT CASE before WHEN 'returned' THEN 'returned' ELSE 'transit' END, %s, 0, budget_line, benefit, -sum(fen)::bigint,
    NULL::bigint, NULL::bigint
FROM changed WHERE after = 'paid' GROUP BY 1, budget_line, benefit
"""
)
BACK = (
    CHANGED
    + """
SELECT side.account, %s, 0, budget_line, benefit, (side.sign * sum(fen))::bigint AS fen, NULL::bigint, NULL::bigint
FROM changed CROSS JOIN (VALUES ('returned', 1), ('transit', -1)) AS side(account, sign)
WHERE after = 'returned' AND before <> 'paid' GROUP BY side.account, side.sign, budget_line, benefit
"""
)
LATE = (
    CHANGED
    + """
SELECT 'spent', division, level, budget_line, benefit, -(fen + deducted - refunded) AS fen, household, pay_line
FROM changed WHERE after = 'returned' AND before = 'paid'
UNION ALL
SELECT 'refundable', division, level, budget_line, benefit, -refunded, household, pay_line
FROM changed WHERE after = 'returned' AND before = 'paid'
UNION ALL
SELECT 'receivable', division, level, budget_line, benefit, deducted, household, pay_line
FROM changed WHERE after = 'returned' AND before = 'paid'
UNION ALL
SELECT 'returned', %s, 0, budget_line, benefit, sum(fen)::bigint, NULL::bigint, NULL::bigint
FROM changed WHERE after = 'returned' AND before = 'paid' GROUP BY budget_line, benefit
"""
)

# An older "unknown" does not undo what is known.
ORDERS = """
UPDATE kernel_payfileline AS placed SET state = said.status, code = said.code, answered_on = said."on"
FROM kernel_returnline AS said
WHERE said.return_file_id = %s AND said.order_id = placed.id AND placed.state <> said.status
  AND NOT (said.status = 'unknown' AND placed.state IN ('paid', 'returned'))
"""
LINES = """
UPDATE kernel_payline AS line SET state = placed.state
FROM kernel_returnline AS said JOIN kernel_payfileline AS placed ON placed.id = said.order_id
WHERE said.return_file_id = %s AND line.id = placed.pay_line_id AND line.state <> placed.state
  AND line.state <> 'excluded' AND placed.state <> 'waiting'
  AND placed.attempt = (SELECT max(other.attempt) FROM kernel_payfileline AS other WHERE other.pay_line_id = line.id)
"""


def apply(*, by: Any, return_file: ReturnFile, file: PayFile, posted_on: date) -> None:
    """Let the lines of an answer count. The file and its orders are locked first, in order of their keys."""
    held = PayFile.objects.select_for_update().get(pk=file.pk)
    list(held.lines.select_for_update().order_by("pk").values_list("pk", flat=True))
    for kind, select in (("paid", PAID), ("back", BACK), ("late", LATE)):
        post_select(
            by=by,
            division=file.division,
            on=posted_on,
            kind=f"return_{kind}",
            source=f"return:{return_file.pk}:{kind}",
            select=select,
            values=[return_file.pk, file.division],
        )
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute(ORDERS, [return_file.pk])
        cursor.execute(LINES, [return_file.pk])
    _bring_on(held)
    finish_deducted(by=by, run=held.run, on=posted_on)


def _bring_on(file: PayFile) -> None:
    """The file is answered when none of its orders waits or is unknown; the run is settled when none of its lines does."""
    is_open = file.lines.filter(state__in=["waiting", "unknown"]).exists()
    state = PayFile.State.ACCEPTED if is_open else PayFile.State.ANSWERED
    if file.state != PayFile.State.REFUSED or not is_open:
        PayFile.objects.filter(pk=file.pk).update(state=state)
    settle_run(file.run_id)


def settle_run(run: int) -> None:
    """Bring a run to settled when every line is answered for, and back to filed when one is on its way again."""
    row = PayRun.objects.select_for_update().get(pk=run)
    waiting = PayLine.objects.filter(run=row, state__in=["due", "filed", "unknown"], fen__gt=0).exists()
    wanted = PayRun.State.FILED if waiting else PayRun.State.SETTLED
    if row.state in (PayRun.State.FILED, PayRun.State.SETTLED) and row.state != wanted:
        with refusals_told():
            PayRun.objects.filter(pk=run).update(state=wanted)
