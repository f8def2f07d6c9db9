"""Delegations only for persons in sight, confirmed by a code where they come by telephone; permits of one kind each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from anmin.kernel.access.rls import business_writes, no_business_writes, no_policy, policy

SEEN = "EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = {table}.person)"


ASSIGNED = """
-- As the owner, because whoever may read an assignment follows from whom they see, and that from assignments.
CREATE OR REPLACE FUNCTION anmin_assigned() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT person FROM kernel_assignment
    WHERE user_id = anmin_user() AND first_day <= anmin_day() AND (last_day IS NULL OR last_day >= anmin_day())
$$;
ALTER POLICY kernel_assignment_read ON kernel_assignment USING (
    user_id = anmin_user() OR EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = person)
);
"""
ASSIGNED_BACK = "ALTER POLICY kernel_assignment_read ON kernel_assignment USING (true);\n"


def seen(table):
    return policy(table, using=SEEN.format(table=table))


def code_permits(apps, schema_editor):
    """Their code now covers the new column as well."""
    from anmin.kernel.access.models import TakingPermit
    from anmin.kernel.keys.queries import ring
    from anmin.kernel.keys.rows import code

    rows = apps.get_model("kernel", "takingpermit")._base_manager
    number = ring().active("row").number
    for pk, version, *values in rows.values_list("pk", "row_version", *TakingPermit.CODED):
        fresh = code(number, "kernel_takingpermit", pk, version, values)
        rows.filter(pk=pk).update(row_code=fresh)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0023_rights_in_the_database")]
    operations = [
        migrations.CreateModel(
            "PhoneCode",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.BigIntegerField()),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("code", models.CharField(max_length=128)),
                ("until", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                ("wanted", models.JSONField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person"], condition=Q(used_at__isnull=True), name="phone_code_one_at_a_time"
                    )
                ]
            },
        ),
        migrations.AddField("takingpermit", "klass", models.CharField(default="list", max_length=10), False),
        migrations.RunSQL(
            seen("kernel_delegation") + seen("kernel_phonecode"),
            no_policy("kernel_delegation") + no_policy("kernel_phonecode"),
        ),
        migrations.RunSQL(
            business_writes("kernel_delegation") + business_writes("kernel_phonecode"),
            no_business_writes("kernel_delegation") + no_business_writes("kernel_phonecode"),
        ),
        migrations.RunSQL(ASSIGNED, ASSIGNED_BACK),
        migrations.RunPython(code_permits, migrations.RunPython.noop),
    ]
