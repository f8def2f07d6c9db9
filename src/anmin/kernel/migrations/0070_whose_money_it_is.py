"""Whoever signs is kept from money of their own by whatever way it is theirs: record, household, near relative, account, card."""

from django.db import migrations

from anmin.kernel.access.rls import WEB_ROLE

# Every row counts, also what whoever signs may not see.
PAID_BY = f"""
CREATE FUNCTION anmin_near(asked bigint) RETURNS TABLE (person bigint, is_self boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH me AS (
        SELECT coalesce(declared.merged_into_id, declared.id) AS id FROM kernel_staffperson AS staff
        JOIN kernel_person AS declared ON declared.id = staff.person_id WHERE staff.user_id = asked
    ), records AS (
        SELECT id FROM me UNION SELECT gone.id FROM kernel_person AS gone JOIN me ON gone.merged_into_id = me.id
    )
    SELECT id, true FROM records
    UNION
    SELECT CASE WHEN tie.person_id = records.id THEN tie.other_id ELSE tie.person_id END, false
    FROM kernel_kin AS tie JOIN records ON records.id IN (tie.person_id, tie.other_id)
    WHERE tie.last_day IS NULL AND tie.kind IN ('spouse', 'father', 'mother', 'grandparent', 'sibling', 'guardian')
$$;
CREATE FUNCTION anmin_near_accounts(asked bigint) RETURNS TABLE (account bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH near AS (SELECT * FROM anmin_near(asked)), cards AS (
        SELECT account.blind FROM kernel_payeeaccount AS account JOIN near ON near.person = account.person_id AND near.is_self
        WHERE account.blind IS NOT NULL
        UNION
        SELECT shown.blind FROM kernel_identifier AS shown JOIN near ON near.person = shown.person_id AND near.is_self
        WHERE shown.kind = 'bank'
    )
    SELECT account.id FROM kernel_payeeaccount AS account JOIN near ON near.person = account.person_id
    UNION
    SELECT account.id FROM kernel_payeeaccount AS account JOIN cards USING (blind)
    UNION
    SELECT account.id FROM kernel_payeeaccount AS account JOIN kernel_membership AS member ON member.household_id = account.household_id
    JOIN near ON near.person = member.person_id WHERE member.last_day IS NULL OR member.last_day >= account.first_day
$$;
CREATE FUNCTION anmin_is_paid_by(asked_user bigint, asked_run bigint, asked_line bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH near AS (SELECT person FROM anmin_near(asked_user)), homes AS (
        SELECT member.household_id AS id FROM kernel_membership AS member JOIN near ON near.person = member.person_id
        JOIN kernel_payrun AS run ON run.id = asked_run
        WHERE member.last_day IS NULL OR member.last_day >= run.month
    )
    SELECT EXISTS (
        SELECT 1 FROM kernel_payline AS line
        WHERE line.run_id = asked_run AND (asked_line IS NULL OR line.id = asked_line) AND line.state <> 'excluded' AND (
            line.person_id IN (SELECT person FROM near) OR line.household_id IN (SELECT id FROM homes)
            OR line.account_id IN (SELECT account FROM anmin_near_accounts(asked_user))
        )
    )
$$;
CREATE FUNCTION anmin_is_their_account(asked_user bigint, asked_account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM anmin_near_accounts(asked_user) AS near WHERE near.account = asked_account)
$$;
REVOKE ALL ON FUNCTION anmin_near(bigint), anmin_near_accounts(bigint), anmin_is_paid_by(bigint, bigint, bigint),
    anmin_is_their_account(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_is_paid_by(bigint, bigint, bigint), anmin_is_their_account(bigint, bigint) TO {WEB_ROLE};
"""
APPROVALS = """
CREATE OR REPLACE FUNCTION kernel_run_approval_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
    IF anmin_is_paid_by(NEW.by_id, NEW.run_id, NULL) THEN
        RAISE EXCEPTION 'pay_run_payee: 审批人本人、家庭、近亲属或其账户在本批次收款，须回避';
    END IF;
    IF NEW."order" <> 1 + (SELECT count(*) FROM kernel_runapproval WHERE run_id = NEW.run_id AND seal = NEW.seal) THEN
        RAISE EXCEPTION 'pay_run_moved: 审批已有新进展';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0069_claims_stand_on_one_line")]
    operations = [
        migrations.RunSQL(PAID_BY, migrations.RunSQL.noop),
        migrations.RunSQL(APPROVALS, migrations.RunSQL.noop),
    ]
