"""Searches are planned for the word and the scope: along the divisions for common words, by token for rare ones."""

from django.db import migrations

# A fixed plan fetches every person with a common token (two initials: some 80,000 of 3 million) to keep fifty.
FORWARD = """
CREATE OR REPLACE FUNCTION anmin_search(wanted bigint[], most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY EXECUTE '
        SELECT found.id FROM (
            (SELECT id, division FROM kernel_person
             WHERE tokens @> $1 AND merged_into_id IS NULL
               AND division >= $3 AND division <= $4 AND level <= $5 AND ($6 OR anmin_sees(division))
             ORDER BY division, id LIMIT $2)
            UNION
            (SELECT id, division FROM kernel_person
             WHERE tokens @> $1 AND merged_into_id IS NULL AND id = ANY (ARRAY(
                SELECT person FROM kernel_breakglass
                WHERE user_id = anmin_user() AND state = ''approved'' AND until > now())))
        ) AS found
        ORDER BY found.division, found.id LIMIT $2'
    USING wanted, most, current_setting('anmin.lo', true), current_setting('anmin.hi', true), anmin_level(),
        coalesce(current_setting('anmin.ranges', true) = '1', false);
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION anmin_search(wanted bigint[], most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH found AS MATERIALIZED (
        SELECT id, division, level FROM kernel_person WHERE tokens @> wanted AND merged_into_id IS NULL
    )
    SELECT id FROM found
    WHERE (
        division >= current_setting('anmin.lo', true) AND division <= current_setting('anmin.hi', true)
        AND (current_setting('anmin.ranges', true) = '1' OR anmin_sees(division)) AND level <= anmin_level()
    ) OR id IN (
        SELECT person FROM kernel_breakglass
        WHERE user_id = anmin_user() AND state = 'approved' AND until > now()
    )
    ORDER BY division, id
    LIMIT most
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0021_papers")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
