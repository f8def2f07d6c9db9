"""A line of which a deduction leaves nothing is settled without a bank: there is nothing that a bank could say of it."""

from django.db import migrations

LINES = """
CREATE OR REPLACE FUNCTION kernel_pay_lines_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
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
        END INTO wrong
    FROM fresh JOIN stale ON stale.id = fresh.id JOIN kernel_payrun AS run ON run.id = stale.run_id
    WHERE (run.state NOT IN ('draft', 'computed', 'checked') OR fresh.state IN ('filed', 'paid', 'returned', 'unknown'))
    ORDER BY 1 NULLS LAST LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0054_own_payments")]
    operations = [migrations.RunSQL(LINES, migrations.RunSQL.noop)]
