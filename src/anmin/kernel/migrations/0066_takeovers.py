"""Lists of running benefits that are taken over from an older system, row by row, in the scope of their place and level."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import anmin.kernel.keys.fields
from anmin.kernel.access.rls import business_writes, division_policy, no_business_writes, no_policy
from anmin.kernel.audit.history import keep, keep_no_more

BATCH, ROW = "kernel_takeoverbatch", "kernel_takeoverrow"
# As anmin_related_staff for the members of a case, here for households of a list, whoever asks.
RELATED = """
CREATE FUNCTION anmin_related_homes(hands bigint[], homes bigint[])
RETURNS TABLE (household_id bigint, user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT staff.user_id, staff.person_id FROM kernel_staffperson AS staff WHERE staff.user_id = ANY (hands)
    ), near AS (
        SELECT mine.user_id, mine.person_id FROM mine
        UNION
        SELECT mine.user_id, CASE WHEN kin.person_id = mine.person_id THEN kin.other_id ELSE kin.person_id END
        FROM mine JOIN kernel_kin AS kin ON mine.person_id IN (kin.person_id, kin.other_id)
        WHERE kin.last_day IS NULL AND kin.kind IN ('spouse', 'father', 'mother', 'grandparent', 'sibling')
    )
    SELECT DISTINCT member.household_id, near.user_id
    FROM near JOIN kernel_membership AS member ON member.person_id = near.person_id AND member.last_day IS NULL
    WHERE member.household_id = ANY (homes)
$$;
GRANT EXECUTE ON FUNCTION anmin_related_homes(bigint[], bigint[]) TO anmin_web;
"""
RELATED_BACK = "DROP FUNCTION anmin_related_homes(bigint[], bigint[]);"
# A list that counts is never checked or proposed again, and what was proposed stays as it is.
MOVES = """
CREATE FUNCTION kernel_takeover_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, OLD.state) NOT IN (('checked', 'checked'), ('proposed', 'checked'), ('confirmed', 'proposed'),
        ('done', 'confirmed'), ('withdrawn', 'checked'), ('withdrawn', 'proposed'), ('withdrawn', 'confirmed'),
        ('withdrawn', 'done')) AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'takeover_moves: 转入清单不能从 % 到 %', OLD.state, NEW.state;
    END IF;
    IF (NEW.division, NEW.content, NEW.made_by_id, NEW."on")
        IS DISTINCT FROM (OLD.division, OLD.content, OLD.made_by_id, OLD."on") THEN
        RAISE EXCEPTION 'takeover_moves: 转入清单的来源不能修改';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takeover_moves BEFORE UPDATE ON kernel_takeoverbatch
    FOR EACH ROW EXECUTE FUNCTION kernel_takeover_moves();
CREATE FUNCTION kernel_takeover_row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.batch_id, NEW.row, NEW.household_id, NEW.person_id, NEW.benefit, NEW.fen, NEW.since, NEW.last_paid,
        NEW.old_number, NEW.old_on, NEW.office)
        IS DISTINCT FROM (OLD.batch_id, OLD.row, OLD.household_id, OLD.person_id, OLD.benefit, OLD.fen, OLD.since,
        OLD.last_paid, OLD.old_number, OLD.old_on, OLD.office) THEN
        RAISE EXCEPTION 'takeover_row_stays: 转入清单的行不能修改，请改正后另行上传';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takeover_row_stays BEFORE UPDATE ON kernel_takeoverrow
    FOR EACH ROW EXECUTE FUNCTION kernel_takeover_row_stays();
"""
MOVES_BACK = """
DROP TRIGGER takeover_row_stays ON kernel_takeoverrow;
DROP FUNCTION kernel_takeover_row_stays();
DROP TRIGGER takeover_moves ON kernel_takeoverbatch;
DROP FUNCTION kernel_takeover_moves();
"""
WHOLE = Q(state="rejected") | Q(
    household__isnull=False,
    fen__isnull=False,
    since__isnull=False,
    last_paid__isnull=False,
    old_on__isnull=False,
) & ~Q(benefit="")


def user(name, *, null=True):
    """Who had a part in a list."""
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        to=settings.AUTH_USER_MODEL,
    )


def row(name, to, on_delete=django.db.models.deletion.PROTECT):
    """What a row of a list is about, or has become."""
    return models.ForeignKey(null=True, on_delete=on_delete, related_name=name, to=to)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0065_years_and_the_reverse")]
    operations = [
        migrations.CreateModel(
            name="TakeoverBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("division", models.CharField(max_length=12)),
                ("file_name", models.CharField(max_length=200)),
                ("content", models.CharField(max_length=64)),
                ("on", models.DateField()),
                ("read", models.IntegerField()),
                ("run", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked", "已检查"),
                            ("proposed", "待确认"),
                            ("confirmed", "正在转入"),
                            ("done", "已转入"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="checked",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("reason", anmin.kernel.keys.fields.SealedText()),
                ("corrects", row("corrections", "kernel.takeoverbatch")),
                ("made_by", user("takeovers", null=False)),
                ("confirmed_by", user("confirmed_takeovers")),
                ("withdrawn_by", user("withdrawn_takeovers")),
            ],
            options={
                "indexes": [models.Index(fields=["division", "-made_at"], name="takeovers_of_place")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")),
                        name="takeover_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state__in=["confirmed", "done"])
                        | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, proposed_at__isnull=False),
                        name="takeover_confirmed_by_somebody",
                    ),
                    models.UniqueConstraint(
                        fields=["division", "content"],
                        condition=~Q(state="withdrawn"),
                        name="takeover_list_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakeoverRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.IntegerField()),
                ("division", models.CharField(max_length=12)),
                ("level", models.SmallIntegerField(default=2)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("rejected", "退回"),
                            ("accepted", "待转入"),
                            ("taken", "已转入"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("given", anmin.kernel.keys.fields.SealedJSON()),
                ("column", models.CharField(blank=True, max_length=40)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("benefit", models.CharField(blank=True, max_length=60)),
                ("review_class", models.CharField(default="A", max_length=1)),
                ("fen", models.BigIntegerField(null=True)),
                ("since", models.DateField(null=True)),
                ("last_paid", models.DateField(null=True)),
                ("old_number", models.CharField(blank=True, max_length=39)),
                ("old_on", models.DateField(null=True)),
                ("office", models.CharField(blank=True, max_length=80)),
                ("review_asked", models.DateField(null=True)),
                ("review_on", models.DateField(null=True)),
                (
                    "found",
                    models.CharField(
                        blank=True,
                        choices=[("equal", "相同"), ("differs", "不同"), ("missing", "不能测算")],
                        max_length=8,
                    ),
                ),
                ("found_fen", models.BigIntegerField(null=True)),
                ("missing", models.CharField(blank=True, max_length=300)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="kernel.takeoverbatch",
                    ),
                ),
                ("household", row("takeovers", "kernel.household")),
                ("person", row("takeovers", "kernel.person")),
                ("receiver", row("named_in_takeovers", "kernel.person")),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takeover",
                        to="kernel.decision",
                    ),
                ),
                ("entitlement", row("takeovers", "kernel.entitlement", django.db.models.deletion.SET_NULL)),
                ("account", row("takeovers", "kernel.payeeaccount", django.db.models.deletion.SET_NULL)),
            ],
            options={
                "indexes": [models.Index(fields=["batch", "state", "found"], name="takeover_rows_found")],
                "constraints": [
                    models.UniqueConstraint(fields=["batch", "row"], name="takeover_row_once"),
                    models.UniqueConstraint(
                        fields=["household", "benefit"],
                        condition=Q(state="accepted", person__isnull=True),
                        name="takeover_of_household_waits_once",
                    ),
                    models.UniqueConstraint(
                        fields=["person", "benefit"],
                        condition=Q(state="accepted", person__isnull=False),
                        name="takeover_of_person_waits_once",
                    ),
                    models.CheckConstraint(condition=WHOLE, name="takeover_row_is_whole"),
                    models.CheckConstraint(
                        condition=~Q(state="taken") | Q(decision__isnull=False),
                        name="takeover_rests_on_a_decision",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            division_policy(BATCH) + division_policy(ROW, level="level"), no_policy(BATCH) + no_policy(ROW)
        ),
        migrations.RunSQL(
            business_writes(BATCH) + business_writes(ROW), no_business_writes(BATCH) + no_business_writes(ROW)
        ),
        migrations.RunSQL(RELATED, RELATED_BACK),
        migrations.RunSQL(MOVES, MOVES_BACK),
        migrations.RunSQL(keep(BATCH), keep_no_more(BATCH)),
    ]
