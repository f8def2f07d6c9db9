"""Casework in the database's own words: two people, causes, publicity, discrepancies, relatives, the reserve fund; who sees it."""

from django.db import migrations

from anmin.kernel.access.rls import division_policy, no_policy, policy, through_policy
from anmin.kernel.audit.history import keep, keep_no_more

FUNCTIONS = """
CREATE FUNCTION anmin_related_staff(asked bigint) RETURNS TABLE (user_id bigint, person_id bigint, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT staff.user_id, member.person_id, 'self'
    FROM kernel_casemember AS member JOIN kernel_staffperson AS staff ON staff.person_id = member.person_id
    WHERE member.case_id = asked
    UNION
    SELECT staff.user_id, member.person_id, kin.kind
    FROM kernel_casemember AS member
    JOIN kernel_kin AS kin ON member.person_id IN (kin.person_id, kin.other_id)
    JOIN kernel_staffperson AS staff
      ON staff.person_id = CASE WHEN kin.person_id = member.person_id THEN kin.other_id ELSE kin.person_id END
    WHERE member.case_id = asked AND kin.last_day IS NULL
      AND kin.kind IN ('spouse', 'father', 'mother', 'grandparent', 'sibling')
$$;

-- Aid elsewhere is found wherever it is; the caller tells readers out of scope only that it exists.
CREATE FUNCTION anmin_before(persons bigint[], home bigint, asked text, today date)
RETURNS TABLE (kind text, what text, day date, division text, words text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT found.* FROM kernel_case AS found
        WHERE (found.household_id = home OR EXISTS (
            SELECT 1 FROM kernel_casemember AS member WHERE member.case_id = found.id AND member.person_id = ANY (persons)
        ))
    )
    SELECT 'open', mine.matter, mine.opened_on, mine.division, mine.number
    FROM mine WHERE mine.closed_on IS NULL AND mine.matter = asked AND mine.last_step > 0
    UNION ALL
    SELECT 'refused', mine.matter, made."on", mine.division, split_part(made.reason, E'\n', 1)
    FROM mine JOIN kernel_decision AS made ON made.case_number = mine.number
    WHERE made.outcome = 'refuse' AND made."on" > today - 366 AND made."on" <= today
    UNION ALL
    SELECT 'benefit', given.benefit, given.first_day, given.division, given.state
    FROM kernel_entitlement AS given
    WHERE given.state <> 'ended' AND (given.last_day IS NULL OR given.last_day >= today)
      AND (given.household_id = home OR given.person_id = ANY (persons) OR EXISTS (
          SELECT 1 FROM kernel_membership AS member
          WHERE member.household_id = given.household_id AND member.person_id = ANY (persons)
            AND given.person_id IS NULL AND (member.last_day IS NULL OR member.last_day >= today)
      ))
    ORDER BY 3 DESC
$$;

-- What hangs in public is public: the sheet itself, nothing of the case behind it.
CREATE FUNCTION anmin_hanging(digits text, today date)
RETURNS TABLE (id bigint, sheet bytea, division text, first_day date, last_day date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT shown.id, shown."row", shown.division, shown.first_day, shown.last_day FROM kernel_publicity AS shown
    WHERE shown.division LIKE digits || '%' AND shown.first_day <= today AND shown.last_day >= today
      AND shown.withdrawn_on IS NULL
    ORDER BY shown.first_day, shown.id
$$;
GRANT EXECUTE ON FUNCTION anmin_related_staff(bigint), anmin_before(bigint[], bigint, text, date),
    anmin_hanging(text, date) TO anmin_web;

CREATE OR REPLACE FUNCTION kernel_case_step_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here record;
    way record;
    decided record;
    anchor integer;
    needed text;
    opinion text;
BEGIN
    SELECT number, state, last_step, procedure_id, follows_id, causes INTO here
        FROM kernel_case WHERE id = NEW.case_id FOR UPDATE;
    IF here.state IS DISTINCT FROM NEW.from_state OR here.last_step + 1 IS DISTINCT FROM NEW.number THEN
        RAISE EXCEPTION 'case_moved: 办件已有新进展';
    END IF;
    SELECT * INTO way FROM kernel_allowedstep
        WHERE procedure_id = here.procedure_id AND from_state = NEW.from_state AND action = NEW.action;
    IF NOT FOUND OR way.to_state <> NEW.to_state THEN
        RAISE EXCEPTION 'case_no_such_step: % 不能从 % 到 %', NEW.action, NEW.from_state, NEW.to_state;
    END IF;
    IF way.needs_person AND NEW.by_id IS NULL THEN
        RAISE EXCEPTION 'case_needs_person: % 只能由工作人员办理', NEW.action;
    END IF;
    IF way.needs_second AND (NEW.by_id IS NULL OR NEW.beside_id IS NULL) THEN
        RAISE EXCEPTION 'case_needs_second: % 须由两人办理', NEW.action;
    END IF;
    IF way.needs_reason AND btrim(NEW.reason) = '' THEN
        RAISE EXCEPTION 'case_needs_reason: % 须写明理由', NEW.action;
    END IF;
    IF way.needs_decision AND NEW.decision_id IS NULL THEN
        RAISE EXCEPTION 'case_needs_decision: % 须先形成决定', NEW.action;
    END IF;
    SELECT coalesce(max(number), 0) INTO anchor FROM kernel_step
        WHERE case_id = NEW.case_id AND action = ANY (way.since);
    FOR needed IN
        SELECT unnest(way.after)
        UNION SELECT value FROM jsonb_each_text(way.after_cause) WHERE key = ANY (here.causes)
    LOOP
        IF NOT EXISTS (
            SELECT 1 FROM kernel_step WHERE case_id = NEW.case_id AND action = needed AND number >= anchor
        ) THEN
            RAISE EXCEPTION 'case_step_missing: % 之前须完成 %', NEW.action, needed;
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT 1 FROM kernel_step
        WHERE case_id IN (NEW.case_id, here.follows_id) AND action = ANY (way.other_than)
          AND (by_id IN (NEW.by_id, NEW.beside_id) OR beside_id IN (NEW.by_id, NEW.beside_id))
    ) THEN
        RAISE EXCEPTION 'case_same_person: % 须由另一人办理', NEW.action;
    END IF;
    IF (way.needs_person OR way.needs_second) AND EXISTS (
        SELECT 1 FROM anmin_related_staff(NEW.case_id) AS related
        WHERE related.user_id IN (NEW.by_id, NEW.beside_id)
    ) THEN
        RAISE EXCEPTION 'case_relative: % 的办理人是申请家庭的近亲属', NEW.action;
    END IF;
    IF way.not_before <> '' AND NOT EXISTS (
        SELECT 1 FROM kernel_caseclock
        WHERE case_id = NEW.case_id AND key = way.not_before AND stopped_on IS NULL AND "left" IS NULL
          AND due < NEW."on"
    ) THEN
        RAISE EXCEPTION 'case_too_early: % 期满前不能办理 %', way.not_before, NEW.action;
    END IF;
    IF way.publicity <> '' THEN
        SELECT details ->> 'publicity' INTO opinion FROM kernel_step
            WHERE case_id = NEW.case_id AND details ? 'publicity' ORDER BY number DESC LIMIT 1;
        IF opinion IS DISTINCT FROM way.publicity THEN
            RAISE EXCEPTION 'case_publicity: 按审核意见不能办理 %', NEW.action;
        END IF;
    END IF;
    IF NEW.decision_id IS NOT NULL THEN
        SELECT outcome, is_public INTO decided FROM kernel_decision
            WHERE id = NEW.decision_id AND case_number = here.number AND decided_by_id = NEW.by_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'case_foreign_decision: 决定不属于本件或不是办理人作出的';
        END IF;
        IF decided.outcome <> 'terminate' AND EXISTS (
            SELECT 1 FROM kernel_casefact WHERE case_id = NEW.case_id AND adopted IS NULL
              AND (SELECT count(DISTINCT side) FROM unnest(ARRAY[declared, checked, seen]) AS side
                   WHERE side IS NOT NULL) > 1
        ) THEN
            RAISE EXCEPTION 'case_discrepancy: 还有不一致的项目没有认定';
        END IF;
        IF decided.outcome = 'grant' AND decided.is_public AND NOT EXISTS (
            SELECT 1 FROM kernel_publicity
            WHERE case_id = NEW.case_id AND withdrawn_on IS NULL AND last_day < NEW."on"
        ) THEN
            RAISE EXCEPTION 'case_not_public: 公示期满前不能确认';
        END IF;
    END IF;
    UPDATE kernel_case SET state = NEW.to_state, last_step = NEW.number WHERE id = NEW.case_id;
    RETURN NEW;
END $$;

CREATE FUNCTION kernel_entitlement_changes_by_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, NEW.last_day) IS DISTINCT FROM (OLD.state, OLD.last_day)
        AND NEW.changed_by_id IS NOT DISTINCT FROM OLD.changed_by_id THEN
        RAISE EXCEPTION 'entitlement_needs_decision: 待遇只能凭决定变动';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entitlement_changes_by_decision BEFORE UPDATE ON kernel_entitlement
    FOR EACH ROW EXECUTE FUNCTION kernel_entitlement_changes_by_decision();

CREATE FUNCTION kernel_publicity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.case_id, NEW.round, NEW.first_day, NEW.last_day)
        IS DISTINCT FROM (OLD.case_id, OLD.round, OLD.first_day, OLD.last_day) THEN
        RAISE EXCEPTION 'kernel_publicity_stays: 公示记录不能修改';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_stays BEFORE UPDATE OR DELETE ON kernel_publicity
    FOR EACH ROW EXECUTE FUNCTION kernel_publicity_stays();

CREATE FUNCTION kernel_reserve_keeps_its_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    balance bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('reserve ' || NEW.division), NEW.year::integer);
    IF EXISTS (
        SELECT 1 FROM kernel_reserveclosing
        WHERE division = NEW.division AND month = date_trunc('month', NEW."on")::date
    ) THEN
        RAISE EXCEPTION 'reserve_closed: 该月备用金已对账';
    END IF;
    SELECT coalesce(sum(fen), 0) INTO balance FROM kernel_reserveentry
        WHERE division = NEW.division AND year = NEW.year;
    IF balance + NEW.fen < 0 THEN
        RAISE EXCEPTION 'reserve_empty: 备用金余额不足';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reserve_keeps_its_balance BEFORE INSERT ON kernel_reserveentry
    FOR EACH ROW EXECUTE FUNCTION kernel_reserve_keeps_its_balance();
CREATE TRIGGER reserve_entries_stay BEFORE UPDATE OR DELETE ON kernel_reserveentry
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
CREATE TRIGGER reserve_closings_stay BEFORE UPDATE OR DELETE ON kernel_reserveclosing
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
CREATE TRIGGER samples_stay BEFORE UPDATE OR DELETE ON kernel_sample
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
"""
OPEN_NOW = ["kernel_case", "kernel_decision", "kernel_entitlement"]
BY_DIVISION = {
    "kernel_draft": "level",
    "kernel_sample": None,
    "kernel_reserveentry": None,
    "kernel_reserveclosing": None,
}
THROUGH_CASE = [
    "kernel_application",
    "kernel_casemember",
    "kernel_casematerial",
    "kernel_casefact",
    "kernel_publicity",
    "kernel_objection",
]
STAFF = (
    "user_id = anmin_user()"
    " OR EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = kernel_staffperson.person_id)"
)
POLICIES = (
    "".join(no_policy(table) + division_policy(table, level="level") for table in OPEN_NOW)
    + "".join(division_policy(table, level=level) for table, level in BY_DIVISION.items())
    + "".join(through_policy(table, "case_id", "kernel_case") for table in THROUGH_CASE)
    + policy("kernel_staffperson", using=STAFF)
)
KEPT = [*BY_DIVISION, *THROUGH_CASE, "kernel_staffperson"]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0019_casework")]
    operations = [
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(POLICIES),
        migrations.RunSQL(
            "".join(keep(table) for table in KEPT), "".join(keep_no_more(table) for table in KEPT)
        ),
    ]
