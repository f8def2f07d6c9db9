"""Amounts of a year stand in one month of it, each year once; a sweep counts who has a benefit and of whom it cannot tell."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("kernel", "0064_public_forms")]
    operations = [
        migrations.AddField("amount", "year", models.SmallIntegerField(null=True)),
        migrations.AddConstraint(
            "amount",
            models.CheckConstraint(
                condition=Q(year__isnull=True)
                | Q(last_month=F("first_month"), first_month__year=F("year"), last_month__isnull=False),
                name="amount_of_a_year_in_one_month",
            ),
        ),
        migrations.AddConstraint(
            "amount",
            models.UniqueConstraint(
                fields=["entitlement", "year"], condition=Q(year__isnull=False), name="amount_once_a_year"
            ),
        ),
        migrations.AddField("sweeppart", "held", models.IntegerField(default=0)),
        migrations.AddField("sweeppart", "untold", models.IntegerField(default=0)),
    ]
