"""Findings of overpayment that were overtaken are void; parts of a line that is given up after its return die with it."""

from django.db import migrations, models
from django.db.models import Q

PARTS = """
CREATE OR REPLACE FUNCTION kernel_pay_parts_are_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    sealed boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) > 0 INTO sealed
        FROM (SELECT DISTINCT line.run_id FROM fresh JOIN kernel_payline AS line ON line.id = fresh.line_id) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked');
    ELSE
        SELECT count(*) > 0 INTO sealed
        FROM (SELECT DISTINCT line.run_id FROM stale JOIN kernel_payline AS line ON line.id = stale.line_id) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked');
    END IF;
    IF sealed THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION kernel_pay_lines_are_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    sealed boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) > 0 INTO sealed FROM (SELECT DISTINCT run_id FROM fresh) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked');
    ELSE
        SELECT count(*) > 0 INTO sealed FROM (SELECT DISTINCT run_id FROM stale) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked');
    END IF;
    IF sealed THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION kernel_pay_parts_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM fresh JOIN stale ON stale.id = fresh.id JOIN kernel_payline AS line ON line.id = stale.line_id
        JOIN kernel_payrun AS run ON run.id = line.run_id
        WHERE run.state NOT IN ('draft', 'computed', 'checked', 'void') AND (
            (fresh.line_id, fresh.entitlement, fresh.basis, fresh.month, fresh.sequence, fresh.fen, fresh.instalment_id)
            IS DISTINCT FROM
            (stale.line_id, stale.entitlement, stale.basis, stale.month, stale.sequence, stale.fen, stale.instalment_id)
            OR fresh.is_live AND NOT stale.is_live OR stale.is_live AND NOT fresh.is_live AND line.state <> 'excluded'
        )
    ) THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER pay_parts_change ON kernel_paypart;
CREATE TRIGGER pay_parts_change AFTER UPDATE ON kernel_paypart REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_parts_change();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0032_residents")]
    operations = [
        migrations.RemoveConstraint("recovery", "recovery_needs_a_decision"),
        migrations.RemoveConstraint("recovery", "recovery_given_up_by_somebody"),
        migrations.AlterField(
            "recovery",
            "state",
            models.CharField(
                max_length=12,
                choices=[
                    ("found", "发现多发"),
                    ("heard", "已告知并听取说明"),
                    ("noticed", "已下达追回通知"),
                    ("agreed", "已商定还款"),
                    ("repaid", "已还清"),
                    ("written_off", "已核销"),
                    ("court", "已移送法院"),
                    ("dropped", "不予追回"),
                    ("void", "已作废（待遇已更正）"),
                ],
                default="found",
            ),
        ),
        migrations.AddConstraint(
            "recovery",
            models.CheckConstraint(
                condition=Q(state__in=["found", "heard", "dropped", "void"]) | Q(decision__isnull=False),
                name="recovery_needs_a_decision",
            ),
        ),
        migrations.AddConstraint(
            "recovery",
            models.CheckConstraint(
                condition=~Q(state__in=["written_off", "court", "dropped", "void"]) | Q(closed_by__isnull=False),
                name="recovery_given_up_by_somebody",
            ),
        ),
        migrations.RunSQL(PARTS, migrations.RunSQL.noop),
    ]
