"""Help brought to people: plans of visits, visits, cards of households, orders, cells of reports; who sees and keeps them."""

import anmin.kernel.keys.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from anmin.kernel.access.rls import (
    WEB_ROLE,
    business_writes,
    division_policy,
    in_scope,
    no_business_writes,
    no_policy,
    policy,
)
from anmin.kernel.audit.history import keep, keep_no_more

BY_LEVEL = ("visitplan", "visit", "visitphoto", "cardentry", "order")
TABLES = (*BY_LEVEL, "photorule", "reportcell", "sending")
ADDED_ONLY = ("visit", "visitphoto", "cardentry", "reportcell", "sending")
"""What was once written down about a visit is never changed by a page: a mistake is put right by another row."""
CHANGED = ("visitplan", "order", "photorule")
POLICIES = (
    "".join(division_policy(f"kernel_{name}", level="level") for name in BY_LEVEL)
    + division_policy("kernel_reportcell")
    # Where photographs are allowed is told to everybody whom they may be taken of; it names no person.
    + policy("kernel_photorule", using="true", check=in_scope("division"))
    + policy("kernel_sending", using="user_id = anmin_user()")
    + "".join(business_writes(f"kernel_{name}") for name in TABLES)
    + "".join(f"REVOKE UPDATE, DELETE, TRUNCATE ON kernel_{name} FROM {WEB_ROLE};\n" for name in ADDED_ONLY)
    + "".join(keep(f"kernel_{name}") for name in CHANGED)
)
POLICIES_BACK = (
    "".join(keep_no_more(f"kernel_{name}") for name in CHANGED)
    + "".join(f"GRANT UPDATE, DELETE ON kernel_{name} TO {WEB_ROLE};\n" for name in ADDED_ONLY)
    + "".join(no_business_writes(f"kernel_{name}") + no_policy(f"kernel_{name}") for name in TABLES)
)


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0050_open_cases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('digest', models.CharField(max_length=64)),
                ('answer', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='VisitPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=40)),
                ('tier', models.CharField(max_length=30)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('every_days', models.SmallIntegerField()),
                ('law', models.CharField(max_length=100)),
                ('is_verified', models.BooleanField(default=False)),
                ('by_rule', models.BooleanField(default=True)),
                ('state', models.CharField(choices=[('active', '进行中'), ('suspended', '暂停'), ('ended', '结束')], default='active', max_length=10)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField(null=True)),
                ('last_seen', models.DateField(null=True)),
                ('next_due', models.DateField()),
                ('missed', models.SmallIntegerField(default=0)),
                ('reason', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visit_plans', to='kernel.household')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visit_plans', to='kernel.person')),
            ],
        options={'indexes': [models.Index(fields=['division', 'state', 'next_due'], name='visit_plan_due')],
'constraints': [models.CheckConstraint(condition=models.Q(('every_days__gte', 1)), name='visit_plan_has_a_rhythm'), models.CheckConstraint(condition=models.Q(('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR'), name='visit_plan_ends_after_it_begins'), models.UniqueConstraint(condition=models.Q(('state', 'ended'), _negated=True), fields=('service', 'household', 'person'), name='visit_plan_once', nulls_distinct=False)],
},
),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('key', models.CharField(max_length=40, unique=True)),
                ('service', models.CharField(max_length=40)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('happened_on', models.DateField()),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('form_version', models.SmallIntegerField()),
                ('way', models.CharField(max_length=10)),
                ('is_met', models.BooleanField()),
                ('worst', models.CharField(blank=True, max_length=8)),
                ('answers', anmin.kernel.keys.fields.SealedJSON(default='', editable=False)),
                ('note', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('next_on', models.DateField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to=settings.AUTH_USER_MODEL)),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='kernel.household')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='kernel.person')),
                ('plan', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='kernel.visitplan')),
            ],
        options={'indexes': [models.Index(fields=['household', '-happened_at'], name='visit_of_household'), models.Index(fields=['division', 'service', 'happened_on'], name='visit_of_month')],
'constraints': [models.CheckConstraint(condition=models.Q(('recorded_at__gte', models.F('happened_at'))), name='visit_written_after_it_happened')],
},
),
        migrations.CreateModel(
            name='CardEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=80, unique=True)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('field', models.CharField(max_length=30)),
                ('base', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('value', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('said_at', models.DateTimeField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_entries', to=settings.AUTH_USER_MODEL)),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_entries', to='kernel.household')),
            ],
            options={
                'indexes': [models.Index(fields=['household', 'field'], name='card_of_household')],
            },
        ),
        migrations.CreateModel(
            name='PhotoRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=40)),
                ('division', models.CharField(max_length=12)),
                ('words', models.CharField(max_length=200)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photo_rules', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='photo_rule_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='photo_rule_says_why')],
            },
        ),
        migrations.CreateModel(
            name='ReportCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.CharField(max_length=40)),
                ('division', models.CharField(max_length=12)),
                ('month', models.DateField()),
                ('cell', models.CharField(max_length=40)),
                ('value', models.BigIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_cells', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['division', 'report', 'month'], name='report_cell_of_month')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('asked', '待派单'), ('dispatched', '已派单'), ('served', '已服务'), ('rated', '已评价'), ('settled', '已结算'), ('cancelled', '已取消')], default='asked', max_length=12)),
                ('words', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('asked_on', models.DateField()),
                ('provider', models.CharField(blank=True, max_length=60)),
                ('due', models.DateField(null=True)),
                ('served_on', models.DateField(null=True)),
                ('served_minutes', models.IntegerField(null=True)),
                ('record', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('rating', models.SmallIntegerField(null=True)),
                ('rating_words', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('price', models.BigIntegerField(null=True)),
                ('subsidy', models.BigIntegerField(null=True)),
                ('settled_on', models.DateField(null=True)),
                ('reason', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_orders', to=settings.AUTH_USER_MODEL)),
                ('dispatched_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dispatched_orders', to=settings.AUTH_USER_MODEL)),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='kernel.household')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='kernel.person')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_orders', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='kernel.visit')),
            ],
            options={
                'indexes': [models.Index(fields=['division', 'state', 'asked_on'], name='order_of_division')],
                'constraints': [models.CheckConstraint(condition=models.Q(('rating__isnull', True), models.Q(('rating__gte', 1), ('rating__lte', 5)), _connector='OR'), name='order_rating_one_to_five'), models.CheckConstraint(condition=models.Q(('price__isnull', True), models.Q(('subsidy__gte', 0), ('subsidy__lte', models.F('price'))), _connector='OR'), name='order_subsidy_within_the_price'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'settled'), _negated=True), models.Q(('price__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='order_settled_with_a_price'), models.CheckConstraint(condition=models.Q(('settled_by__isnull', True), models.Q(('settled_by', models.F('dispatched_by')), _negated=True), _connector='OR'), name='order_settled_by_another')],
            },
        ),
        migrations.CreateModel(
            name='VisitPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('division', models.CharField(max_length=12)),
                ('level', models.SmallIntegerField(default=1)),
                ('sha256', models.CharField(max_length=64)),
                ('bytes', models.IntegerField()),
                ('picture', anmin.kernel.keys.fields.SealedText(default='', editable=False)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='kernel.visit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('visit', 'sha256'), name='visit_photo_once'), models.CheckConstraint(condition=models.Q(('bytes__lte', 307200)), name='visit_photo_is_small')],
            },
        ),
        
        
        
        
        
        
        
        migrations.RunSQL(POLICIES, POLICIES_BACK),
    ]
