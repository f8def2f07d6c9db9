"""Papers that were made, in the scope of their division and level; their rows never change but for the sealing."""

import anmin.kernel.keys.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import division_policy, no_policy

STAYS = """
CREATE FUNCTION kernel_paper_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (to_jsonb(NEW) - ARRAY['sheet', 'data']) = (to_jsonb(OLD) - ARRAY['sheet', 'data']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kernel_paper_stays: 文书生成后不能修改或删除，请另行生成';
END $$;
CREATE TRIGGER paper_rows_stay BEFORE UPDATE OR DELETE ON kernel_paper
    FOR EACH ROW EXECUTE FUNCTION kernel_paper_stays();
"""
STAYS_BACK = "DROP TRIGGER paper_rows_stay ON kernel_paper; DROP FUNCTION kernel_paper_stays();"


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0020_casework_is_held_by_the_database'),
    ]

    operations = [
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=100)),
                ('template', models.CharField(max_length=40)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField()),
                ('subject', models.CharField(max_length=60)),
                ('on', models.DateField()),
                ('sheet', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
                ('data', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
                ('words_sha256', models.CharField(max_length=64)),
                ('pdf_sha256', models.CharField(max_length=64)),
                ('engine', models.CharField(max_length=60)),
                ('by_hand', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), default=list, size=None)),
                ('made_by_name', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('household', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='kernel.household')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='kernel.person')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-id'], name='paper_of_subject'), models.Index(fields=['division', '-id'], name='paper_division')],
            },
        ),
        migrations.RunSQL(STAYS, STAYS_BACK),
        migrations.RunSQL(division_policy("kernel_paper", level="level"), no_policy("kernel_paper")),
    ]
