"""Money in the database's own words: balanced, append-only, once; two people; nothing after the seal; who sees it."""

from django.db import migrations

from anmin.kernel.access.rls import (
    WEB_ROLE,
    business_writes,
    division_policy,
    in_scope,
    no_business_writes,
    no_policy,
    policy,
    through_policy,
)
from anmin.kernel.audit.history import keep, keep_no_more

OPERATOR = "(current_setting('role') <> 'anmin_web' AND session_user <> 'anmin_app')"

LEDGER = """
CREATE FUNCTION kernel_ledger_entry_comes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tx := pg_current_xact_id()::text::bigint;
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger period'), hashtext(NEW.division));
    IF EXISTS (
        SELECT 1 FROM kernel_periodclosing
        WHERE division = NEW.division AND month >= date_trunc('month', NEW."on")::date AND reopened_at IS NULL
    ) THEN
        RAISE EXCEPTION 'ledger_period_closed: % 的 % 已结账，不能再记账', NEW.division, to_char(NEW."on", 'YYYY-MM');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_comes BEFORE INSERT ON kernel_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION kernel_ledger_entry_comes();

-- Looked at when the transaction ends, once an entry: its lines add up to nought, and there are lines.
CREATE FUNCTION kernel_ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total numeric;
    number bigint;
BEGIN
    SELECT sum(fen), count(*) INTO total, number FROM kernel_ledgerline WHERE entry_id = NEW.id;
    IF number < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger_unbalanced: 凭证 % 借贷不平（% 分，% 条分录）', NEW.source, total, number;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON kernel_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kernel_ledger_entry_balances();

-- Lines come with their entry and never after it; what is paid out of must be there. Budget lines are locked in order.
CREATE FUNCTION kernel_ledger_lines_come() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    short record;
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT entry_id FROM fresh) AS mine JOIN kernel_ledgerentry AS entry ON entry.id = mine.entry_id
        WHERE entry.tx IS DISTINCT FROM pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'ledger_entry_is_complete: 凭证已经记完，不能再加分录';
    END IF;
    PERFORM 1 FROM kernel_budgetline WHERE id IN (SELECT budget_line_id FROM fresh WHERE fen < 0)
        ORDER BY id FOR NO KEY UPDATE;
    SELECT line.account, line.budget_line_id, sum(line.fen) AS fen INTO short FROM kernel_ledgerline AS line
    WHERE (line.budget_line_id, line.account) IN (
        SELECT budget_line_id, account FROM fresh
        WHERE fen < 0 AND account IN ('available', 'blocked', 'transit', 'returned', 'reserve')
    )
    GROUP BY 1, 2 HAVING sum(line.fen) < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger_short: %不足，还差 % 元', CASE short.account WHEN 'available' THEN '可用指标'
            WHEN 'blocked' THEN '已冻结的指标' WHEN 'transit' THEN '在途资金' WHEN 'returned' THEN '退票资金'
            ELSE '备用金' END, to_char(-short.fen / 100.0, 'FM999,999,999,990.00');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_lines_come AFTER INSERT ON kernel_ledgerline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_ledger_lines_come();

CREATE FUNCTION kernel_period_closes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM pg_advisory_xact_lock(hashtext('ledger period'), hashtext(NEW.division));
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.reopened_at IS NOT NULL OR (NEW.division, NEW.month, NEW.entries, NEW.sums, NEW.by_id, NEW.beside_id)
        IS DISTINCT FROM (OLD.division, OLD.month, OLD.entries, OLD.sums, OLD.by_id, OLD.beside_id) THEN
        RAISE EXCEPTION 'kernel_row_stays: 结账记录不能修改或删除';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER period_closes BEFORE INSERT OR UPDATE OR DELETE ON kernel_periodclosing
    FOR EACH ROW EXECUTE FUNCTION kernel_period_closes();
"""

RUNS = """
CREATE FUNCTION kernel_pay_run_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ways text[] := ARRAY['draft>computed', 'computed>computed', 'computed>checked', 'checked>computed', 'checked>checked',
        'checked>submitted', 'submitted>checked', 'submitted>approved', 'approved>filed', 'filed>settled', 'settled>filed',
        'settled>closed', 'draft>void', 'computed>void', 'checked>void', 'submitted>void', 'approved>void'];
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
    IF NEW.state = 'void' AND EXISTS (SELECT 1 FROM kernel_payfile WHERE run_id = NEW.id) THEN
        RAISE EXCEPTION 'pay_run_has_files: 已生成代发文件的批次不能作废';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pay_run_moves BEFORE UPDATE OR DELETE ON kernel_payrun FOR EACH ROW EXECUTE FUNCTION kernel_pay_run_moves();

CREATE FUNCTION kernel_pay_lines_are_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM (SELECT DISTINCT run_id FROM fresh) AS mine JOIN kernel_payrun AS run ON run.id = mine.run_id
        WHERE run.state NOT IN ('draft', 'computed', 'checked')
    ) OR TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM (SELECT DISTINCT run_id FROM stale) AS mine JOIN kernel_payrun AS run ON run.id = mine.run_id
        WHERE run.state NOT IN ('draft', 'computed', 'checked')
    ) THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pay_lines_come AFTER INSERT ON kernel_payline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_lines_are_open();
CREATE TRIGGER pay_lines_go AFTER DELETE ON kernel_payline REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_lines_are_open();

CREATE FUNCTION kernel_pay_lines_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
        WHEN fresh.state <> stale.state AND fresh.state IN ('paid', 'returned') AND NOT EXISTS (
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
CREATE TRIGGER pay_lines_change AFTER UPDATE ON kernel_payline REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_lines_change();

CREATE FUNCTION kernel_pay_parts_are_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (
        SELECT 1 FROM (SELECT DISTINCT line.run_id FROM fresh JOIN kernel_payline AS line ON line.id = fresh.line_id) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked')
    ) OR TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM (SELECT DISTINCT line.run_id FROM stale JOIN kernel_payline AS line ON line.id = stale.line_id) AS mine
        JOIN kernel_payrun AS run ON run.id = mine.run_id WHERE run.state NOT IN ('draft', 'computed', 'checked', 'void')
    ) THEN
        RAISE EXCEPTION 'pay_run_sealed: 批次已提交审批，名单和金额不能再改';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pay_parts_come AFTER INSERT ON kernel_paypart REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_parts_are_open();
CREATE TRIGGER pay_parts_change AFTER UPDATE ON kernel_paypart REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_parts_are_open();
CREATE TRIGGER pay_parts_go AFTER DELETE ON kernel_paypart REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_pay_parts_are_open();

CREATE FUNCTION kernel_run_approval_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    asked record;
BEGIN
    SELECT * INTO asked FROM kernel_payrun WHERE id = NEW.run_id FOR UPDATE;
    IF asked.state <> 'submitted' THEN
        RAISE EXCEPTION 'pay_run_not_submitted: 批次不在待审批状态';
    END IF;
    IF asked.seal <> NEW.seal OR asked.total <> NEW.total THEN
        RAISE EXCEPTION 'pay_run_changed: 名单或金额与审批人看到的不一致';
    END IF;
    IF NEW.by_id IN (asked.prepared_by_id, asked.submitted_by_id) THEN
        RAISE EXCEPTION 'pay_run_same_person: 编制、提交人不能审批自己的批次';
    END IF;
    IF EXISTS (
        SELECT 1 FROM kernel_staffperson AS staff JOIN kernel_payline AS line ON line.run_id = NEW.run_id
        WHERE staff.user_id = NEW.by_id AND line.person_id = staff.person_id AND line.state <> 'excluded'
        UNION ALL
        SELECT 1 FROM kernel_staffperson AS staff JOIN kernel_membership AS member ON member.person_id = staff.person_id
        JOIN kernel_payline AS line ON line.household_id = member.household_id
        WHERE staff.user_id = NEW.by_id AND line.run_id = NEW.run_id AND line.state <> 'excluded'
          AND (member.last_day IS NULL OR member.last_day >= asked.month)
    ) THEN
        RAISE EXCEPTION 'pay_run_payee: 审批人或其家庭在本批次领取待遇，须回避';
    END IF;
    IF NEW."order" <> 1 + (SELECT count(*) FROM kernel_runapproval WHERE run_id = NEW.run_id AND seal = NEW.seal) THEN
        RAISE EXCEPTION 'pay_run_moved: 审批已有新进展';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_approval_is_allowed BEFORE INSERT ON kernel_runapproval
    FOR EACH ROW EXECUTE FUNCTION kernel_run_approval_is_allowed();
"""

BANKS = """
CREATE FUNCTION kernel_orders_come() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    SELECT CASE
        WHEN run.state NOT IN ('approved', 'filed', 'settled') THEN 'pay_run_not_approved: 批次没有审批完，不能发放'
        WHEN line.state IN ('held', 'excluded') THEN 'pay_line_held: 暂扣或不发的明细不能出文件'
        WHEN line.fen <> fresh.fen OR file.run_id <> line.run_id THEN 'order_differs: 代发金额与审批的明细不一致'
        WHEN fresh.attempt > 1 AND NOT EXISTS (
            SELECT 1 FROM kernel_payfileline AS former
            WHERE former.pay_line_id = fresh.pay_line_id AND former.attempt = fresh.attempt - 1 AND former.state = 'returned'
        ) THEN 'order_not_returned: 上一笔没有退回，不能重发'
        END INTO wrong
    FROM fresh JOIN kernel_payline AS line ON line.id = fresh.pay_line_id JOIN kernel_payrun AS run ON run.id = line.run_id
    JOIN kernel_payfile AS file ON file.id = fresh.file_id
    ORDER BY 1 NULLS LAST LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_come AFTER INSERT ON kernel_payfileline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_orders_come();

CREATE FUNCTION kernel_orders_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    wrong text;
BEGIN
    SELECT CASE
        WHEN (fresh.file_id, fresh.pay_line_id, fresh.attempt, fresh.seq, fresh.key, fresh.account_id, fresh.fen) IS DISTINCT FROM
             (stale.file_id, stale.pay_line_id, stale.attempt, stale.seq, stale.key, stale.account_id, stale.fen)
            THEN 'kernel_row_stays: 代发指令不能修改'
        WHEN fresh.state <> stale.state AND NOT EXISTS (
            SELECT 1 FROM kernel_returnline AS said WHERE said.order_id = fresh.id AND said.status = fresh.state
        ) THEN 'order_without_evidence: 没有银行答复，不能改变代发结果'
        END INTO wrong
    FROM fresh JOIN stale ON stale.id = fresh.id
    ORDER BY 1 NULLS LAST LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', wrong;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_change AFTER UPDATE ON kernel_payfileline REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_orders_change();
"""
STAY = [
    *("kernel_ledgerentry", "kernel_ledgerline", "kernel_budgetmove", "kernel_runapproval", "kernel_returnline"),
    *("kernel_reconciliation", "kernel_bankstatement", "kernel_pricesubsidy", "kernel_ratecontinuation", "kernel_recoverymonth"),
]
STAYS = "".join(
    f"CREATE TRIGGER money_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();\n"
    for table in STAY
) + "".join(
    f"CREATE TRIGGER money_stays BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();\n"
    for table in ("kernel_payfile", "kernel_payfileline", "kernel_returnfile", "kernel_bankcall", "kernel_recovery")
)

# Figures carry no person: whoever is about a place sees its sums, also of lines that are held more closely.
SUMS = f"""
CREATE FUNCTION anmin_ledger_sums(book text, first_day date, last_day date)
RETURNS TABLE (account text, budget_line bigint, benefit text, place text, fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT line.account::text, line.budget_line_id, line.benefit::text, line.division::text, sum(line.fen)::bigint
    FROM kernel_ledgerline AS line JOIN kernel_ledgerentry AS entry ON entry.id = line.entry_id
    WHERE entry."on" BETWEEN first_day AND last_day AND line.division LIKE book || '%'
      AND ({OPERATOR} OR {in_scope("line.division")})
    GROUP BY 1, 2, 3, 4
$$;
CREATE FUNCTION anmin_run_sums(asked bigint)
RETURNS TABLE (benefit text, state text, place text, number bigint, fen bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT line.benefit::text, line.state::text, left(line.division, 9)::text, count(*), sum(line.fen)::bigint
    FROM kernel_payline AS line WHERE line.run_id = asked AND ({OPERATOR} OR {in_scope("line.division")})
    GROUP BY 1, 2, 3
$$;
REVOKE ALL ON FUNCTION anmin_ledger_sums(text, date, date), anmin_run_sums(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_ledger_sums(text, date, date), anmin_run_sums(bigint) TO {WEB_ROLE};
"""

BY_DIVISION = {
    "kernel_ledgerentry": None,
    "kernel_ledgerline": "level",
    "kernel_periodclosing": None,
    "kernel_budgetline": None,
    "kernel_payeeaccount": "level",
    "kernel_payrun": None,
    "kernel_payline": "level",
    "kernel_payexception": "level",
    "kernel_sentinel": "level",
    "kernel_recovery": "level",
    "kernel_payfile": None,
    "kernel_bankcall": None,
    "kernel_returnfile": None,
    "kernel_bankstatement": None,
}
THROUGH = {
    "kernel_paypart": ("line_id", "kernel_payline"),
    "kernel_runfunding": ("run_id", "kernel_payrun"),
    "kernel_runapproval": ("run_id", "kernel_payrun"),
    "kernel_recoverymonth": ("recovery_id", "kernel_recovery"),
    "kernel_recoveryinstalment": ("recovery_id", "kernel_recovery"),
    "kernel_payfileline": ("pay_line_id", "kernel_payline"),
    "kernel_returnline": ("order_id", "kernel_payfileline"),
    "kernel_reconciliation": ("run_id", "kernel_payrun"),
}
READ_BY_ALL = ["kernel_pricesubsidy", "kernel_ratecontinuation"]
"""What a city decides counts in its counties."""
TABLES = [*BY_DIVISION, *THROUGH, *READ_BY_ALL, "kernel_fund", "kernel_budgetmove"]
POLICIES = (
    "".join(division_policy(table, level=level) for table, level in BY_DIVISION.items())
    + "".join(through_policy(table, *parent) for table, parent in THROUGH.items())
    + "".join(policy(table, using="true", check=in_scope("division")) for table in READ_BY_ALL)
    + policy("kernel_fund", using="true")
    + policy("kernel_budgetmove", using=f"{in_scope('division')} OR {in_scope('to_division')}", check=in_scope("division"))
)
KEPT = [
    *("kernel_periodclosing", "kernel_fund", "kernel_budgetline", "kernel_payeeaccount", "kernel_payrun", "kernel_payexception"),
    *("kernel_sentinel", "kernel_recovery", "kernel_recoveryinstalment", "kernel_payfile", "kernel_bankcall", "kernel_returnfile"),
]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0030_money")]
    operations = [
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
        migrations.RunSQL(RUNS, migrations.RunSQL.noop),
        migrations.RunSQL(BANKS, migrations.RunSQL.noop),
        migrations.RunSQL(STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(SUMS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, "".join(no_policy(table) for table in TABLES)),
        migrations.RunSQL(
            "".join(business_writes(table) for table in TABLES), "".join(no_business_writes(table) for table in TABLES)
        ),
        migrations.RunSQL("".join(keep(table) for table in KEPT), "".join(keep_no_more(table) for table in KEPT)),
    ]
