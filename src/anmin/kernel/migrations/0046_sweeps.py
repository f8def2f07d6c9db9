"""Sweeps and what each benefit came to: figures without persons, read in all places of the city."""

import django.db.models.deletion
from django.db import migrations, models

from anmin.kernel.access.rls import business_writes, in_scope, no_business_writes, no_policy, policy

TABLES = ("kernel_sweep", "kernel_sweeppart")
POLICIES = policy("kernel_sweep", using="true", check=in_scope("division")) + policy("kernel_sweeppart", using="true")


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0045_alerts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division', models.CharField(max_length=12)),
                ('on', models.DateField()),
                ('target_day', models.DateField()),
                ('made_by', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='sweep', to='kernel.run')),
            ],
        ),
        migrations.CreateModel(
            name='SweepPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('benefit', models.CharField(max_length=60)),
                ('has_roll', models.BooleanField()),
                ('eligible', models.IntegerField()),
                ('missed', models.IntegerField()),
                ('without', models.IntegerField()),
                ('fen', models.BigIntegerField()),
                ('sweep', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='kernel.sweep')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('sweep', 'benefit'), name='sweep_part_once')],
            },
        ),
        migrations.RunSQL(POLICIES, "".join(no_policy(table) for table in TABLES)),
        migrations.RunSQL(
            "".join(business_writes(table) for table in TABLES), "".join(no_business_writes(table) for table in TABLES)
        ),
    ]
