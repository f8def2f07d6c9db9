"""What reserves paid first counts as paid; a run closed before a late return opens again; parts of a claim are written off."""

from django.db import migrations, models
from django.db.models import Q

# A case is paid first at most once; what its decision began is paid less by that, in its first month. Where a decision
# began several benefits, the first of them.
PAID_FIRST = """
CREATE VIEW anmin_paid_first WITH (security_invoker = true) AS
SELECT given.id AS entitlement, date_trunc('month', given.first_day)::date AS month, sum(paid.fen)::bigint AS fen
FROM kernel_ledgerentry AS entry
JOIN kernel_ledgerline AS paid ON paid.entry_id = entry.id AND paid.account = 'spent'
JOIN kernel_decision AS made ON made.case_number = entry.document
JOIN kernel_entitlement AS given ON given.begun_by_id = made.id
WHERE entry.kind = 'reserve_paid'
  AND NOT EXISTS (SELECT 1 FROM kernel_ledgerentry AS back WHERE back.reverses_id = entry.id)
  AND NOT EXISTS (SELECT 1 FROM kernel_entitlement AS other WHERE other.begun_by_id = made.id AND other.id < given.id)
GROUP BY 1, 2
"""
# As before, and: a closed run opens again, but only for an answer of the bank that somebody has just let count.
RUNS = """
CREATE OR REPLACE FUNCTION kernel_pay_run_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    ways text[] := ARRAY['draft>computed', 'computed>computed', 'computed>checked', 'checked>computed', 'checked>checked',
        'checked>submitted', 'submitted>checked', 'submitted>approved', 'approved>filed', 'filed>settled', 'settled>filed',
        'settled>closed', 'closed>settled', 'draft>void', 'computed>void', 'checked>void', 'submitted>void', 'approved>void'];
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.number, NEW.division, NEW.month, NEW.benefits, NEW.roster_day, NEW.prepared_by_id)
        IS DISTINCT FROM (OLD.number, OLD.division, OLD.month, OLD.benefits, OLD.roster_day, OLD.prepared_by_id) THEN
        RAISE EXCEPTION 'kernel_row_stays: 发放批次不能修改或删除';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ways) THEN
        RAISE EXCEPTION 'pay_run_no_such_step: 批次不能从 % 到 %', OLD.state, NEW.state;
    END IF;
    IF OLD.state IN ('submitted', 'approved', 'filed', 'settled', 'closed') AND NEW.state NOT IN ('checked', 'void')
        AND (NEW.seal, NEW.total, NEW.lines_number, NEW.signatures)
            IS DISTINCT FROM (OLD.seal, OLD.total, OLD.lines_number, OLD.signatures) THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    IF NEW.state IN ('submitted', 'approved') AND NEW.state <> OLD.state AND EXISTS (
        SELECT 1 FROM kernel_payexception WHERE run_id = NEW.id AND state = 'open'
    ) THEN
        RAISE EXCEPTION 'pay_run_open_exceptions: 还有待处理的异常';
    END IF;
    IF NEW.state = 'approved' AND OLD.state = 'submitted' AND (
        SELECT count(DISTINCT by_id) FROM kernel_runapproval
        WHERE run_id = NEW.id AND seal = NEW.seal AND outcome = 'approve'
    ) < NEW.signatures THEN
        RAISE EXCEPTION 'pay_run_signatures: 审批人数不够';
    END IF;
    IF OLD.state = 'closed' AND NEW.state = 'settled' AND NOT EXISTS (
        SELECT 1 FROM kernel_returnfile AS answer JOIN kernel_payfile AS file ON file.id = answer.file_id
        WHERE file.run_id = NEW.id AND answer.state = 'released' AND answer.decided_at >= now() - interval '1 hour'
    ) THEN
        RAISE EXCEPTION 'pay_run_closed: 已办结的批次只有银行退回款项时才能重新打开';
    END IF;
    IF NEW.state = 'void' AND EXISTS (SELECT 1 FROM kernel_payfile WHERE run_id = NEW.id) THEN
        RAISE EXCEPTION 'pay_run_has_files: 已生成代发文件的批次不能作废';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0048_money_errands")]
    operations = [
        migrations.AddIndex(
            "ledgerentry",
            models.Index(fields=["document"], condition=Q(kind="reserve_paid"), name="ledger_paid_first"),
        ),
        migrations.AlterField(
            "recoveryinstalment",
            "way",
            models.CharField(
                max_length=8,
                choices=[("paid_in", "缴回"), ("deduct", "从待遇中抵扣"), ("off", "部分核销")],
            ),
        ),
        migrations.RunSQL(RUNS, migrations.RunSQL.noop),
        migrations.RunSQL(PAID_FIRST, "DROP VIEW anmin_paid_first"),
    ]
