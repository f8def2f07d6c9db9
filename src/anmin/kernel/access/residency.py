"""What residents see (居民数据范围), as policies of the database for their own role `anmin_resident`.

The role is a member of `anmin_web`, so that actions work alike; a resident's transaction has no scope of divisions, so
the policies for staff let no row through. These add what is theirs: their own record, the family of the household,
their cases and benefits, and the same of whoever lets them act. Staff run as another role: nothing is added for them.
"""

from __future__ import annotations

from anmin.kernel.access.rls import LOGIN_ROLE, RESIDENT_ROLE, WEB_ROLE

ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{RESIDENT_ROLE}') THEN
        CREATE ROLE {RESIDENT_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    IF NOT pg_has_role('{RESIDENT_ROLE}', '{WEB_ROLE}', 'MEMBER') THEN
        GRANT {WEB_ROLE} TO {RESIDENT_ROLE};
    END IF;
    IF NOT pg_has_role(current_user, '{RESIDENT_ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {RESIDENT_ROLE} TO %I', current_user);
    END IF;
    IF NOT pg_has_role('{LOGIN_ROLE}', '{RESIDENT_ROLE}', 'MEMBER') THEN
        GRANT {RESIDENT_ROLE} TO {LOGIN_ROLE};
    END IF;
END $$;
"""

FAMILY = """
-- The family that lives together now, and whoever acts for oneself; a child under protection is on no page.
CREATE OR REPLACE FUNCTION anmin_own_family() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT person.id FROM kernel_membership AS member JOIN kernel_person AS person ON person.id = member.person_id
    WHERE member.household_id IN (SELECT anmin_own_homes('any')) AND NOT member.is_double AND person.level < 3
      AND member.first_day <= anmin_day() AND (member.last_day IS NULL OR member.last_day >= anmin_day())
    UNION
    SELECT helper FROM kernel_delegation WHERE person = anmin_resident()
    UNION
    SELECT said.helper_id FROM kernel_application AS said JOIN kernel_case AS mine ON mine.id = said.case_id
    WHERE mine.applicant_id = anmin_resident() AND said.helper_id IS NOT NULL
$$;
"""

FUNCTIONS = f"""
CREATE FUNCTION anmin_resident() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('anmin.resident', true), '')::bigint
$$;
CREATE FUNCTION anmin_own(what text) RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT part::bigint
    FROM unnest(string_to_array(nullif(current_setting('anmin.own_' || what, true), ''), ',')) AS part
$$;
CREATE FUNCTION anmin_own_homes(what text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT member.household_id FROM kernel_membership AS member
    WHERE member.person_id IN (SELECT anmin_own(what)) AND NOT member.is_double
      AND member.first_day <= anmin_day() AND (member.last_day IS NULL OR member.last_day >= anmin_day())
$$;
{FAMILY}-- Whether somebody in a household is not shown to those who live there: then nobody applies for it on a page.
CREATE FUNCTION anmin_home_has_hidden(home bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM kernel_membership AS member JOIN kernel_person AS person ON person.id = member.person_id
        WHERE member.household_id = home AND NOT member.is_double AND person.level >= 3
          AND member.first_day <= anmin_day() AND (member.last_day IS NULL OR member.last_day >= anmin_day())
    )
$$;
-- Cases of the family as it was on the day of the application. What others say about a family is not the family's case.
CREATE FUNCTION anmin_own_cases() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found.id FROM kernel_case AS found
    WHERE (found.applicant_id IN (SELECT anmin_own('case')) OR (found.level < 3 AND EXISTS (
        SELECT 1 FROM kernel_casemember AS member
        WHERE member.case_id = found.id AND member.person_id IN (SELECT anmin_own('case'))
    ))) AND (found.matter <> 'complaint' OR found.channel = 'resident')
$$;
-- Whose identity number this is, by its keyed hash: a key of the register and nothing else.
CREATE FUNCTION anmin_resident_with(blinds bytea[], kinds text[]) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT held.person_id FROM kernel_identifier AS held JOIN kernel_person AS person ON person.id = held.person_id
    WHERE held.blind = ANY (blinds) AND held.kind = ANY (kinds) AND held.last_day IS NULL
      AND person.merged_into_id IS NULL AND person.died_on IS NULL
    ORDER BY held.person_id LIMIT 1
$$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION anmin_resident_with(bytea[], text[]);
DROP FUNCTION anmin_own_cases();
DROP FUNCTION anmin_home_has_hidden(bigint);
DROP FUNCTION anmin_own_family();
DROP FUNCTION anmin_own_homes(text);
DROP FUNCTION anmin_own(text);
DROP FUNCTION anmin_resident();
"""

ANY = "(SELECT anmin_own('any'))"
SEEN_CASE = "EXISTS (SELECT 1 FROM kernel_case AS seen WHERE seen.number = {column})"
GAVE = (
    "EXISTS (SELECT 1 FROM kernel_entitlement AS mine"
    " WHERE kernel_decision.id IN (mine.begun_by_id, mine.changed_by_id, mine.ended_by_id))"
    " OR EXISTS (SELECT 1 FROM kernel_amount AS part WHERE part.decision_id = kernel_decision.id)"
)
"""A benefit that was taken over from an older system has a decision and no case; who sees the benefit sees both."""
READS = {
    "kernel_person": f"id IN {ANY} OR id IN (SELECT anmin_own_family())",
    "kernel_household": "id IN (SELECT anmin_own_homes('any'))",
    "kernel_decision": f"{SEEN_CASE.format(column='case_number')} OR {GAVE}",
    "kernel_entitlement": "person_id IN (SELECT anmin_own('money'))"
    " OR (person_id IS NULL AND household_id IN (SELECT anmin_own_homes('money')))",
    "kernel_delegation": "helper = anmin_resident()",
    "kernel_paper": SEEN_CASE.format(column="subject"),
}
"""Tables that residents read, and which rows."""
CASES = (
    "(applicant_id IN (SELECT anmin_own('case')) AND (matter <> 'complaint' OR channel = 'resident'))"
    " OR id IN (SELECT anmin_own_cases())"
)
DRAFTS = (
    "resident_id = anmin_resident()"
    " AND (household_id IS NULL OR household_id IN (SELECT anmin_own_homes('apply')))"
)
OWN_ALONE = (
    *("kernel_identifier", "kernel_formername", "kernel_residence", "kernel_death", "kernel_kin"),
    *("kernel_changerequest", "kernel_formerplace"),
)
"""Tables whose rows belong to a person: those of others in the family are not theirs to read."""
SHUT = ("kernel_rowhistory", "kernel_phonecode", "kernel_slip", "kernel_checkorder", "kernel_matchpair")
"""Tables that no resident's page reads at all."""
READ_ONLY = (
    *("kernel_person", "kernel_identifier", "kernel_formername", "kernel_membership", "kernel_residence"),
    *(
        "kernel_death",
        "kernel_kin",
        "kernel_household",
        "kernel_decision",
        "kernel_entitlement",
        "kernel_amount",
    ),
    *("kernel_publicity", "kernel_objection", "kernel_changerequest", "kernel_merge", "kernel_notsame"),
    *("kernel_sample", "kernel_reserveentry", "kernel_reserveclosing", "kernel_grant", "kernel_assignment"),
    *("kernel_breakglass", "kernel_takingpermit"),
)
"""Tables in which no resident changes a row: the register, decisions and money, the work of staff, rights."""


def policies() -> str:
    """SQL with every policy of residents over the tables of the house."""
    lines = [
        f"CREATE POLICY {table}_own ON {table} FOR SELECT TO {RESIDENT_ROLE} USING ({using});"
        for table, using in READS.items()
    ]
    lines += [
        f"CREATE POLICY kernel_case_own ON kernel_case FOR SELECT TO {RESIDENT_ROLE} USING ({CASES});",
        f"CREATE POLICY kernel_case_open ON kernel_case FOR INSERT TO {RESIDENT_ROLE} WITH CHECK"
        " (applicant_id IN (SELECT anmin_own('apply')) AND channel = 'resident' AND opened_by_id IS NULL);",
        f"CREATE POLICY kernel_case_move ON kernel_case FOR UPDATE TO {RESIDENT_ROLE} USING ({CASES});",
        f"CREATE POLICY kernel_draft_own ON kernel_draft TO {RESIDENT_ROLE} USING ({DRAFTS}) WITH CHECK ({DRAFTS});",
        f"CREATE POLICY kernel_paper_make ON kernel_paper FOR INSERT TO {RESIDENT_ROLE} WITH CHECK"
        f" ({SEEN_CASE.format(column='subject')});",
        f"CREATE POLICY kernel_step_alone ON kernel_step AS RESTRICTIVE FOR INSERT TO {RESIDENT_ROLE}"
        " WITH CHECK (by_id IS NULL AND beside_id IS NULL AND decision_id IS NULL);",
    ]
    lines += [
        f"CREATE POLICY {table}_alone ON {table} AS RESTRICTIVE FOR SELECT TO {RESIDENT_ROLE} USING ({_own(table)});"
        for table in OWN_ALONE
    ]
    lines += [
        f"CREATE POLICY {table}_shut ON {table} AS RESTRICTIVE FOR SELECT TO {RESIDENT_ROLE} USING (false);"
        for table in SHUT
    ]
    for table in READ_ONLY:
        lines += [
            f"CREATE POLICY {table}_fixed_adds ON {table} AS RESTRICTIVE FOR INSERT TO {RESIDENT_ROLE}"
            " WITH CHECK (false);",
            f"CREATE POLICY {table}_fixed_edits ON {table} AS RESTRICTIVE FOR UPDATE TO {RESIDENT_ROLE} USING (false);",
            f"CREATE POLICY {table}_fixed_removes ON {table} AS RESTRICTIVE FOR DELETE TO {RESIDENT_ROLE} USING (false);",
        ]
    return "\n".join(lines) + "\n"


def no_policies() -> str:
    """SQL that takes them away again."""
    named = {f"{table}_own": table for table in (*READS, "kernel_case", "kernel_draft")}
    named |= {"kernel_case_open": "kernel_case", "kernel_case_move": "kernel_case"}
    named |= {"kernel_paper_make": "kernel_paper", "kernel_step_alone": "kernel_step"}
    named |= {f"{table}_alone": table for table in OWN_ALONE} | {f"{table}_shut": table for table in SHUT}
    named |= {f"{table}_fixed_{what}": table for table in READ_ONLY for what in ("adds", "edits", "removes")}
    return "".join(f"DROP POLICY {name} ON {table};\n" for name, table in named.items())


def _own(table: str) -> str:
    if table == "kernel_formerplace":
        return f"person_id IN {ANY} OR household_id IN (SELECT anmin_own_homes('any'))"
    return f"person_id IN {ANY}"
