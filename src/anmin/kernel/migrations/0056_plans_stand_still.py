"""A plan of visits that stands still says since when; a signed refusal is a state of its own."""

from django.db import migrations, models
from django.db.models import Q

SINCE = "UPDATE kernel_visitplan SET last_day = greatest(first_day, CURRENT_DATE) WHERE state = 'suspended' AND last_day IS NULL;"
STATES = [("active", "进行中"), ("suspended", "暂停"), ("refused", "签字不接受"), ("ended", "结束")]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0055_deducted_as_a_whole")]
    operations = [
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
        migrations.AlterField("visitplan", "state", models.CharField(choices=STATES, default="active", max_length=10)),
        migrations.RemoveConstraint("visitplan", "visit_plan_once"),
        migrations.AddConstraint(
            "visitplan",
            models.UniqueConstraint(
                fields=["service", "household", "person"],
                condition=~Q(state__in=["ended", "refused"]),
                name="visit_plan_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "visitplan",
            models.CheckConstraint(
                condition=Q(state="active") | Q(last_day__isnull=False), name="visit_plan_stands_since_a_day"
            ),
        ),
    ]
