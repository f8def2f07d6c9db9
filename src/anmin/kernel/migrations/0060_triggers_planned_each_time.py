"""Triggers over all rows of a statement are planned for the rows that there are.

PL/pgSQL keeps the plan of the first call of a session. Made for one row, it joins old and new rows by running over all of
them for each: after one decision by hand, the lines of a city took the square of their number. What is checked is unchanged.
"""

from django.db import migrations

LINES = """
SELECT CASE
    WHEN run.state NOT IN ('draft', 'computed', 'checked') AND (
        (fresh.run_id, fresh.entitlement_id, fresh.household_id, fresh.person_id, fresh.account_id, fresh.budget_line_id, fresh.fen)
        IS DISTINCT FROM
        (stale.run_id, stale.entitlement_id, stale.household_id, stale.person_id, stale.account_id, stale.budget_line_id, stale.fen)
        OR (fresh.state <> stale.state AND (fresh.state IN ('due', 'held') OR stale.state IN ('held', 'excluded')))
    ) THEN 'pay_run_sealed: 批次已提交审批，名单和金额不能再改'
    WHEN fresh.state <> stale.state AND fresh.state IN ('filed', 'paid', 'returned', 'unknown')
        AND run.state NOT IN ('approved', 'filed', 'settled') THEN 'pay_run_not_approved: 批次没有审批完，不能发放'
    WHEN fresh.state <> stale.state AND fresh.state IN ('paid', 'returned') AND NOT (fresh.fen = 0 AND fresh.state = 'paid') AND NOT EXISTS (
        SELECT 1 FROM kernel_payfileline AS placed WHERE placed.pay_line_id = fresh.id AND placed.state = fresh.state
    ) THEN 'pay_line_without_evidence: 没有银行答复，不能记为到账或退票'
    END
FROM fresh JOIN stale ON stale.id = fresh.id JOIN kernel_payrun AS run ON run.id = stale.run_id
WHERE (run.state NOT IN ('draft', 'computed', 'checked') OR fresh.state IN ('filed', 'paid', 'returned', 'unknown'))
ORDER BY 1 NULLS LAST LIMIT 1
"""
PARTS = """
SELECT 'pay_run_sealed: 批次已提交审批，名单和金额不能再改'
FROM fresh JOIN stale ON stale.id = fresh.id JOIN kernel_payline AS line ON line.id = stale.line_id
JOIN kernel_payrun AS run ON run.id = line.run_id
WHERE run.state NOT IN ('draft', 'computed', 'checked', 'void') AND (
    (fresh.line_id, fresh.entitlement, fresh.basis, fresh.month, fresh.sequence, fresh.fen, fresh.instalment_id)
    IS DISTINCT FROM
    (stale.line_id, stale.entitlement, stale.basis, stale.month, stale.sequence, stale.fen, stale.instalment_id)
    OR fresh.is_live AND NOT stale.is_live OR stale.is_live AND NOT fresh.is_live AND line.state <> 'excluded'
) LIMIT 1
"""
COMING = """
SELECT CASE
    WHEN run.state NOT IN ('approved', 'filed', 'settled') THEN 'pay_run_not_approved: 批次没有审批完，不能发放'
    WHEN line.state IN ('held', 'excluded') THEN 'pay_line_held: 暂扣或不发的明细不能出文件'
    WHEN line.fen <> fresh.fen OR file.run_id <> line.run_id THEN 'order_differs: 代发金额与审批的明细不一致'
    WHEN fresh.attempt > 1 AND NOT EXISTS (
        SELECT 1 FROM kernel_payfileline AS former
        WHERE former.pay_line_id = fresh.pay_line_id AND former.attempt = fresh.attempt - 1 AND former.state = 'returned'
    ) THEN 'order_not_returned: 上一笔没有退回，不能重发'
    END
FROM fresh JOIN kernel_payline AS line ON line.id = fresh.pay_line_id JOIN kernel_payrun AS run ON run.id = line.run_id
JOIN kernel_payfile AS file ON file.id = fresh.file_id
ORDER BY 1 NULLS LAST LIMIT 1
"""
CHANGING = """
SELECT CASE
    WHEN (fresh.file_id, fresh.pay_line_id, fresh.attempt, fresh.seq, fresh.key, fresh.account_id, fresh.fen) IS DISTINCT FROM
         (stale.file_id, stale.pay_line_id, stale.attempt, stale.seq, stale.key, stale.account_id, stale.fen)
        THEN 'kernel_row_stays: 代发指令不能修改'
    WHEN fresh.state <> stale.state AND NOT EXISTS (
        SELECT 1 FROM kernel_returnline AS said WHERE said.order_id = fresh.id AND said.status = fresh.state
    ) THEN 'order_without_evidence: 没有银行答复，不能改变代发结果'
    END
FROM fresh JOIN stale ON stale.id = fresh.id
ORDER BY 1 NULLS LAST LIMIT 1
"""
FUNCTIONS = {
    "kernel_pay_lines_change": LINES,
    "kernel_pay_parts_change": PARTS,
    "kernel_orders_come": COMING,
    "kernel_orders_change": CHANGING,
}


def planned_each_time(name: str, select: str) -> str:
    """A trigger function that refuses with the words which a SELECT gives, planned anew in each statement."""
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    EXECUTE $select${select}$select$ INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0059_papers_of_entries")]
    operations = [
        migrations.RunSQL(
            "".join(planned_each_time(name, select) for name, select in FUNCTIONS.items()),
            migrations.RunSQL.noop,
        )
    ]
