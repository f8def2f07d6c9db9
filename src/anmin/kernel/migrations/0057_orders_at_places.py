"""An order is given to an entry of a register, and its public part comes out of a fund."""

from django.db import migrations, models
from django.db.models import Q

FUNDS = [("local", "本级服务补贴"), ("voucher", "养老服务消费补贴")]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0056_plans_stand_still")]
    operations = [
        migrations.AlterField("order", "provider", models.CharField(blank=True, max_length=100)),
        migrations.AddField("order", "place", models.CharField(blank=True, default="", max_length=100), False),
        migrations.AddField("order", "fund", models.CharField(blank=True, choices=FUNDS, default="", max_length=10), False),
        migrations.RunSQL(
            "UPDATE kernel_order SET fund = 'local' WHERE subsidy > 0; SET CONSTRAINTS ALL IMMEDIATE;",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                condition=Q(subsidy__isnull=True) | Q(subsidy=0) | ~Q(fund=""), name="order_subsidy_out_of_a_fund"
            ),
        ),
    ]
