"""Row-level security on every table about people, and roles that exclude one another."""

from django.db import migrations

from anmin.kernel.access.rls import (
    FOUNDATION,
    FOUNDATION_BACK,
    division_policy,
    in_scope,
    no_policy,
    policy,
    through_policy,
)

CONFLICTS = [
    ("audit_admin", "child_director"),
    ("audit_admin", "child_protector"),
    ("audit_admin", "city_officer"),
    ("audit_admin", "civil_registrar"),
    ("audit_admin", "county_approver"),
    ("audit_admin", "county_checker"),
    ("audit_admin", "county_finance"),
    ("audit_admin", "county_leader"),
    ("audit_admin", "elder_helper"),
    ("audit_admin", "funeral_officer"),
    ("audit_admin", "inspector"),
    ("audit_admin", "organisation_registrar"),
    ("audit_admin", "security_admin"),
    ("audit_admin", "system_admin"),
    ("audit_admin", "town_clerk"),
    ("audit_admin", "town_leader"),
    ("audit_admin", "village_worker"),
    ("child_director", "inspector"),
    ("child_director", "security_admin"),
    ("child_director", "system_admin"),
    ("child_protector", "inspector"),
    ("child_protector", "security_admin"),
    ("child_protector", "system_admin"),
    ("city_officer", "inspector"),
    ("city_officer", "security_admin"),
    ("city_officer", "system_admin"),
    ("civil_registrar", "inspector"),
    ("civil_registrar", "security_admin"),
    ("civil_registrar", "system_admin"),
    ("county_approver", "county_checker"),
    ("county_approver", "county_finance"),
    ("county_approver", "inspector"),
    ("county_approver", "security_admin"),
    ("county_approver", "system_admin"),
    ("county_checker", "county_finance"),
    ("county_checker", "inspector"),
    ("county_checker", "security_admin"),
    ("county_checker", "system_admin"),
    ("county_finance", "inspector"),
    ("county_finance", "security_admin"),
    ("county_finance", "system_admin"),
    ("county_leader", "inspector"),
    ("county_leader", "security_admin"),
    ("county_leader", "system_admin"),
    ("elder_helper", "inspector"),
    ("elder_helper", "security_admin"),
    ("elder_helper", "system_admin"),
    ("funeral_officer", "inspector"),
    ("funeral_officer", "security_admin"),
    ("funeral_officer", "system_admin"),
    ("inspector", "organisation_registrar"),
    ("inspector", "security_admin"),
    ("inspector", "system_admin"),
    ("inspector", "town_clerk"),
    ("inspector", "town_leader"),
    ("inspector", "village_worker"),
    ("organisation_registrar", "security_admin"),
    ("organisation_registrar", "system_admin"),
    ("security_admin", "system_admin"),
    ("security_admin", "town_clerk"),
    ("security_admin", "town_leader"),
    ("security_admin", "village_worker"),
    ("system_admin", "town_clerk"),
    ("system_admin", "town_leader"),
    ("system_admin", "village_worker"),
]
BROKEN_GLASS = (
    "id IN (SELECT person FROM kernel_breakglass"
    " WHERE user_id = anmin_user() AND state = 'approved' AND until > now())"
)
OF_PERSONS = {
    "kernel_identifier": "person_id",
    "kernel_formername": "person_id",
    "kernel_membership": "person_id",
    "kernel_residence": "person_id",
    "kernel_death": "person_id",
    "kernel_kin": "person_id",
    "kernel_merge": "kept_id",
    "kernel_notsame": "one_id",
}
BY_DIVISION = {
    "kernel_household": "level",
    "kernel_changerequest": "level",
    "kernel_householdresult": None,
    "kernel_brokenhousehold": None,
    "kernel_divisionsum": None,
    "kernel_case": None,
    "kernel_decision": None,
    "kernel_entitlement": None,
}
THROUGH = {
    "kernel_step": ("case_id", "kernel_case"),
    "kernel_caseclock": ("case_id", "kernel_case"),
    "kernel_amount": ("entitlement_id", "kernel_entitlement"),
}
PERSON = f"({in_scope('division')} AND level <= anmin_level()) OR {BROKEN_GLASS}"
POLICIES = (
    policy("kernel_person", using=PERSON)
    + "".join(through_policy(table, column, "kernel_person") for table, column in OF_PERSONS.items())
    + "".join(division_policy(table, level=level) for table, level in BY_DIVISION.items())
    + "".join(through_policy(table, column, parent) for table, (column, parent) in THROUGH.items())
)
TABLES = ["kernel_person", *OF_PERSONS, *BY_DIVISION, *THROUGH]
ROLES = """
CREATE FUNCTION kernel_grant_roles_exclude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM kernel_user WHERE id = NEW.user_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM kernel_grant AS held
        JOIN kernel_roleconflict AS pair
          ON (pair.one = held.role AND pair.other = NEW.role) OR (pair.one = NEW.role AND pair.other = held.role)
        WHERE held.user_id = NEW.user_id AND held.id IS DISTINCT FROM NEW.id
          AND daterange(held.first_day, held.last_day, '[]') && daterange(NEW.first_day, NEW.last_day, '[]')
    ) THEN
        RAISE EXCEPTION 'grant_roles_exclude: 同一人不能同时担任不相容的岗位（%）', NEW.role;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grant_roles_exclude BEFORE INSERT OR UPDATE ON kernel_grant
    FOR EACH ROW EXECUTE FUNCTION kernel_grant_roles_exclude();
"""
ROLES_BACK = """
DROP TRIGGER grant_roles_exclude ON kernel_grant;
DROP FUNCTION kernel_grant_roles_exclude();
"""


def fill(apps, schema_editor):
    model = apps.get_model("kernel", "RoleConflict")
    model.objects.bulk_create([model(one=one, other=other) for one, other in CONFLICTS])


class Migration(migrations.Migration):
    dependencies = [("kernel", "0006_roles")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(ROLES, ROLES_BACK),
        migrations.RunSQL(FOUNDATION, FOUNDATION_BACK),
        migrations.RunSQL(POLICIES, "".join(no_policy(table) for table in TABLES)),
    ]
