"""Changes of every kind have their request; former places of persons and households; what was told apart can be taken back."""

import anmin.kernel.keys.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import no_policy, policy
from anmin.kernel.audit.history import keep, keep_no_more

PLACES = "kernel_formerplace"
SEEN = (
    f"EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = {PLACES}.person_id)"
    f" OR EXISTS (SELECT 1 FROM kernel_household AS seen WHERE seen.id = {PLACES}.household_id)"
)

class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0024_delegations_and_permits'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division', models.CharField(max_length=12)),
                ('address', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('settlement', models.SmallIntegerField(default=0)),
                ('hukou_division', models.CharField(blank=True, max_length=12)),
                ('hukou_kind', models.CharField(blank=True, max_length=10)),
                ('last_day', models.DateField()),
                ('learned_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='changerequest',
            name='change_open_once_a_person',
        ),
        migrations.RemoveConstraint(
            model_name='notsame',
            name='told_apart_once',
        ),
        migrations.AddField(
            model_name='changerequest',
            name='before',
            field=anmin.kernel.keys.fields.SealedJSON(default='', editable=False),
        ),
        migrations.AddField(
            model_name='notsame',
            name='undone_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='notsame',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notsame',
            name='undone_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name='changerequest',
            name='kind',
            field=models.CharField(choices=[('enter', '新增人员'), ('home', '新建家庭'), ('birth', '出生登记'), ('join', '迁入家庭'), ('leave', '离开家庭'), ('split', '分户'), ('head', '变更户主'), ('move', '迁址'), ('correct', '更正信息'), ('hukou', '户口变动'), ('number', '登记证件'), ('number_end', '停用证件'), ('former', '补记曾用名'), ('tie', '登记亲属或监护'), ('untie', '终止亲属或监护'), ('reside', '登记居住证'), ('merge', '合并重复人员'), ('unmerge', '撤销合并'), ('die', '死亡登记'), ('undie', '更正死亡信息')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.UniqueConstraint(condition=models.Q(('person__isnull', False), ('state', 'open'), models.Q(('kind__in', ('number', 'number_end', 'former', 'tie', 'untie')), _negated=True)), fields=('person', 'kind'), name='change_open_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='notsame',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('one', 'other'), name='told_apart_once'),
        ),
        migrations.AddField(
            model_name='formerplace',
            name='household',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='former_places', to='kernel.household'),
        ),
        migrations.AddField(
            model_name='formerplace',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='former_places', to='kernel.person'),
        ),
        migrations.AddConstraint(
            model_name='formerplace',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household__isnull', False), ('person__isnull', True)), models.Q(('household__isnull', True), ('person__isnull', False)), _connector='OR'), name='former_place_of_one'),
        ),
        migrations.RunSQL(policy(PLACES, using=SEEN), no_policy(PLACES)),
        migrations.RunSQL(keep(PLACES), keep_no_more(PLACES)),
    ]
