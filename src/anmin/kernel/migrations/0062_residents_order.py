"""Residents order help for themselves and for whom they act, take it back before it is given out, and rate it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from anmin.kernel.access.rls import RESIDENT_ROLE

OWN = "person_id IN (SELECT anmin_own('apply'))"
UNPAID = "price IS NULL AND subsidy IS NULL AND settled_by_id IS NULL"
POLICIES = f"""
CREATE POLICY kernel_order_own ON kernel_order FOR SELECT TO {RESIDENT_ROLE} USING ({OWN});
CREATE POLICY kernel_order_ask ON kernel_order FOR INSERT TO {RESIDENT_ROLE} WITH CHECK
    ({OWN} AND state = 'asked' AND asked_by_id IS NULL AND asked_by_person_id = anmin_resident() AND visit_id IS NULL AND {UNPAID});
CREATE POLICY kernel_order_answer ON kernel_order FOR UPDATE TO {RESIDENT_ROLE}
    USING ({OWN} AND state IN ('asked', 'served')) WITH CHECK ({OWN} AND state IN ('cancelled', 'rated') AND {UNPAID});
"""
POLICIES_BACK = "".join(
    f"DROP POLICY kernel_order_{name} ON kernel_order;\n" for name in ("own", "ask", "answer")
)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0061_decisions_are_steps")]
    operations = [
        migrations.AlterField(
            "order",
            "asked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asked_orders",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "order",
            "asked_by_person",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="asked_orders",
                to="kernel.person",
            ),
        ),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False) | Q(asked_by_person__isnull=False),
                name="order_asked_by_somebody",
            ),
        ),
        migrations.RunSQL(POLICIES, POLICIES_BACK),
    ]
