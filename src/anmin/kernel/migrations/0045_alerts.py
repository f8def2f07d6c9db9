"""Alerts, their hits and steps: they move by lawful steps only, for readers of the place, sealed and with their history."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import anmin.kernel.keys.fields
from anmin.kernel.access.rls import (
    business_writes,
    division_policy,
    no_business_writes,
    no_policy,
    through_policy,
)
from anmin.kernel.audit.history import keep, keep_no_more

# The ways of an alert, as `alerts.steps.WAYS` has them; the database holds them by itself.
FORWARD = """
CREATE FUNCTION kernel_alert_step_is_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here record;
BEGIN
    SELECT state, last_step, round, colour, direction, result INTO here FROM kernel_alert WHERE id = NEW.alert_id FOR UPDATE;
    IF here.state IS DISTINCT FROM NEW.from_state OR here.last_step + 1 IS DISTINCT FROM NEW.number
        OR here.round IS DISTINCT FROM NEW.round THEN
        RAISE EXCEPTION 'alert_moved: 预警已有新进展';
    END IF;
    IF NOT (NEW.action || ':' || NEW.from_state || ':' || NEW.to_state = ANY (ARRAY[
        'dispatch:new:dispatched', 'accept:dispatched:accepted', 'hand_back:dispatched:new', 'hand_back:accepted:new',
        'try:accepted:accepted', 'contact:accepted:contacted', 'visit:contacted:visited', 'verify:accepted:verified',
        'verify:contacted:verified', 'verify:visited:verified', 'return:verified:accepted', 'close:verified:closed',
        'reopen:closed:new'
    ]) OR (NEW.action = 'escalate' AND NEW.to_state = NEW.from_state AND NEW.from_state <> 'closed')) THEN
        RAISE EXCEPTION 'alert_no_such_step: % 不能从 % 到 %', NEW.action, NEW.from_state, NEW.to_state;
    END IF;
    IF NEW.action NOT IN ('dispatch', 'reopen', 'escalate') AND NEW.by_id IS NULL THEN
        RAISE EXCEPTION 'alert_needs_person: % 只能由工作人员办理', NEW.action;
    END IF;
    IF NEW.action IN ('hand_back', 'try', 'contact', 'visit', 'verify', 'return', 'reopen')
        AND octet_length(NEW.words) = 0 THEN
        RAISE EXCEPTION 'alert_needs_words: % 须写明情况', NEW.action;
    END IF;
    IF (NEW.action = 'verify') <> (NEW.result <> '') THEN
        RAISE EXCEPTION 'alert_result: 只有核实结果这一步有结果';
    END IF;
    IF NEW.action = 'verify' AND NEW.from_state <> 'visited' AND here.direction <> 'DATA'
        AND NEW.result IN ('told_to_apply', 'urgent_aid', 'complex', 'no_difficulty') THEN
        RAISE EXCEPTION 'alert_needs_visit: 这个结果须先上门核实';
    END IF;
    IF NEW.action = 'close' AND here.colour IN ('red', 'orange') AND EXISTS (
        SELECT 1 FROM kernel_alertstep WHERE alert_id = NEW.alert_id AND round = NEW.round AND action = 'verify'
            AND by_id = NEW.by_id AND number = (SELECT max(number) FROM kernel_alertstep
                WHERE alert_id = NEW.alert_id AND action = 'verify')
    ) THEN
        RAISE EXCEPTION 'alert_same_person: 红色、橙色预警须由另一人办结';
    END IF;
    UPDATE kernel_alert SET state = NEW.to_state, last_step = NEW.number,
        round = round + CASE WHEN NEW.action = 'reopen' THEN 1 ELSE 0 END,
        dispatched_on = CASE WHEN NEW.action = 'dispatch' THEN NEW."on" ELSE dispatched_on END,
        closed_on = CASE WHEN NEW.action = 'close' THEN NEW."on" WHEN NEW.action = 'reopen' THEN NULL ELSE closed_on END,
        result = CASE WHEN NEW.action = 'verify' THEN NEW.result WHEN NEW.action IN ('return', 'reopen') THEN ''
            ELSE result END
        WHERE id = NEW.alert_id;
    RETURN NEW;
END $$;
CREATE TRIGGER alert_step_is_allowed BEFORE INSERT ON kernel_alertstep
    FOR EACH ROW EXECUTE FUNCTION kernel_alert_step_is_allowed();

CREATE FUNCTION kernel_alert_moves_by_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'new' OR NEW.last_step <> 0 OR NEW.round <> 1 OR NEW.result <> '' THEN
            RAISE EXCEPTION 'alert_begins_at_the_beginning: 新预警须从待分派开始';
        END IF;
    ELSIF (NEW.state, NEW.last_step, NEW.round, NEW.result, NEW.closed_on, NEW.household_id, NEW.cause, NEW.subject)
        IS DISTINCT FROM
          (OLD.state, OLD.last_step, OLD.round, OLD.result, OLD.closed_on, OLD.household_id, OLD.cause, OLD.subject)
        AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'alert_moves_by_steps: 预警状态只能由处置环节改变';
    ELSIF NEW.first_hit_on <> OLD.first_hit_on THEN
        RAISE EXCEPTION 'alert_keeps_its_first_hit: 首次命中的日期不能改变';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER alert_moves_by_steps BEFORE INSERT OR UPDATE ON kernel_alert
    FOR EACH ROW EXECUTE FUNCTION kernel_alert_moves_by_steps();

-- What is written stays. The sealed column named by the trigger may change its key and nothing else.
CREATE FUNCTION kernel_alert_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text := to_jsonb(OLD) ->> TG_ARGV[0];
    fresh text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        fresh := to_jsonb(NEW) ->> TG_ARGV[0];
        IF to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] AND (fresh = was OR (
            length(was) > 12 AND length(fresh) = length(was)
            AND substring(fresh FROM 5 FOR 8) <> substring(was FROM 5 FOR 8))) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'kernel_row_stays: % 中的记录不能修改或删除', TG_TABLE_NAME;
END $$;
CREATE TRIGGER alert_steps_stay BEFORE UPDATE OR DELETE ON kernel_alertstep
    FOR EACH ROW EXECUTE FUNCTION kernel_alert_row_stays('words');
CREATE TRIGGER alert_hits_stay BEFORE UPDATE OR DELETE ON kernel_alerthit
    FOR EACH ROW EXECUTE FUNCTION kernel_alert_row_stays('values');
CREATE TRIGGER alerts_stay BEFORE DELETE ON kernel_alert FOR EACH ROW EXECUTE FUNCTION kernel_row_stays();
"""
BACKWARD = """
DROP TRIGGER alerts_stay ON kernel_alert;
DROP TRIGGER alert_hits_stay ON kernel_alerthit;
DROP TRIGGER alert_steps_stay ON kernel_alertstep;
DROP FUNCTION kernel_alert_row_stays();
DROP TRIGGER alert_moves_by_steps ON kernel_alert;
DROP FUNCTION kernel_alert_moves_by_steps();
DROP TRIGGER alert_step_is_allowed ON kernel_alertstep;
DROP FUNCTION kernel_alert_step_is_allowed();
"""
THROUGH = ("kernel_alerthit", "kernel_alertstep")
TABLES = ("kernel_alert", *THROUGH)
POLICIES = division_policy("kernel_alert", level="level") + "".join(
    through_policy(table, "alert_id", "kernel_alert") for table in THROUGH
)


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0044_registers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.BigIntegerField(default=0)),
                ("division", models.CharField(max_length=12)),
                ("level", models.SmallIntegerField(default=1)),
                ("cause", models.CharField(max_length=60)),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("NEED", "可能需要救助"),
                            ("MORE", "待遇可能没有落实"),
                            ("LESS", "可能不再符合"),
                            ("SAFETY", "人身安全"),
                            ("DATA", "数据质量"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[("blue", "蓝色"), ("yellow", "黄色"), ("orange", "橙色"), ("red", "红色")],
                        max_length=6,
                    ),
                ),
                ("risk", models.SmallIntegerField(default=0)),
                ("fen", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "待分派"),
                            ("dispatched", "待接收"),
                            ("accepted", "待联系"),
                            ("contacted", "待上门"),
                            ("visited", "待核实"),
                            ("verified", "待办结"),
                            ("closed", "已办结"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("last_step", models.SmallIntegerField(default=0)),
                ("round", models.SmallIntegerField(default=1)),
                ("first_hit_on", models.DateField()),
                ("last_hit_on", models.DateField()),
                ("raised_on", models.DateField()),
                ("place", models.CharField(blank=True, max_length=12)),
                ("dispatched_on", models.DateField(null=True)),
                ("contact_due", models.DateField(null=True)),
                ("visit_due", models.DateField(null=True)),
                ("close_due", models.DateField(null=True)),
                ("due", models.DateField(null=True)),
                ("escalated_on", models.DateField(null=True)),
                ("escalated_to", models.CharField(blank=True, max_length=12)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("told_to_apply", "有困难，已告知并协助申请"),
                            ("delivered", "政策没有落实，已落实"),
                            ("urgent_aid", "有困难，已给予急难救助"),
                            ("pushed", "有困难，已转有关部门"),
                            ("complex", "情况复杂，提请县级一事一议"),
                            ("review", "可能不再符合，已启动复核"),
                            ("no_difficulty", "核实没有困难"),
                            ("still_eligible", "核实后仍符合条件"),
                            ("data_wrong", "数据有误"),
                            ("corrected", "登记信息有误，已更正"),
                            ("already_helped", "已在帮扶"),
                            ("refused", "本人不愿接受帮助"),
                            ("not_found", "多次联系不上"),
                            ("died", "已去世"),
                            ("moved", "已迁走"),
                        ],
                        max_length=16,
                    ),
                ),
                ("closed_on", models.DateField(null=True)),
                ("quiet_until", models.DateField(null=True)),
                ("effect_before", models.BigIntegerField(null=True)),
                ("effect_after", models.BigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="kernel.case",
                    ),
                ),
                (
                    "entitlement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="kernel.entitlement",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="kernel.household",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="kernel.person",
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_alerts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        options={'indexes': [models.Index(fields=["division", "state", "due"], name="alert_of_division"), models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["taker"],
                name="alert_of_taker",
            ), models.Index(fields=["cause", "state"], name="alert_of_cause")],
'constraints': [models.UniqueConstraint(
                fields=("household", "cause", "subject"), name="alert_once_a_cause"
            ), models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "closed"), _negated=True),
                    models.Q(("closed_on__isnull", False), models.Q(("result", ""), _negated=True)),
                    _connector="OR",
                ),
                name="alert_closes_with_a_result",
            ), models.CheckConstraint(
                condition=models.Q(("state", "new"), ("dispatched_on__isnull", False), _connector="OR"),
                name="alert_is_given_out",
            )],
},
),
        migrations.CreateModel(
            name="AlertHit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.SmallIntegerField(default=1)),
                ("key", models.CharField(max_length=32, unique=True)),
                ("rule", models.CharField(max_length=60)),
                ("rule_since", models.DateField()),
                ("as_of", models.DateField()),
                ("cause", models.CharField(max_length=60)),
                ("colour", models.CharField(max_length=6)),
                ("weight", models.SmallIntegerField()),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("values", anmin.kernel.keys.fields.SealedJSON(default="", editable=False)),
                ("is_quiet", models.BooleanField(default=False)),
                ("learned_on", models.DateField()),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hits", to="kernel.alert"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alert_hits",
                        to="kernel.person",
                    ),
                ),
            ],
        options={'indexes': [models.Index(fields=["rule", "as_of"], name="alert_hit_of_rule"), models.Index(fields=["alert", "as_of"], name="alert_hit_of_alert")],
},
),
        migrations.CreateModel(
            name="AlertStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.SmallIntegerField()),
                ("round", models.SmallIntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("dispatch", "分派"),
                            ("accept", "接收"),
                            ("hand_back", "退回重新分派"),
                            ("try", "没联系上，记一次"),
                            ("contact", "已联系"),
                            ("visit", "已上门"),
                            ("verify", "填写核实结果"),
                            ("return", "退回补充核实"),
                            ("close", "办结"),
                            ("reopen", "重新开启"),
                            ("escalate", "超期上报"),
                        ],
                        max_length=10,
                    ),
                ),
                ("from_state", models.CharField(max_length=10)),
                ("to_state", models.CharField(max_length=10)),
                ("on", models.DateField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("by_name", models.CharField(max_length=150)),
                ("words", anmin.kernel.keys.fields.SealedText(default="", editable=False)),
                ("result", models.CharField(blank=True, max_length=16)),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="kernel.alert"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alert_steps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        options={'constraints': [models.UniqueConstraint(fields=("alert", "number"), name="alert_step_once")],
},
),
        
        
        
        
        
        
        
        
        
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(POLICIES, "".join(no_policy(table) for table in TABLES)),
        migrations.RunSQL(
            "".join(business_writes(table) for table in TABLES),
            "".join(no_business_writes(table) for table in TABLES),
        ),
        migrations.RunSQL(
            "".join(keep(table) for table in TABLES), "".join(keep_no_more(table) for table in TABLES)
        ),
    ]
