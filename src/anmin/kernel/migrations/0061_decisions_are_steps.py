"""A decision in a case is a step of it, and one step alone: none lies beside the case, none serves twice."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Looked at when the transaction ends: the decision is written first, its step right after it.
FORWARD = """
CREATE FUNCTION kernel_decision_is_a_step() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM kernel_case WHERE number = NEW.case_number)
        AND NOT EXISTS (
            SELECT 1 FROM kernel_step AS taken JOIN kernel_case AS mine ON mine.id = taken.case_id
            JOIN kernel_allowedstep AS way ON way.procedure_id = mine.procedure_id
                AND way.from_state = taken.from_state AND way.action = taken.action
            WHERE taken.decision_id = NEW.id AND way.needs_decision
        ) THEN
        RAISE EXCEPTION 'decision_without_step: 办件 % 的决定没有对应的办理环节', NEW.case_number;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER decision_is_a_step AFTER INSERT ON kernel_decision
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kernel_decision_is_a_step();
"""
BACKWARD = """
DROP TRIGGER decision_is_a_step ON kernel_decision;
DROP FUNCTION kernel_decision_is_a_step();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0060_triggers_planned_each_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddConstraint(
            "step", models.UniqueConstraint(fields=["decision"], name="step_decides_once")
        ),
        # The constraint's own index serves the foreign key as well.
        migrations.AlterField(
            "step",
            "decision",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="kernel.decision",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
