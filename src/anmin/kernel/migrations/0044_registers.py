"""Files of entries that were taken in and their rejected rows; who works where, for registers of things."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import anmin.kernel.keys.fields
from anmin.kernel.access.rls import WEB_ROLE, WORKS, business_writes, no_business_writes, no_policy, policy, through_policy

KEY = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
# A file belongs to whoever sent it: its rows may be anything, even what was sent in error.
POLICIES = (
    policy("kernel_registerintake", using="made_by_id = anmin_user()")
    + through_policy("kernel_rejectedrow", "intake_id", "kernel_registerintake")
    + business_writes("kernel_registerintake")
    + business_writes("kernel_rejectedrow")
    + f"REVOKE DELETE, TRUNCATE ON kernel_registerintake, kernel_rejectedrow FROM {WEB_ROLE};\n"
)
POLICIES_BACK = "".join(
    no_business_writes(table) + no_policy(table) for table in ("kernel_rejectedrow", "kernel_registerintake")
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0043_more_words_are_sealed")]
    operations = [
        migrations.CreateModel(
            "RegisterIntake",
            [
                KEY,
                ("register", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=100)),
                ("content", models.CharField(max_length=64)),
                ("rows", models.IntegerField()),
                ("entered", models.IntegerField(default=0)),
                ("rejected", models.IntegerField(default=0)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="kernel.registerintake",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="register_intakes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["register", "content", "made_by"], name="register_file_taken_in_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(entered__gte=0, rejected__gte=0),
                        name="register_intake_counts_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "RejectedRow",
            [
                KEY,
                ("row", models.IntegerField()),
                ("column", models.CharField(blank=True, max_length=60)),
                ("code", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=300)),
                ("values", anmin.kernel.keys.fields.SealedJSON(default="")),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rejections",
                        to="kernel.registerintake",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["intake", "row", "column", "code"], name="rejected_row_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(WORKS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, POLICIES_BACK),
    ]
