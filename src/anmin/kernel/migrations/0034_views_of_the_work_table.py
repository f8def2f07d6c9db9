"""Views of the work table, each seen by whoever saved it and by nobody else."""

import anmin.kernel.keys.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import business_writes, no_business_writes, no_policy, policy

OWN = "owner_id = anmin_user()"


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0033_recovery_and_excluded_parts'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('filters', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['owner', 'id'], name='saved_view_of_owner')],
            },
        ),
        migrations.RunSQL(
            policy("kernel_savedview", using=OWN) + business_writes("kernel_savedview"),
            no_business_writes("kernel_savedview") + no_policy("kernel_savedview"),
        ),
    ]
