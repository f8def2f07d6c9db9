"""Only a lawful step moves a case, steps and decisions stay as they were: the database's own word on procedure."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kernel_case_step_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here record;
    way record;
    anchor integer;
    needed text;
BEGIN
    SELECT state, last_step, procedure_id INTO here FROM kernel_case WHERE id = NEW.case_id FOR UPDATE;
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
    IF way.needs_reason AND btrim(NEW.reason) = '' THEN
        RAISE EXCEPTION 'case_needs_reason: % 须写明理由', NEW.action;
    END IF;
    IF way.needs_decision AND NEW.decision_id IS NULL THEN
        RAISE EXCEPTION 'case_needs_decision: % 须先形成决定', NEW.action;
    END IF;
    SELECT coalesce(max(number), 0) INTO anchor FROM kernel_step
        WHERE case_id = NEW.case_id AND action = ANY (way.since);
    FOREACH needed IN ARRAY way.after LOOP
        IF NOT EXISTS (
            SELECT 1 FROM kernel_step WHERE case_id = NEW.case_id AND action = needed AND number >= anchor
        ) THEN
            RAISE EXCEPTION 'case_step_missing: % 之前须完成 %', NEW.action, needed;
        END IF;
    END LOOP;
    IF EXISTS (
        SELECT 1 FROM kernel_step
        WHERE case_id = NEW.case_id AND action = ANY (way.other_than)
          AND (by_id IN (NEW.by_id, NEW.beside_id) OR beside_id IN (NEW.by_id, NEW.beside_id))
    ) THEN
        RAISE EXCEPTION 'case_same_person: % 须由另一人办理', NEW.action;
    END IF;
    IF way.not_before <> '' AND NOT EXISTS (
        SELECT 1 FROM kernel_caseclock
        WHERE case_id = NEW.case_id AND key = way.not_before AND stopped_on IS NULL AND "left" IS NULL
          AND due < NEW."on"
    ) THEN
        RAISE EXCEPTION 'case_too_early: % 期满前不能办理 %', way.not_before, NEW.action;
    END IF;
    UPDATE kernel_case SET state = NEW.to_state, last_step = NEW.number WHERE id = NEW.case_id;
    RETURN NEW;
END $$;
CREATE TRIGGER step_is_allowed BEFORE INSERT ON kernel_step
    FOR EACH ROW EXECUTE FUNCTION kernel_case_step_is_allowed();

CREATE FUNCTION kernel_case_moves_by_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, NEW.last_step, NEW.procedure_id, NEW.number)
        IS DISTINCT FROM (OLD.state, OLD.last_step, OLD.procedure_id, OLD.number) AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'kernel_case_moves_by_steps: 办件状态只能由办理环节改变';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_moves_by_steps BEFORE UPDATE ON kernel_case
    FOR EACH ROW EXECUTE FUNCTION kernel_case_moves_by_steps();

CREATE FUNCTION kernel_case_begins_at_the_beginning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_step <> 0 OR NOT EXISTS (
        SELECT 1 FROM kernel_procedureversion WHERE id = NEW.procedure_id AND initial = NEW.state
    ) THEN
        RAISE EXCEPTION 'kernel_case_begins_at_the_beginning: 新办件须从起始状态开始';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_begins_at_the_beginning BEFORE INSERT ON kernel_case
    FOR EACH ROW EXECUTE FUNCTION kernel_case_begins_at_the_beginning();

CREATE FUNCTION kernel_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
END $$;
CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE ON kernel_step
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON kernel_decision
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
CREATE TRIGGER procedures_stay BEFORE UPDATE OR DELETE ON kernel_procedureversion
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
CREATE TRIGGER ways_stay BEFORE UPDATE OR DELETE ON kernel_allowedstep
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
"""
BACKWARD = """
DROP TRIGGER ways_stay ON kernel_allowedstep;
DROP TRIGGER procedures_stay ON kernel_procedureversion;
DROP TRIGGER decisions_stay ON kernel_decision;
DROP TRIGGER steps_stay ON kernel_step;
DROP FUNCTION kernel_row_stays();
DROP TRIGGER case_begins_at_the_beginning ON kernel_case;
DROP FUNCTION kernel_case_begins_at_the_beginning();
DROP TRIGGER case_moves_by_steps ON kernel_case;
DROP FUNCTION kernel_case_moves_by_steps();
DROP TRIGGER step_is_allowed ON kernel_step;
DROP FUNCTION kernel_case_step_is_allowed();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_people_cases_entitlements")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
