"""What people say from outside: objections to sheets and complaints, for staff of the place and whoever has the receipt."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import anmin.kernel.keys.fields
from anmin.kernel.access.residency import FAMILY
from anmin.kernel.access.rls import RESIDENT_ROLE, WEB_ROLE, business_writes, division_policy, no_business_writes, no_policy
from anmin.kernel.audit.history import keep, keep_no_more

RECEIPT = "number = nullif(current_setting('anmin.voice', true), '')"
POLICIES = (
    division_policy("kernel_voice", level="level")
    + f"CREATE POLICY kernel_voice_receipt ON kernel_voice FOR SELECT TO {RESIDENT_ROLE} USING ({RECEIPT});\n"
    + f"CREATE POLICY kernel_voice_raise ON kernel_voice FOR INSERT TO {RESIDENT_ROLE}"
    f" WITH CHECK ({RECEIPT} AND state = 'new' AND handled_by_id IS NULL AND level >= 2);\n"
    + f"CREATE POLICY kernel_voice_kept ON kernel_voice AS RESTRICTIVE FOR UPDATE TO {RESIDENT_ROLE} USING (false);\n"
    + f"REVOKE DELETE, TRUNCATE ON kernel_voice FROM {WEB_ROLE};\n"
    # A voice from the public page comes without a log-in; for staff the rule of read-only roles holds as everywhere.
    + business_writes("kernel_voice").replace(
        "WITH CHECK (anmin_writes())", "WITH CHECK (anmin_writes() OR anmin_user() IS NULL)"
    )
)
# A helper is known by name; where they live and what they agreed to is nobody's but their own family's.
HOMES = f"""
CREATE POLICY kernel_membership_alone ON kernel_membership AS RESTRICTIVE FOR SELECT TO {RESIDENT_ROLE}
    USING (household_id IN (SELECT anmin_own_homes('any')));
CREATE POLICY kernel_consent_alone ON kernel_consent AS RESTRICTIVE FOR SELECT TO {RESIDENT_ROLE}
    USING (person_id IN (SELECT member.person_id FROM kernel_membership AS member));
"""
HOMES_BACK = """
DROP POLICY kernel_consent_alone ON kernel_consent;
DROP POLICY kernel_membership_alone ON kernel_membership;
"""
POLICIES_BACK = (
    no_business_writes("kernel_voice")
    + "DROP POLICY kernel_voice_kept ON kernel_voice;\nDROP POLICY kernel_voice_raise ON kernel_voice;\n"
    + "DROP POLICY kernel_voice_receipt ON kernel_voice;\n"
    + no_policy("kernel_voice")
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0039_consent_by_telephone")]
    operations = [
        migrations.CreateModel(
            "Voice",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("objection", "对公示有异议"), ("complaint", "投诉举报")], max_length=10
                    ),
                ),
                ("division", models.CharField(max_length=12)),
                ("level", models.SmallIntegerField(default=2)),
                ("name", anmin.kernel.keys.fields.SealedText(default="")),
                ("contact", anmin.kernel.keys.fields.SealedText(default="")),
                ("words", anmin.kernel.keys.fields.SealedText(default="")),
                ("received_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "待处理"), ("taken", "正在核实"), ("answered", "已答复")],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("answer", anmin.kernel.keys.fields.SealedText(default="")),
                ("handled_on", models.DateField(null=True)),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handled_voices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objection",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voice",
                        to="kernel.objection",
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voices",
                        to="kernel.publicity",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(state="answered") | Q(handled_by__isnull=False, handled_on__isnull=False),
                        name="voice_answered_by_somebody",
                    )
                ],
                "indexes": [
                    models.Index(fields=["division", "state", "received_on"], name="voice_of_division")
                ],
            },
        ),
        migrations.RunSQL(FAMILY, migrations.RunSQL.noop),
        migrations.RunSQL(HOMES, HOMES_BACK),
        migrations.RunSQL(POLICIES, POLICIES_BACK),
        migrations.RunSQL(keep("kernel_voice"), keep_no_more("kernel_voice")),
    ]
