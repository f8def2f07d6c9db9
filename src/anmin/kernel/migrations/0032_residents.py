"""Residents come in: codes, sessions, texts to telephones, and a role of their own that sees what is theirs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import anmin.kernel.keys.fields
from anmin.kernel.access import residency
from anmin.kernel.access.rls import RESIDENT_ROLE, WEB_ROLE, no_policy, policy

KEY = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
NAMED = "nullif(current_setting('anmin.{name}', true), '')"
# A page sees the one text that it wrote; the worker in the background, which owns the tables, sees all.
MESSAGES = f"id = {NAMED.format(name='message')}::bigint"
STAFF_CODES = "EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = kernel_residentcode.person)"
CODES = " OR ".join(f"{name} = {NAMED.format(name=name)}" for name in ("ticket", "mark", "place"))
SESSIONS = f"token = {NAMED.format(name='session')}"
POLICIES = (
    policy("kernel_message", using=MESSAGES)
    + policy("kernel_residentcode", using=STAFF_CODES)
    + policy("kernel_residentsession", using=SESSIONS)
    + f"CREATE POLICY kernel_residentcode_own ON kernel_residentcode TO {RESIDENT_ROLE} USING ({CODES});\n"
    + f"REVOKE DELETE, TRUNCATE ON kernel_message, kernel_residentcode, kernel_residentsession FROM {WEB_ROLE};\n"
)
POLICIES_BACK = f"DROP POLICY kernel_residentcode_own ON kernel_residentcode;\n" + "".join(
    no_policy(table) for table in ("kernel_message", "kernel_residentcode", "kernel_residentsession")
)
# What the operator alone may do is done by no page, whichever role it runs as.
NO_OPERATOR = """
DO $do$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND prosrc LIKE $$%current_setting('role') <> 'anmin_web'%$$
    LOOP
        EXECUTE replace(
            pg_get_functiondef(one.oid),
            $$current_setting('role') <> 'anmin_web'$$,
            $$current_setting('role') NOT IN ('anmin_web', 'anmin_resident')$$
        );
    END LOOP;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0031_money_is_held_by_the_database")]
    operations = [
        migrations.CreateModel(
            "Message",
            [
                KEY,
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("login", "登录码"),
                            ("delegation", "委托确认码"),
                            ("consent", "授权确认码"),
                            ("told", "告知"),
                        ],
                        max_length=12,
                    ),
                ),
                ("person", models.BigIntegerField(null=True)),
                ("phone", anmin.kernel.keys.fields.SealedText(default="")),
                ("words", anmin.kernel.keys.fields.SealedText(default="")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待发送"), ("sent", "已交给网关"), ("failed", "没有发出")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, max_length=100)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("until", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(state="waiting"), fields=["made_at"], name="message_waiting")
                ]
            },
        ),
        migrations.CreateModel(
            "ResidentCode",
            [
                KEY,
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("login", "登录短信码"),
                            ("delegation", "委托确认码"),
                            ("consent", "核对授权确认码"),
                            ("desk", "当面登录码"),
                            ("slip", "纸条登录码"),
                        ],
                        max_length=12,
                    ),
                ),
                ("ticket", models.CharField(max_length=40, unique=True)),
                ("mark", models.CharField(max_length=32)),
                ("place", models.CharField(blank=True, max_length=32)),
                ("person", models.BigIntegerField(null=True)),
                ("code", models.CharField(max_length=128)),
                ("wanted", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("until", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(kind__in=["desk", "slip"]) | Q(given_by__isnull=False, person__isnull=False),
                        name="resident_code_given_by_somebody",
                    )
                ],
                "indexes": [
                    models.Index(fields=["mark", "-made_at"], name="resident_code_of_number"),
                    models.Index(fields=["place", "-made_at"], name="resident_code_of_place"),
                ],
            },
        ),
        migrations.CreateModel(
            "ResidentSession",
            [
                KEY,
                ("token", models.CharField(max_length=64, unique=True)),
                ("person", models.BigIntegerField()),
                ("way", models.CharField(max_length=12)),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-began_at"], name="resident_session_of_person")]
            },
        ),
        migrations.RunSQL(residency.ROLE, migrations.RunSQL.noop),
        migrations.RunSQL(residency.FUNCTIONS, residency.FUNCTIONS_BACK),
        migrations.RunSQL(residency.policies(), residency.no_policies()),
        migrations.RunSQL(POLICIES, POLICIES_BACK),
        migrations.RunSQL(NO_OPERATOR, migrations.RunSQL.noop),
    ]
