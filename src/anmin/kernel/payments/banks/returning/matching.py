"""What an answer does (核对入账): postings, orders, lines, file and run, set by set, in the transaction of the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from anmin.kernel.payments.banks.models import PayFile, ReturnFile
from anmin.kernel.payments.ledger.actions import post_select
from anmin.kernel.payments.problems import refusals_told
from anmin.kernel.payments.recovery.settling.actions import settle_deductions
from anmin.kernel.payments.recovery.sharing import OF_BOOK, SHARED
from anmin.kernel.payments.runs.models import PayLine, PayRun

# What the answer changes: where the order stood before, and what is said now.
CHANGED = """
WITH changed AS (
    SELECT placed.state AS before, said.status AS after, line.id AS pay_line, line.division, line.level,
        line.household_id AS household, line.budget_line_id AS budget_line, line.benefit, line.fen
    FROM kernel_returnline AS said JOIN kernel_payfileline AS placed ON placed.id = said.order_id
    JOIN kernel_payline AS line ON line.id = placed.pay_line_id
    WHERE said.return_file_id = %(answer)s AND placed.state <> said.status
)
"""

# What arrived or came back after it had: the line that pays has spent what left it, and what was deducted or given back is
# settled with the claim that it is about, in the claim's book and on its line.
MOVED = (
    CHANGED
    + """
, moved AS (
    SELECT *, CASE after WHEN 'paid' THEN 1 ELSE -1 END AS sign FROM changed WHERE after = %(after)s AND (after = 'paid' OR before = 'paid')
), posted AS (
    SELECT 'spent' AS account, division, level, budget_line, benefit, sign * fen AS fen, household, pay_line, %(own)s AS book FROM moved
    UNION ALL
    SELECT CASE WHEN sign < 0 OR before = 'returned' THEN 'returned' ELSE 'transit' END, %(own)s, 0, budget_line, benefit,
        -sign * sum(fen)::bigint, NULL, NULL, %(own)s
    FROM moved GROUP BY 1, budget_line, benefit, sign
    UNION ALL ("""
    + SHARED
    + """)
)"""
    + OF_BOOK
)
BACK = (
    CHANGED
    + """
SELECT side.account, %(own)s, 0, budget_line, benefit, (side.sign * sum(fen))::bigint AS fen, NULL::bigint, NULL::bigint
FROM changed CROSS JOIN (VALUES ('returned', 1), ('transit', -1)) AS side(account, sign)
WHERE after = 'returned' AND before <> 'paid' GROUP BY side.account, side.sign, budget_line, benefit
"""
)

# Other books than the run's in which claims stand of which something was deducted in a file, or given back.
BOOKS = """
SELECT DISTINCT claim.book FROM kernel_payfileline AS placed JOIN kernel_paypart AS part ON part.line_id = placed.pay_line_id
JOIN kernel_recoveryinstalment AS plan ON plan.id = part.instalment_id JOIN kernel_recovery AS claim ON claim.id = plan.recovery_id
WHERE placed.file_id = %s AND claim.book NOT IN ('', %s) ORDER BY 1
"""

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
    own = file.division
    for book in (own, *books_beside(file)):
        for kind, after in (("paid", "paid"), ("late", "returned")):
            _post(by, return_file, kind, MOVED, book, own, posted_on, after)
    _post(by, return_file, "back", BACK, own, own, posted_on)
    with refusals_told(), connection.cursor() as cursor:
        cursor.execute(ORDERS, [return_file.pk])
        cursor.execute(LINES, [return_file.pk])
    _bring_on(held)
    said = return_file.lines.values("order__pay_line")
    settle_deductions(by=by, lines=PayLine.objects.filter(pk__in=said), on=posted_on)


def books_beside(file: PayFile) -> list[str]:
    """Other books in which an answer to a file may post: those of claims of which something was deducted or given back."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS, [file.pk, file.division])
        return [book for (book,) in cursor.fetchall()]


def _post(
    by: Any, row: ReturnFile, kind: str, select: str, book: str, own: str, on: date, after: str = ""
) -> None:
    post_select(
        by=by,
        division=book,
        on=on,
        kind=f"return_{kind}",
        source=f"return:{row.pk}:{kind}" + ("" if book == own else f":{book}"),
        select=select,
        values={"answer": row.pk, "own": own, "book": book, "after": after},
    )


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
