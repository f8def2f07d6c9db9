"""Row-level security for authorisations, checks, slips and messages; the adults of a household for whoever must ask all."""

from django.db import migrations

from anmin.kernel.access.rls import division_policy, no_policy, policy, through_policy

# A member of age whom the reader may not see must still agree: the list of adults ignores the reader's sight, and
# tells keys only.
FUNCTIONS = """
CREATE FUNCTION anmin_adults(asked bigint, day date) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT person.id FROM kernel_membership AS member
    JOIN kernel_person AS person ON person.id = member.person_id
    WHERE member.household_id = asked AND NOT member.is_double
      AND member.first_day <= day AND (member.last_day IS NULL OR member.last_day >= day)
      AND (person.died_on IS NULL OR person.died_on > day)
      AND (person.birth_day IS NULL OR person.birth_day + interval '18 years' <= day)
    ORDER BY person.id
$$;
CREATE FUNCTION anmin_partner() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('anmin.partner', true), '')::bigint
$$;
GRANT EXECUTE ON FUNCTION anmin_adults(bigint, date), anmin_partner() TO anmin_web;
"""
FUNCTIONS_BACK = "DROP FUNCTION anmin_partner(); DROP FUNCTION anmin_adults(bigint, date);"
OWN = (
    "sender_id IN (SELECT sender.id FROM kernel_sender AS sender JOIN kernel_partnerkey AS held ON held.id = sender.key_id"
    " WHERE held.partner_id = anmin_partner())"
)
BY_DIVISION = ["kernel_checkorder", "kernel_slip"]
THROUGH = {
    "kernel_consent": ("person_id", "kernel_person"),
    "kernel_checkanswer": ("order_id", "kernel_checkorder"),
    "kernel_slipreview": ("slip_id", "kernel_slip"),
}
OF_PARTNERS = ["kernel_exchange", "kernel_outgoing", "kernel_subscription"]
POLICIES = (
    "".join(division_policy(table, level="level") for table in BY_DIVISION)
    + "".join(through_policy(table, column, parent) for table, (column, parent) in THROUGH.items())
    + "".join(policy(table, using=OWN) for table in OF_PARTNERS)
)
TABLES = [*BY_DIVISION, *THROUGH, *OF_PARTNERS]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0011_exchange")]
    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        migrations.RunSQL(POLICIES, "".join(no_policy(table) for table in TABLES)),
    ]
