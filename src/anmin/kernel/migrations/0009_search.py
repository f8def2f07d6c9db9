"""Search by tokens with the reader's own scope: the index serves here, the policies still decide what is shown."""

from django.db import migrations

from anmin.kernel.access.rls import WEB_ROLE

FORWARD = f"""
CREATE FUNCTION anmin_search(wanted bigint[], most integer) RETURNS SETOF bigint
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
REVOKE ALL ON FUNCTION anmin_search(bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION anmin_search(bigint[], integer) TO {WEB_ROLE};
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0008_matching_queue")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION anmin_search(bigint[], integer);")]
