"""Which money pays (资金落实): budget lines in their order, each line wholly out of one of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.budget.models import BudgetLine
from anmin.kernel.payments.budget.queries import available, lines_for
from anmin.kernel.payments.ledger.actions import Posting, post
from anmin.kernel.payments.ledger.models import Account
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.runs.models import PayRun, RunFunding

ASSIGN = """
UPDATE kernel_payline AS line SET budget_line_id = pays.budget_line
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS pays(low, high, budget_line)
WHERE line.run_id = %s AND line.benefit = %s AND line.state = 'due' AND line.id >= pays.low AND line.id <= pays.high
"""


def fund_lines(cursor: CursorWrapper, run: PayRun) -> tuple[int, int]:
    """Give every line that is due its budget line; fen and number of lines that are paid.

    Raises:
        PaymentProblem: `money_short`, naming every benefit that lacks money and how much.
    """
    cursor.execute("DELETE FROM kernel_runfunding WHERE run_id = %s", [run.pk])
    cursor.execute(
        "UPDATE kernel_payline SET budget_line_id = NULL WHERE run_id = %s AND budget_line_id IS NOT NULL",
        [run.pk],
    )
    left: dict[int, int] = {}
    total = number = 0
    lacking: list[str] = []
    for benefit in run.benefits:
        cursor.execute(
            "SELECT id, fen FROM kernel_payline WHERE run_id = %s AND benefit = %s AND state = 'due' ORDER BY id",
            [run.pk, benefit],
        )
        rows = cursor.fetchall()
        lines = lines_for(run.division, run.month.year, benefit)
        fresh = [line for line in lines if line.pk not in left]
        left |= available(fresh)
        spans = _poured(rows, lines, left)
        if isinstance(spans, int):
            lacking.append(
                _("%(title)s还差 %(fen)s 元") % {"title": title_of_benefit(benefit), "fen": yuan(spans)}
            )
            continue
        if spans:
            low, high, keys, fen, count = zip(*spans, strict=True)
            cursor.execute(ASSIGN, [list(low), list(high), list(keys), run.pk, benefit])
            _write(cursor, run.pk, benefit, keys, fen, count)
            total, number = total + sum(fen), number + sum(count)
    if lacking:
        raise PaymentProblem("money_short", _("资金没有落实，不能提交：") + "；".join(lacking))
    return total, number


def _poured(
    rows: list[tuple[int, int]], lines: list[BudgetLine], left: dict[int, int]
) -> list[tuple[int, int, int, int, int]] | int:
    """Spans of line keys with their budget line, fen and number; or the fen that are lacking."""
    spans: list[tuple[int, int, int, int, int]] = []
    at, waiting = 0, [line.pk for line in lines]
    lacking = 0
    for key, fen in rows:
        while at < len(waiting) and left[waiting[at]] < fen:
            at += 1
        if at == len(waiting):
            lacking += fen
            continue
        budget_line = waiting[at]
        left[budget_line] -= fen
        if spans and spans[-1][2] == budget_line:
            first, _last, _key, had, count = spans[-1]
            spans[-1] = (first, key, budget_line, had + fen, count + 1)
        else:
            spans.append((key, key, budget_line, fen, 1))
    return lacking or spans


def _write(cursor: CursorWrapper, run: int, benefit: str, keys: Any, fen: Any, count: Any) -> None:
    cursor.execute(
        "INSERT INTO kernel_runfunding (run_id, budget_line_id, benefit, fen, lines_number)"
        " SELECT %s, one.key, %s, sum(one.fen), sum(one.number)"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::integer[]) AS one(key, fen, number) GROUP BY one.key"
        " HAVING sum(one.fen) > 0",
        [run, benefit, list(keys), list(fen), list(count)],
    )


def block_money(*, by: Any, run: PayRun, on: date) -> None:
    """Block what a run needs in its budget lines (冻结资金)."""
    _both(by, run, on, "block", Account.BLOCKED, Account.AVAILABLE)


def free_money(*, by: Any, run: PayRun, on: date) -> None:
    """Make the blocked money of a run available again (解冻)."""
    _both(by, run, on, "free", Account.AVAILABLE, Account.BLOCKED)


def _both(by: Any, run: PayRun, on: date, kind: str, debit: str, credit: str) -> None:
    lines: list[Posting] = []
    for row in RunFunding.objects.filter(run=run).order_by("budget_line", "benefit"):
        lines += [
            Posting(debit, row.fen, row.budget_line_id, row.benefit),
            Posting(credit, -row.fen, row.budget_line_id, row.benefit),
        ]
    if not lines:
        return  # everything in the run is deducted: no money moves
    post(
        by=by,
        division=run.division,
        on=on,
        kind=kind,
        source=f"run:{run.pk}:{kind}:{run.version}",
        lines=lines,
        document=run.number,
    )
