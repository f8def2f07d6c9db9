"""A run says how many households it calculated, where it laid changes over an earlier one."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("kernel", "0036_numbers_in_dispute")]
    operations = [
        migrations.AddField("run", "changed", models.IntegerField(null=True)),
        migrations.AddConstraint(
            "run",
            models.CheckConstraint(
                condition=Q(changed__isnull=True) | Q(changed__gte=0), name="run_changes_not_negative"
            ),
        ),
    ]
