"""Residents see the decisions that gave, changed or ended their own benefits, also where no case stands behind them."""

from django.db import migrations

from anmin.kernel.access import residency
from anmin.kernel.access.rls import RESIDENT_ROLE

DROP = "DROP POLICY IF EXISTS kernel_decision_own ON kernel_decision;"
MAKE = f"CREATE POLICY kernel_decision_own ON kernel_decision FOR SELECT TO {RESIDENT_ROLE} USING ({{using}});"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0057_orders_at_places")]
    operations = [
        migrations.RunSQL(
            DROP + MAKE.format(using=residency.READS["kernel_decision"]),
            DROP + MAKE.format(using=residency.SEEN_CASE.format(column="case_number")),
        )
    ]
