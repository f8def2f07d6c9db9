"""Rights in the database itself: sight by place and level together, auditors who only read, grants only in the giver's
reach, households of protected persons left out of results, assigned records, and a role of its own for the web process.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from anmin.kernel.access.rls import (
    APP,
    SIGHT,
    WEB_ROLE,
    business_writes,
    in_hull,
    in_scope,
    new_policy,
    no_business_writes,
)
from anmin.kernel.audit.history import keep, keep_no_more

SEEN = in_scope("division", "level")

FUNCTIONS = f"""
{SIGHT}
-- The reader's day: the server's own day begins eight hours later than the day in China.
CREATE FUNCTION anmin_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('anmin.day', true), '')::date
$$;
CREATE FUNCTION anmin_writes() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('anmin.writes', true), '') = '1'
$$;
CREATE FUNCTION anmin_may_grant(code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(code >= split_part(part, '-', 1) AND code <= split_part(part, '-', 2))
        FROM unnest(string_to_array(nullif(current_setting('anmin.grants', true), ''), ',')) AS part
    ), false)
$$;

-- Persons opened one by one: an exception for hours, or an assignment to a reader whose grant is narrowed to such.
CREATE FUNCTION anmin_opened() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT person FROM kernel_breakglass
    WHERE user_id = anmin_user() AND state = 'approved' AND until > now()
$$;
CREATE FUNCTION anmin_assigned() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT person FROM kernel_assignment
    WHERE user_id = anmin_user() AND first_day <= anmin_day() AND (last_day IS NULL OR last_day >= anmin_day())
$$;
CREATE FUNCTION anmin_case_level() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('anmin.case_level', true), '')::integer, -1)
$$;

-- Households that must not show in what screening found: held more closely than the reader sees, or home of a person
-- under protection whom the reader may not know of. A child's circumstances are in the results of the whole household.
CREATE FUNCTION anmin_hidden_homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT home.number FROM kernel_household AS home
    WHERE home.level >= 2 AND {in_hull("home.division")} AND NOT {in_scope("home.division", "home.level")}
    UNION
    SELECT home.number FROM kernel_person AS held
    JOIN kernel_membership AS member ON member.person_id = held.id
        AND (member.last_day IS NULL OR member.last_day >= anmin_day() - 366)
    JOIN kernel_household AS home ON home.id = member.household_id
    WHERE held.level >= 3 AND NOT coalesce({in_scope("held.division", "held.level")}, false)
      AND {in_hull("home.division")}
      AND held.id NOT IN (SELECT anmin_opened())
      AND NOT (held.level <= anmin_case_level() AND held.id IN (SELECT anmin_assigned()))
$$;

-- What those households add to the sums of a run, so that figures are those of the lists behind them.
CREATE FUNCTION anmin_hidden_sums(asked bigint)
RETURNS TABLE (place text, output text, total bigint, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hidden AS MATERIALIZED (
        SELECT found.* FROM kernel_householdresult AS found
        WHERE found.run_id = asked AND {in_hull("found.division")}
          AND found.number IN (SELECT anmin_hidden_homes())
    ), cells AS (
        SELECT division, pair.key, pair.value FROM hidden, jsonb_each_text(hidden.values) AS pair
        UNION ALL
        SELECT division, pair.key, pair.value
        FROM hidden, jsonb_each(hidden.people) AS member, jsonb_each_text(member.value) AS pair
    ), plain AS (
        SELECT division, key, CASE WHEN value = 'true' THEN 1 WHEN value ~ '^-?[0-9]+$' THEN value::bigint
                                   ELSE 0 END AS value
        FROM cells
    )
    SELECT division::text, key, sum(value)::bigint, count(*) FROM plain GROUP BY 1, 2
    UNION ALL
    SELECT division::text, key || '=' || value, 0, count(*) FROM plain GROUP BY 1, 2
    UNION ALL
    SELECT division::text, 'households', 0, count(*) FROM hidden GROUP BY 1
    UNION ALL
    SELECT division::text, 'persons', 0, sum(members)::bigint FROM hidden GROUP BY 1
$$;
REVOKE ALL ON FUNCTION anmin_hidden_homes(), anmin_hidden_sums(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_hidden_homes(), anmin_hidden_sums(bigint) TO {WEB_ROLE};

-- Planned for the word and the scope, as before; persons opened one by one are a branch of their own.
CREATE OR REPLACE FUNCTION anmin_search(wanted bigint[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY EXECUTE '
        SELECT found.id FROM (
            (SELECT id, division FROM kernel_person
             WHERE tokens @> $1 AND merged_into_id IS NULL
               AND division >= $3 AND division <= $4 AND level <= $5 AND ($6 OR anmin_sees(division, level))
             ORDER BY division, id LIMIT $2)
            UNION
            (SELECT id, division FROM kernel_person
             WHERE tokens @> $1 AND merged_into_id IS NULL AND id = ANY (ARRAY(SELECT anmin_opened())))
            UNION
            (SELECT id, division FROM kernel_person
             WHERE tokens @> $1 AND merged_into_id IS NULL AND level <= $7
               AND id = ANY (ARRAY(SELECT anmin_assigned())))
        ) AS found
        ORDER BY found.division, found.id LIMIT $2'
    USING wanted, most, current_setting('anmin.lo', true), current_setting('anmin.hi', true), anmin_level(),
        coalesce(current_setting('anmin.ranges', true) = '1', false), anmin_case_level();
END $$;
"""
PERSON = (
    f"{SEEN} OR id IN (SELECT anmin_opened()) OR (level <= anmin_case_level() AND id IN (SELECT anmin_assigned()))"
)
LEVELLED = [
    *("kernel_household", "kernel_changerequest", "kernel_checkorder", "kernel_slip"),
    *("kernel_case", "kernel_decision", "kernel_entitlement", "kernel_draft", "kernel_paper"),
]
RESULTS = f"{in_scope('division')} AND number NOT IN (SELECT anmin_hidden_homes())"
BROKEN = (
    f"EXISTS (SELECT 1 FROM kernel_run AS run WHERE run.id = run_id AND {in_scope('run.city')})"
    " AND number NOT IN (SELECT anmin_hidden_homes())"
)
POLICIES = (
    new_policy("kernel_person", using=PERSON)
    + "".join(new_policy(table, using=SEEN) for table in LEVELLED)
    + new_policy(
        "kernel_matchpair", using=f"{SEEN} AND {in_scope('other_division', 'level')}"
    )
    + new_policy("kernel_householdresult", using=RESULTS)
    + new_policy("kernel_brokenhousehold", using=BROKEN)
)
BUSINESS = [
    *("kernel_person", "kernel_identifier", "kernel_formername", "kernel_membership", "kernel_residence"),
    *("kernel_death", "kernel_kin", "kernel_merge", "kernel_notsame", "kernel_household", "kernel_changerequest"),
    *("kernel_householdresult", "kernel_brokenhousehold", "kernel_divisionsum", "kernel_case", "kernel_decision"),
    *("kernel_entitlement", "kernel_step", "kernel_caseclock", "kernel_amount", "kernel_checkorder", "kernel_slip"),
    *("kernel_draft", "kernel_sample", "kernel_reserveentry", "kernel_reserveclosing", "kernel_application"),
    *("kernel_casemember", "kernel_casematerial", "kernel_casefact", "kernel_publicity", "kernel_objection"),
    *("kernel_consent", "kernel_checkanswer", "kernel_slipreview", "kernel_matchpair", "kernel_sourcequarantine"),
]
# Whoever asks is the reader; whoever approves or reviews is the reader too, and constraints say that it is another.
OWN_ASKING = "user_id = anmin_user() AND approved_by_id IS NULL"
RIGHTS = f"""
ALTER TABLE kernel_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY kernel_grant_read ON kernel_grant FOR SELECT TO {WEB_ROLE} USING (true);
CREATE POLICY kernel_grant_give ON kernel_grant FOR INSERT TO {WEB_ROLE} WITH CHECK (
    (anmin_may_grant(division) AND user_id IS DISTINCT FROM anmin_user()) OR anmin_setting_up()
);
CREATE POLICY kernel_grant_end ON kernel_grant FOR UPDATE TO {WEB_ROLE}
    USING (anmin_may_grant(division) OR anmin_setting_up())
    WITH CHECK (anmin_may_grant(division) OR anmin_setting_up());
ALTER TABLE kernel_breakglass ENABLE ROW LEVEL SECURITY;
CREATE POLICY kernel_breakglass_read ON kernel_breakglass FOR SELECT TO {WEB_ROLE} USING (true);
CREATE POLICY kernel_breakglass_ask ON kernel_breakglass FOR INSERT TO {WEB_ROLE}
    WITH CHECK ({OWN_ASKING} AND reviewed_by_id IS NULL AND state = 'asked');
CREATE POLICY kernel_breakglass_decide ON kernel_breakglass FOR UPDATE TO {WEB_ROLE} USING (true) WITH CHECK (
    (until IS NULL OR until <= clock_timestamp() + interval '4 hours 1 minute')
    AND (({OWN_ASKING} AND reviewed_by_id IS NULL AND state = 'asked')
         OR approved_by_id = anmin_user() OR reviewed_by_id = anmin_user())
);
ALTER TABLE kernel_takingpermit ENABLE ROW LEVEL SECURITY;
CREATE POLICY kernel_takingpermit_read ON kernel_takingpermit FOR SELECT TO {WEB_ROLE} USING (true);
CREATE POLICY kernel_takingpermit_ask ON kernel_takingpermit FOR INSERT TO {WEB_ROLE} WITH CHECK ({OWN_ASKING});
CREATE POLICY kernel_takingpermit_give ON kernel_takingpermit FOR UPDATE TO {WEB_ROLE} USING (true)
    WITH CHECK (({OWN_ASKING}) OR approved_by_id = anmin_user());
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON kernel_roleconflict FROM {WEB_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON kernel_taking FROM {WEB_ROLE};
REVOKE DELETE, TRUNCATE ON kernel_user, kernel_grant, kernel_breakglass, kernel_takingpermit, kernel_takingalarm,
    kernel_assignment, kernel_delegation, kernel_person, kernel_identifier, kernel_household FROM {WEB_ROLE};
"""
SETTING_UP = """
CREATE FUNCTION anmin_setting_up() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT anmin_user() IS NULL AND EXISTS (
        SELECT 1 FROM kernel_setupsecret WHERE used_at IS NULL AND expires_at > now()
    )
$$;
"""
RIGHTS_BACK = "".join(
    f"DROP POLICY {table}_{name} ON {table};\n"
    for table, names in {
        "kernel_grant": ("read", "give", "end"),
        "kernel_breakglass": ("read", "ask", "decide"),
        "kernel_takingpermit": ("read", "ask", "give"),
    }.items()
    for name in names
) + "".join(
    f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
    for table in ("kernel_grant", "kernel_breakglass", "kernel_takingpermit")
)
ASSIGNED = f"""
ALTER TABLE kernel_assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY kernel_assignment_read ON kernel_assignment FOR SELECT TO {WEB_ROLE} USING (true);
CREATE POLICY kernel_assignment_give ON kernel_assignment FOR INSERT TO {WEB_ROLE}
    WITH CHECK (given_by_id = anmin_user() AND EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = person));
CREATE POLICY kernel_assignment_end ON kernel_assignment FOR UPDATE TO {WEB_ROLE}
    USING (EXISTS (SELECT 1 FROM kernel_person AS seen WHERE seen.id = person)) WITH CHECK (user_id <> anmin_user());
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0022_search_planned_by_word")]
    operations = [
        migrations.CreateModel(
            "Assignment",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_version", models.IntegerField(default=0, editable=False)),
                ("row_code", models.BinaryField(editable=False, null=True)),
                ("person", models.BigIntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(null=True)),
                ("reason", models.CharField(max_length=300)),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given_assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                        name="assignment_ends_after_it_begins",
                    ),
                    models.CheckConstraint(condition=~Q(user=F("given_by")), name="assignment_given_by_another"),
                    models.CheckConstraint(condition=~Q(reason=""), name="assignment_has_a_reason"),
                ],
                "indexes": [models.Index(fields=["user", "person"], name="assignment_in_force")],
            },
        ),
        migrations.AddIndex(
            "person", models.Index(condition=Q(level__gte=3), fields=["id"], name="person_held_closely")
        ),
        migrations.AddIndex(
            "household", models.Index(condition=Q(level__gte=2), fields=["division"], name="household_held_closely")
        ),
        migrations.RunSQL(APP, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(SETTING_UP, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunSQL(ASSIGNED, migrations.RunSQL.noop),
        migrations.RunSQL(RIGHTS, RIGHTS_BACK),
        migrations.RunSQL(
            "".join(business_writes(table) for table in BUSINESS),
            "".join(no_business_writes(table) for table in BUSINESS),
        ),
        migrations.RunSQL(keep("kernel_assignment", "row_version", "row_code"), keep_no_more("kernel_assignment")),
    ]
