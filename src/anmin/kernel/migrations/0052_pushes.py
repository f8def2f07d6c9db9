"""What departments are told after a recognition and what they answer: for readers of the place, sealed, with its history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import anmin.kernel.keys.fields
from anmin.kernel.access.rls import business_writes, division_policy, no_business_writes, no_policy
from anmin.kernel.audit.history import keep, keep_no_more


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0051_delivery'),
    ]

    operations = [
        migrations.CreateModel(
            name='Push',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('department', models.CharField(max_length=20)),
                ('sent_on', models.DateField()),
                ('due', models.DateField()),
                ('outcome', models.CharField(blank=True, choices=[('given', '已救助'), ('in_hand', '正在办理'), ('not_eligible', '不符合该项条件'), ('not_wanted', '本人不需要')], max_length=12)),
                ('returned_on', models.DateField(null=True)),
                ('fen', models.BigIntegerField(null=True)),
                ('words', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pushes', to='kernel.decision')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pushes', to='kernel.household')),
                ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='noted_pushes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['division', 'outcome', 'due'], name='push_of_division')],
                'constraints': [models.UniqueConstraint(fields=('decision', 'department'), name='push_once_a_department'), models.CheckConstraint(condition=models.Q(('outcome', ''), models.Q(('noted_by__isnull', False), ('returned_on__isnull', False)), _connector='OR'), name='push_returned_by_somebody')],
            },
        ),
        migrations.RunSQL(division_policy("kernel_push", level="level"), no_policy("kernel_push")),
        migrations.RunSQL(business_writes("kernel_push"), no_business_writes("kernel_push")),
        migrations.RunSQL(keep("kernel_push"), keep_no_more("kernel_push")),
    ]
