"""Standards that a place lays down by itself: proposed by one, confirmed by another, unchanged from then on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from anmin.kernel.access.rls import business_writes, in_scope, no_business_writes, no_policy, policy

TABLE = "kernel_standardchange"
STAYS = """
CREATE FUNCTION anmin_standard_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'standard_is_never_removed' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.rate, NEW.division, NEW.first_day, NEW.last_day, NEW.urban, NEW.rural, NEW.law, NEW.proposed_by_id)
        IS DISTINCT FROM
       (OLD.rate, OLD.division, OLD.first_day, OLD.last_day, OLD.urban, OLD.rural, OLD.law, OLD.proposed_by_id)
       OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
           (('proposed', 'confirmed'), ('proposed', 'declined'), ('proposed', 'withdrawn'), ('confirmed', 'withdrawn')))
    THEN
        RAISE EXCEPTION 'standard_stays_as_proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER standard_stays BEFORE UPDATE OR DELETE ON kernel_standardchange
    FOR EACH ROW EXECUTE FUNCTION anmin_standard_stays();
"""
GOES = """
DROP TRIGGER standard_stays ON kernel_standardchange;
DROP FUNCTION anmin_standard_stays();
"""


def person(name, **more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=name, to=settings.AUTH_USER_MODEL, **more
    )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0066_takeovers")]
    operations = [
        migrations.CreateModel(
            name="StandardChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rate", models.CharField(max_length=60)),
                ("division", models.CharField(max_length=12)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("urban", models.BigIntegerField()),
                ("rural", models.BigIntegerField()),
                ("law", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待确认"),
                            ("confirmed", "已确认"),
                            ("declined", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField(auto_now_add=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("effects", models.JSONField(null=True)),
                ("effects_at", models.DateTimeField(null=True)),
                ("proposed_by", person("proposed_standards")),
                ("decided_by", person("decided_standards", null=True)),
                ("withdrawn_by", person("withdrawn_standards", null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                        name="standard_by_two",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state__in=["confirmed", "declined"])
                        | Q(decided_by__isnull=False, decided_at__isnull=False),
                        name="standard_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=Q(urban__gte=0, rural__gte=0), name="standard_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                        name="standard_days_in_order",
                    ),
                    models.UniqueConstraint(
                        fields=["rate", "division", "first_day"],
                        condition=Q(state__in=["proposed", "confirmed"]),
                        name="standard_once_a_day",
                    ),
                ]
            },
        ),
        migrations.RunSQL(STAYS, GOES),
        migrations.RunSQL(
            policy(TABLE, using="true", check=in_scope("division")),
            no_policy(TABLE),
        ),
        migrations.RunSQL(business_writes(TABLE), no_business_writes(TABLE)),
    ]
