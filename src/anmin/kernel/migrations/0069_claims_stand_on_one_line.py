"""A claim stands on one budget line and opens again when a deduction comes back; what of its months is kept is said by month."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from anmin.kernel.audit.history import keep, keep_no_more

STATES = [
    ("found", "发现多发"),
    ("heard", "已告知并听取说明"),
    ("noticed", "已下达追回通知"),
    ("agreed", "已商定还款"),
    ("repaid", "已还清"),
    ("written_off", "已核销"),
    ("court", "已移送法院"),
    ("dropped", "不予追回"),
    ("void", "已作废（待遇已更正）"),
]

# Where the notice was posted; for what was closed, the state before: who went to court is named as who closed it.
LINES = """
UPDATE kernel_recovery AS claim SET book = entry.division, budget_line_id = posted.budget_line_id
FROM kernel_ledgerentry AS entry JOIN kernel_ledgerline AS posted ON posted.entry_id = entry.id AND posted.account = 'receivable'
WHERE entry.source = 'recovery:' || claim.id || ':notice';
UPDATE kernel_recovery SET before = CASE
    WHEN state = 'repaid' AND closed_by_id IS NOT NULL THEN 'court' WHEN agreed_on IS NOT NULL THEN 'agreed' ELSE 'noticed' END
WHERE state IN ('repaid', 'written_off');
"""

# What was written off as a whole is a row as well, as parts are.
OFF = """
INSERT INTO kernel_recoveryinstalment (recovery_id, number, month, fen, way, paid_on, entry_id)
SELECT claim.id, 1 + (SELECT count(*) FROM kernel_recoveryinstalment AS one WHERE one.recovery_id = claim.id),
    date_trunc('month', entry."on")::date, posted.fen, 'off', entry."on", entry.id
FROM kernel_recovery AS claim JOIN kernel_ledgerentry AS entry ON entry.source = 'recovery:' || claim.id || ':off'
JOIN kernel_ledgerline AS posted ON posted.entry_id = entry.id AND posted.account = 'written_off' AND posted.fen > 0;
"""

# By month, from the last one on, as agreed instalments come off. What was dropped before stays dropped as a whole (null).
KEPT = """
UPDATE kernel_recoverymonth AS month SET kept = least(month.fen, greatest(0, laid.off - laid.after)) FROM (
    SELECT one.id, sum(one.fen) OVER (PARTITION BY one.recovery_id ORDER BY one.month DESC, one.id DESC) - one.fen AS after,
        given.off
    FROM kernel_recoverymonth AS one JOIN (
        SELECT recovery_id, sum(fen) AS off FROM kernel_recoveryinstalment WHERE way = 'off' GROUP BY 1
    ) AS given ON given.recovery_id = one.recovery_id
    JOIN kernel_recovery AS claim ON claim.id = one.recovery_id AND claim.state <> 'dropped'
) AS laid WHERE laid.id = month.id;
"""

STAYS = """
DROP TRIGGER money_stays ON kernel_recoverymonth;
CREATE FUNCTION kernel_overpaid_month_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.recovery_id, NEW.entitlement, NEW.month, NEW.sequence, NEW.fen)
        IS DISTINCT FROM (OLD.recovery_id, OLD.entitlement, OLD.month, OLD.sequence, OLD.fen)
        OR OLD.paid IS NOT NULL AND NEW.paid IS DISTINCT FROM OLD.paid THEN
        RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_stays BEFORE UPDATE OR DELETE ON kernel_recoverymonth
    FOR EACH ROW EXECUTE FUNCTION kernel_overpaid_month_stays();

CREATE FUNCTION kernel_recovery_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.book <> '' AND (NEW.book, NEW.budget_line_id) IS DISTINCT FROM (OLD.book, OLD.budget_line_id) THEN
        RAISE EXCEPTION 'recovery_line_stays: 追回 % 已在账上，账簿和指标不能再改', OLD.number;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recovery_line_stays BEFORE UPDATE ON kernel_recovery
    FOR EACH ROW EXECUTE FUNCTION kernel_recovery_line_stays();

-- All that goes back of a claim is no more than what came: paid in, or deducted in a payment that lives. One at a time.
CREATE FUNCTION kernel_refunded_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.way NOT IN ('refund', 'by_hand') OR NEW.cancelled_on IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM kernel_recovery WHERE id = NEW.recovery_id FOR UPDATE;
    IF (
        SELECT coalesce(sum(fen), 0) FROM kernel_recoveryinstalment
        WHERE recovery_id = NEW.recovery_id AND way IN ('refund', 'by_hand') AND cancelled_on IS NULL
    ) > (
        SELECT coalesce(sum(back.fen), 0) FROM kernel_recoveryinstalment AS back WHERE back.recovery_id = NEW.recovery_id AND (
            back.way = 'paid_in' AND back.paid_on IS NOT NULL OR back.way = 'deduct' AND EXISTS (
                SELECT 1 FROM kernel_paypart AS part WHERE part.instalment_id = back.id AND part.is_live
            )
        )
    ) THEN
        RAISE EXCEPTION 'refunded_once: 退还的合计超过已还的合计' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refunded_once AFTER INSERT OR UPDATE ON kernel_recoveryinstalment
    FOR EACH ROW EXECUTE FUNCTION kernel_refunded_once();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0068_claims_taken_back_are_refunded")]
    operations = [
        migrations.AddField("recovery", "book", models.CharField(blank=True, default="", max_length=12), preserve_default=False),
        migrations.AddField(
            "recovery",
            "budget_line",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recoveries",
                to="kernel.budgetline",
            ),
        ),
        migrations.AddField(
            "recovery",
            "before",
            models.CharField(blank=True, choices=STATES, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddField("recoverymonth", "paid", models.BigIntegerField(null=True)),
        migrations.AddField("recoverymonth", "kept", models.BigIntegerField(null=True)),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
        migrations.RunSQL(OFF, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RunSQL(keep("kernel_recoverymonth"), keep_no_more("kernel_recoverymonth")),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            "recovery",
            models.CheckConstraint(condition=Q(budget_line__isnull=True) | ~Q(book=""), name="recovery_line_in_a_book"),
        ),
        migrations.AddConstraint(
            "recoverymonth",
            models.CheckConstraint(
                condition=Q(kept__isnull=True) | Q(kept__gte=0, kept__lte=F("fen")),
                name="no_more_is_kept_than_was_too_much",
            ),
        ),
        migrations.RemoveConstraint("recoveryinstalment", "refunded_once"),
    ]
