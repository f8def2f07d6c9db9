"""Scanned papers, seen by whoever sees the case or the form they belong to; their keys keep no history."""

import anmin.kernel.keys.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import business_writes, no_business_writes, no_policy, policy
from anmin.kernel.audit.history import keep, keep_no_more

SEEN = (
    "EXISTS (SELECT 1 FROM kernel_case AS seen WHERE seen.id = kernel_scan.case_id)"
    " OR (case_id IS NULL AND EXISTS (SELECT 1 FROM kernel_draft AS seen WHERE seen.id = kernel_scan.draft_id))"
)


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0028_sealed_words_change_their_key'),
    ]

    operations = [
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('received', models.BigIntegerField(default=0)),
                ('begun_at', models.DateTimeField(auto_now_add=True)),
                ('touched_at', models.DateTimeField(auto_now=True)),
                ('key', models.CharField(blank=True, max_length=40)),
                ('file_name', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('secret', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('kind', models.CharField(blank=True, max_length=4)),
                ('kept_sha256', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('open', '没有传完'), ('kept', '已存'), ('dropped', '已撤下')], default='open', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('kept_on', models.DateField(null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='kernel.case')),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='kernel.draft')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to=settings.AUTH_USER_MODEL)),
                ('paper', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='kernel.paper')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='kernel.person')),
                ('resident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='handed_in_scans', to='kernel.person')),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'key'], name='scan_of_case'), models.Index(fields=['draft', 'key'], name='scan_of_draft')],
                'constraints': [models.CheckConstraint(condition=models.Q(('draft__isnull', False), ('case__isnull', False), _connector='OR'), name='scan_belongs_somewhere'), models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('resident__isnull', False), _connector='OR'), name='scan_is_somebodys'), models.CheckConstraint(condition=models.Q(('received__gte', 0), ('received__lte', models.F('size'))), name='scan_within_its_size'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'kept'), _negated=True), models.Q(('kept_on__isnull', False), models.Q(('kind', ''), _negated=True)), _connector='OR'), name='scan_kept_on_a_day'), models.UniqueConstraint(condition=models.Q(('state', 'dropped'), _negated=True), fields=('draft', 'case', 'key', 'person', 'paper', 'sha256'), name='scan_once_at_its_place', nulls_distinct=False)],
            },
        ),
        migrations.RunSQL(
            policy("kernel_scan", using=SEEN) + business_writes("kernel_scan"),
            no_business_writes("kernel_scan") + no_policy("kernel_scan"),
        ),
        migrations.RunSQL(keep("kernel_scan", "secret", "received", "touched_at"), keep_no_more("kernel_scan")),
    ]
