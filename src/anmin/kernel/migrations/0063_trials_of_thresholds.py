"""Trials of thresholds are asked for on a page and calculated by the worker; each is its asker's."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import business_writes, division_policy, no_business_writes, no_policy

TABLE = "kernel_askedtrial"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0062_residents_order")]
    operations = [
        migrations.CreateModel(
            name="AskedTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=60)),
                ("rate", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=20)),
                ("division", models.CharField(max_length=12)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "正在试算"), ("done", "已算好"), ("refused", "没有算成")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("result", models.JSONField(default=dict)),
                ("told", models.CharField(blank=True, max_length=400)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_trials",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["asked_by", "rule"], name="trials_of_somebody")],
            },
        ),
        migrations.RunSQL(division_policy(TABLE), no_policy(TABLE)),
        migrations.RunSQL(business_writes(TABLE), no_business_writes(TABLE)),
    ]
