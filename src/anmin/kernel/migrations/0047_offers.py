"""Offers of benefits without application: for readers of the place, sealed and with their history; never of dibao."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import anmin.kernel.keys.fields
from anmin.kernel.access.rls import business_writes, division_policy, no_business_writes, no_policy
from anmin.kernel.audit.history import keep, keep_no_more


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0046_sweeps'),
    ]

    operations = [
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('benefit', models.CharField(max_length=60)),
                ('fen', models.BigIntegerField()),
                ('found_on', models.DateField()),
                ('state', models.CharField(choices=[('ready', '待联系'), ('excluded', '已排除'), ('silent', '没有回音'), ('refused', '本人不要'), ('agreed', '本人同意'), ('granted', '已批准'), ('returned', '审核退回')], default='ready', max_length=10)),
                ('excluded', models.CharField(blank=True, choices=[('dead', '已登记死亡'), ('exclusive', '正在享受不能同时享受的待遇'), ('held', '有没有解除的停发线索'), ('applying', '正在申请办理')], max_length=10)),
                ('tries', models.SmallIntegerField(default=0)),
                ('answered_on', models.DateField(null=True)),
                ('next_on', models.DateField(null=True)),
                ('seen_alive', models.BooleanField(default=False)),
                ('words', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='kernel.payeeaccount')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='asked_offers', to=settings.AUTH_USER_MODEL)),
                ('entitlement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='kernel.entitlement')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='kernel.household')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='kernel.person')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='kernel.run')),
            ],
            options={
                'indexes': [models.Index(fields=['division', 'state', 'next_on'], name='offer_of_division')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'granted'), _negated=True), fields=('household', 'person', 'benefit'), name='offer_open_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'granted']), _negated=True), models.Q(('account__isnull', False), ('asked_by__isnull', False), ('seen_alive', True)), _connector='OR'), name='offer_agreed_in_person_with_an_account'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'granted'), _negated=True), ('entitlement__isnull', False), _connector='OR'), name='offer_granted_by_a_decision'), models.CheckConstraint(condition=models.Q(models.Q(('benefit__endswith', '/dibao'), _negated=True), models.Q(('benefit__endswith', '/tekun'), _negated=True)), name='offer_never_of_dibao')],
            },
        ),
        migrations.RunSQL(division_policy("kernel_offer", level="level"), no_policy("kernel_offer")),
        migrations.RunSQL(business_writes("kernel_offer"), no_business_writes("kernel_offer")),
        migrations.RunSQL(keep("kernel_offer"), keep_no_more("kernel_offer")),
    ]
