"""Whether the books of money hold together (资金核验): sums, seals, and lines against what was posted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.sealing import seal_of


@dataclass(frozen=True)
class Flaw:
    """Something that does not hold: where, and what is wrong, for people."""

    where: str
    words: str


LEDGER = """
SELECT entry.source, sum(line.fen)::bigint FROM kernel_ledgerentry AS entry LEFT JOIN kernel_ledgerline AS line ON line.entry_id = entry.id
GROUP BY entry.id HAVING coalesce(sum(line.fen), 1) <> 0 ORDER BY entry.id LIMIT 100
"""
BALANCES = """
SELECT budget_line_id, account, sum(fen)::bigint FROM kernel_ledgerline
WHERE account IN ('available', 'blocked', 'transit', 'returned', 'reserve') AND budget_line_id IS NOT NULL
GROUP BY 1, 2 HAVING sum(fen) < 0 ORDER BY 1 LIMIT 100
"""
ACROSS = """
SELECT budget_line_id, sum(fen)::bigint FROM kernel_ledgerline WHERE budget_line_id IS NOT NULL
GROUP BY 1 HAVING sum(fen) <> 0 ORDER BY 1 LIMIT 100
"""
PARTS = """
SELECT line.id, line.fen, coalesce(sum(part.fen), 0)::bigint FROM kernel_payline AS line
LEFT JOIN kernel_paypart AS part ON part.line_id = line.id
GROUP BY line.id HAVING line.fen <> coalesce(sum(part.fen), 0) ORDER BY line.id LIMIT 100
"""
SPENT = """
SELECT run.number, line.id FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
LEFT JOIN (
    SELECT pay_line_id, sum(fen) AS fen FROM kernel_ledgerline WHERE account = 'spent' AND pay_line_id IS NOT NULL GROUP BY 1
) AS posted ON posted.pay_line_id = line.id
LEFT JOIN (
    SELECT line_id, sum(fen) FILTER (WHERE fen > 0 AND basis <> 'refund') AS fen FROM kernel_paypart WHERE is_live GROUP BY 1
) AS due ON due.line_id = line.id
WHERE coalesce(posted.fen, 0) <> CASE WHEN line.state = 'paid' THEN coalesce(due.fen, 0) ELSE 0 END
ORDER BY line.id LIMIT 100
"""
TWICE = """
SELECT pay_line_id, count(*) FROM kernel_payfileline WHERE state IN ('waiting', 'paid', 'unknown') GROUP BY 1 HAVING count(*) > 1
"""
REFUNDED = """
SELECT household_id, sum(fen)::bigint FROM kernel_ledgerline WHERE account = 'refundable' AND household_id IS NOT NULL
GROUP BY 1 HAVING sum(fen) > 0 ORDER BY 1 LIMIT 100
"""


def flaws() -> list[Flaw]:
    """Everything about money that does not hold; an empty list is what every day should give."""
    found: list[Flaw] = []
    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
        found += [Flaw(source, f"凭证借贷不平，相差 {fen} 分") for source, fen in cursor.fetchall()]
        cursor.execute(BALANCES)
        found += [
            Flaw(f"指标 {line}", f"{account} 为 {fen} 分，低于零") for line, account, fen in cursor.fetchall()
        ]
        cursor.execute(ACROSS)
        found += [Flaw(f"指标 {line}", f"借贷不平，相差 {fen} 分") for line, fen in cursor.fetchall()]
        cursor.execute(PARTS)
        found += [
            Flaw(f"明细 {line}", f"金额 {fen} 分，构成合计 {total} 分")
            for line, fen, total in cursor.fetchall()
        ]
        cursor.execute(SPENT)
        found += [Flaw(f"{run} 明细 {line}", "到账金额与账簿支出不一致") for run, line in cursor.fetchall()]
        cursor.execute(REFUNDED)
        found += [Flaw(f"户 {home}", f"多退还了 {fen} 分") for home, fen in cursor.fetchall()]
        cursor.execute(TWICE)
        found += [
            Flaw(f"明细 {line}", f"有 {number} 笔未退回的代发指令") for line, number in cursor.fetchall()
        ]
    for run in PayRun.objects.exclude(seal="").exclude(state="void").order_by("pk"):
        if run.state in ("submitted", "approved") and seal_of(run.pk) != run.seal:
            found.append(Flaw(run.number, "名单或金额与封签不一致"))
    return found
