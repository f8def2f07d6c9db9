"""Words about people that still stood in clear are sealed: in steps, applications, the reserve, requests for data, checks."""

import json

from django.db import migrations, models
from django.db.models import Q

import anmin.kernel.keys.fields
from anmin.kernel.keys.fields import sealed_text
from anmin.kernel.keys.sealing import sealing

TOLD = ("points", "missing", "facts")

# Sealed words may change their key and nothing else. Bytes 2 to 5 of a sealed value are the number of its key; as text,
# '\x' and two digits a byte.
STAYS = r"""
CREATE OR REPLACE FUNCTION kernel_row_stays_but_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := to_jsonb(OLD);
    fresh jsonb;
    name text;
    changed integer := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        fresh := to_jsonb(NEW);
        IF fresh - 'reason' - 'told' - 'note' = was - 'reason' - 'told' - 'note' THEN
            FOREACH name IN ARRAY ARRAY['reason', 'told', 'note'] LOOP
                IF fresh ->> name IS DISTINCT FROM was ->> name THEN
                    IF length(was ->> name) <= 12 OR length(fresh ->> name) <> length(was ->> name)
                        OR substring(fresh ->> name FROM 5 FOR 8) = substring(was ->> name FROM 5 FOR 8) THEN
                        RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
                    END IF;
                    changed := changed + 1;
                END IF;
            END LOOP;
            IF changed > 0 THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
END $$;
DROP TRIGGER reserve_entries_stay ON kernel_reserveentry;
CREATE TRIGGER reserve_entries_stay BEFORE UPDATE OR DELETE ON kernel_reserveentry
    FOR EACH ROW EXECUTE FUNCTION kernel_row_stays_but_its_key();
"""


def seal_what_was_told(apps, editor):
    """Lists in the details of steps go into the sealed column; the details keep how many there were."""
    with editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_step DISABLE TRIGGER USER")
        cursor.execute("SELECT id, details FROM kernel_step WHERE details ?| %s", [list(TOLD)])
        for pk, given in cursor.fetchall():
            details = json.loads(given) if isinstance(given, str) else given
            told = {name: details[name] for name in TOLD if isinstance(details.get(name), list)}
            if told:
                text = json.dumps(told, ensure_ascii=False, sort_keys=True)
                kept = {**details, **{name: len(value) for name, value in told.items()}}
                cursor.execute(
                    "UPDATE kernel_step SET details = %s, told = %s WHERE id = %s",
                    [json.dumps(kept), sealed_text(text, "kernel_step", "told", pk), pk],
                )
        cursor.execute("ALTER TABLE kernel_step ENABLE TRIGGER USER")


def seal_who_was_left_out(apps, editor):
    """Reasons why members are not in an application leave the case's form for the application's sealed column."""
    with editor.connection.cursor() as cursor:
        for table in ("kernel_case", "kernel_application"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT said.id, found.id, found.form -> 'left_out' FROM kernel_case AS found"
            " JOIN kernel_application AS said ON said.case_id = found.id WHERE found.form ? 'left_out'"
        )
        for pk, case, given in cursor.fetchall():
            text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, sort_keys=True)
            sealed = sealed_text(text, "kernel_application", "left_out", pk)
            cursor.execute("UPDATE kernel_application SET left_out = %s WHERE id = %s", [sealed, pk])
            cursor.execute("UPDATE kernel_case SET form = form - 'left_out' WHERE id = %s", [case])
        for table in ("kernel_case", "kernel_application"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0042_runs_by_the_worker'),
    ]

    operations = [
        migrations.AddField('step', 'told', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
        migrations.AddField('application', 'left_out', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
        migrations.RunPython(seal_what_was_told, migrations.RunPython.noop),
        migrations.RunPython(seal_who_was_left_out, migrations.RunPython.noop),
        sealing('reserveentry', 'note'),
        migrations.RunSQL(STAYS),
        migrations.RemoveConstraint('sharingrequest', 'sharing_refused_with_reason'),
        sealing('sharingrequest', 'purpose'),
        sealing('sharingrequest', 'contact'),
        sealing('sharingrequest', 'reason'),
        migrations.AddConstraint(
            'sharingrequest',
            models.CheckConstraint(condition=~Q(state='refused') | ~Q(reason=''), name='sharing_refused_with_reason'),
        ),
        migrations.RemoveConstraint('checkorder', 'check_has_a_matter'),
        sealing('checkorder', 'matter'),
        migrations.AddConstraint(
            'checkorder', models.CheckConstraint(condition=~Q(matter=''), name='check_has_a_matter')
        ),
    ]
