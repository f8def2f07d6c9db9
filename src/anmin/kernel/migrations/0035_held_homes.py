"""Households of protected persons stand in a table of their own, kept by triggers, so that no reader has to look for them."""

from django.db import migrations, models

from anmin.kernel.access.rls import WEB_ROLE, in_hull, in_scope

HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"

# Whoever writes a membership holds the person by FOR KEY SHARE before reading how closely the person is held; whoever
# changes that waits by FOR UPDATE. So of two transactions at once the later one always sees the earlier one's rows.
KEEPING = f"""
CREATE FUNCTION anmin_derive_held_homes(affected bigint[]) RETURNS void {HEAD} AS $$
BEGIN
    PERFORM 1 FROM kernel_household AS home
    WHERE home.id IN (SELECT household_id FROM kernel_membership WHERE person_id = ANY (affected))
    ORDER BY home.id FOR KEY SHARE;
    DELETE FROM kernel_heldhome WHERE person = ANY (affected);
    INSERT INTO kernel_heldhome (person, household, number, division, held_division, held_level, last_day)
    SELECT held.id, home.id, home.number, home.division, held.division, held.level,
        CASE WHEN bool_or(member.last_day IS NULL) THEN NULL ELSE max(member.last_day) END
    FROM kernel_person AS held
    JOIN kernel_membership AS member ON member.person_id = held.id
    JOIN kernel_household AS home ON home.id = member.household_id
    WHERE held.id = ANY (affected) AND held.level >= 3
    GROUP BY held.id, home.id;
END $$;

CREATE FUNCTION anmin_held_person_changes() RETURNS trigger {HEAD} AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM kernel_heldhome WHERE person = OLD.id;
        RETURN NULL;
    END IF;
    PERFORM 1 FROM kernel_person WHERE id = NEW.id FOR UPDATE;
    PERFORM anmin_derive_held_homes(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_person_held_added AFTER INSERT ON kernel_person
    FOR EACH ROW WHEN (NEW.level >= 3) EXECUTE FUNCTION anmin_held_person_changes();
CREATE TRIGGER kernel_person_held_changed AFTER UPDATE OF level, division ON kernel_person
    FOR EACH ROW WHEN ((OLD.level >= 3 OR NEW.level >= 3)
        AND (OLD.level, OLD.division) IS DISTINCT FROM (NEW.level, NEW.division))
    EXECUTE FUNCTION anmin_held_person_changes();
CREATE TRIGGER kernel_person_held_removed AFTER DELETE ON kernel_person
    FOR EACH ROW WHEN (OLD.level >= 3) EXECUTE FUNCTION anmin_held_person_changes();

CREATE FUNCTION anmin_held_home_changes() RETURNS trigger {HEAD} AS $$
BEGIN
    PERFORM 1 FROM kernel_household WHERE id = NEW.id FOR UPDATE;
    UPDATE kernel_heldhome SET number = NEW.number, division = NEW.division WHERE household = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_household_held_changed AFTER UPDATE OF number, division ON kernel_household
    FOR EACH ROW WHEN ((OLD.number, OLD.division) IS DISTINCT FROM (NEW.number, NEW.division))
    EXECUTE FUNCTION anmin_held_home_changes();

CREATE FUNCTION anmin_held_membership_changes() RETURNS trigger {HEAD} AS $$
DECLARE
    members bigint[];
    affected bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT person_id ORDER BY person_id) INTO members FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT person_id ORDER BY person_id) INTO members FROM stale;
    ELSE
        SELECT array_agg(DISTINCT person_id ORDER BY person_id) INTO members
        FROM (SELECT person_id FROM fresh UNION SELECT person_id FROM stale) AS either;
    END IF;
    PERFORM 1 FROM kernel_person WHERE id = ANY (members) ORDER BY id FOR KEY SHARE;
    SELECT array_agg(id) INTO affected FROM kernel_person WHERE id = ANY (members) AND level >= 3;
    IF affected IS NOT NULL THEN
        PERFORM 1 FROM kernel_person WHERE id = ANY (affected) ORDER BY id FOR UPDATE;
        PERFORM anmin_derive_held_homes(affected);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_membership_held_added AFTER INSERT ON kernel_membership
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION anmin_held_membership_changes();
CREATE TRIGGER kernel_membership_held_changed AFTER UPDATE ON kernel_membership
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION anmin_held_membership_changes();
CREATE TRIGGER kernel_membership_held_removed AFTER DELETE ON kernel_membership
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION anmin_held_membership_changes();

REVOKE ALL ON FUNCTION anmin_derive_held_homes(bigint[]) FROM PUBLIC, {WEB_ROLE};
REVOKE ALL ON kernel_heldhome FROM {WEB_ROLE};
ALTER TABLE kernel_heldhome ENABLE ROW LEVEL SECURITY;
SELECT anmin_derive_held_homes(ARRAY(SELECT id FROM kernel_person WHERE level >= 3));
"""
KEEPING_BACK = """
DROP TRIGGER kernel_person_held_added ON kernel_person;
DROP TRIGGER kernel_person_held_changed ON kernel_person;
DROP TRIGGER kernel_person_held_removed ON kernel_person;
DROP TRIGGER kernel_household_held_changed ON kernel_household;
DROP TRIGGER kernel_membership_held_added ON kernel_membership;
DROP TRIGGER kernel_membership_held_changed ON kernel_membership;
DROP TRIGGER kernel_membership_held_removed ON kernel_membership;
DROP FUNCTION anmin_held_person_changes();
DROP FUNCTION anmin_held_home_changes();
DROP FUNCTION anmin_held_membership_changes();
DROP FUNCTION anmin_derive_held_homes(bigint[]);
"""


def hidden(only: str = "") -> str:
    """The two grounds on which a household must not show: held closely itself, or home of somebody who is."""
    return f"""
    SELECT home.number FROM kernel_household AS home
    WHERE home.level >= 2 AND {in_hull("home.division")} AND NOT {in_scope("home.division", "home.level")}{only}
    UNION
    SELECT home.number FROM kernel_heldhome AS home
    WHERE {in_hull("home.division")} AND NOT coalesce({in_scope("home.held_division", "home.held_level")}, false)
      AND (home.last_day IS NULL OR home.last_day >= anmin_day() - 366)
      AND home.person NOT IN (SELECT anmin_opened())
      AND NOT (home.held_level <= anmin_case_level() AND home.person IN (SELECT anmin_assigned())){only}
"""


READING = f"""
CREATE OR REPLACE FUNCTION anmin_hidden_homes() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ {hidden()} $$;
CREATE FUNCTION anmin_hides(asked text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS ({hidden(" AND home.number = asked")})
$$;
REVOKE ALL ON FUNCTION anmin_hides(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_hides(text) TO {WEB_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0034_views_of_the_work_table")]
    operations = [
        migrations.CreateModel(
            "HeldHome",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.BigIntegerField()),
                ("household", models.BigIntegerField()),
                ("number", models.CharField(max_length=50)),
                ("division", models.CharField(max_length=12)),
                ("held_division", models.CharField(max_length=12)),
                ("held_level", models.SmallIntegerField()),
                ("last_day", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["person", "household"], name="held_home_once_a_person")
                ],
                "indexes": [
                    models.Index(fields=["division"], name="held_home_division"),
                    models.Index(fields=["number"], name="held_home_number"),
                    models.Index(fields=["household"], name="held_home_household"),
                ],
            },
        ),
        migrations.RunSQL(KEEPING, KEEPING_BACK),
        migrations.RunSQL(READING, migrations.RunSQL.noop),
    ]
