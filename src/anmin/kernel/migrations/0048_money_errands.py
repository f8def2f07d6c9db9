"""Errands about money: what a second person agrees to is what was asked for, and stays so."""

import anmin.kernel.keys.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import business_writes, division_policy, no_business_writes, no_policy

STAYS = """
CREATE FUNCTION kernel_errand_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.kind, NEW.division, NEW.level, NEW.run_id, NEW.subject, NEW.values, NEW.needs_second, NEW.asked_by_id, NEW.asked_at)
            IS NOT DISTINCT FROM
           (OLD.kind, OLD.division, OLD.level, OLD.run_id, OLD.subject, OLD.values, OLD.needs_second, OLD.asked_by_id, OLD.asked_at)
           AND (OLD.seconded_by_id IS NULL OR NEW.seconded_by_id = OLD.seconded_by_id)
           AND (OLD.state IN ('asked', 'queued') OR NEW.state = OLD.state)
           AND (OLD.state <> 'queued' OR NEW.state IN ('queued', 'done', 'refused')) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'kernel_row_stays: 提出的资金事项不能修改或删除';
END $$;
CREATE TRIGGER errand_stays BEFORE UPDATE OR DELETE ON kernel_errand
    FOR EACH ROW EXECUTE FUNCTION kernel_errand_stays();
"""
GOES = "DROP TRIGGER errand_stays ON kernel_errand; DROP FUNCTION kernel_errand_stays();"


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0047_offers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Errand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=0)),
                ('subject', models.BigIntegerField(null=True)),
                ('values', models.JSONField(default=dict)),
                ('words', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('content', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('needs_second', models.BooleanField(default=False)),
                ('asked_at', models.DateTimeField(auto_now_add=True)),
                ('seconded_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('asked', '待另一人复核'), ('queued', '正在办理'), ('done', '已办理'), ('refused', '不能办理'), ('declined', '复核不同意'), ('withdrawn', '已撤回')], max_length=10)),
                ('result', models.JSONField(default=dict)),
                ('told', models.CharField(blank=True, max_length=400)),
                ('done_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_errands', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='errands', to='kernel.payrun')),
                ('seconded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='seconded_errands', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['division', 'state'], name='errands_of_place')],
                'constraints': [models.CheckConstraint(condition=models.Q(('seconded_by__isnull', True), models.Q(('seconded_by', models.F('asked_by')), _negated=True), _connector='OR'), name='errand_seconded_by_another'), models.CheckConstraint(condition=models.Q(('needs_second', False), ('state__in', ['asked', 'declined', 'withdrawn']), models.Q(('seconded_at__isnull', False), ('seconded_by__isnull', False)), _connector='OR'), name='errand_waits_for_a_second'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('kind', 'division', 'run', 'subject'), name='errand_asked_once')],
            },
        ),
        migrations.RunSQL(STAYS, GOES),
        migrations.RunSQL(division_policy('kernel_errand', level='level'), no_policy('kernel_errand')),
        migrations.RunSQL(business_writes('kernel_errand'), no_business_writes('kernel_errand')),
    ]
