"""Row-level security (行级权限): the policies by which PostgreSQL itself keeps rows from readers out of scope.

Requests run as the role `anmin_web`, which owns nothing. What a request may see stands in settings local to its
transaction; unset or empty settings let no row through. A scope is at most a few ranges of division codes, each with
how closely held a record may be. The hull `anmin.lo`–`anmin.hi` is compared first with plain text operators, which
PostgreSQL knows to be leak-proof, so that indexes still serve; `anmin_sees` then decides for scopes of several ranges.

A new table needs one line in its migration: `division_policy("kernel_x", level="level")` or
`through_policy("kernel_x", "person_id", "kernel_person")`, and `business_writes("kernel_x")` beside it.
"""

from __future__ import annotations

WEB_ROLE = "anmin_web"
RESIDENT_ROLE = "anmin_resident"
"""Requests of residents run as this role: a member of `anmin_web` whose own policies let through what is theirs."""
LOGIN_ROLE = "anmin_app"
"""Logs in for the web process and has the rights of `anmin_web` alone: resetting the role leads nowhere."""

SIGHT = """
CREATE OR REPLACE FUNCTION anmin_sees(code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(code >= split_part(part, '-', 1) AND code <= split_part(split_part(part, '-', 2), ':', 1))
        FROM unnest(string_to_array(nullif(current_setting('anmin.scope', true), ''), ',')) AS part
    ), false)
$$;
CREATE OR REPLACE FUNCTION anmin_sees(code text, held integer) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(
            code >= split_part(part, '-', 1) AND code <= split_part(split_part(part, '-', 2), ':', 1)
            AND held <= split_part(part, ':', 2)::integer
        )
        FROM unnest(string_to_array(nullif(current_setting('anmin.scope', true), ''), ',')) AS part
    ), false)
$$;
"""

WORKS = """
CREATE OR REPLACE FUNCTION anmin_works(code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(code >= split_part(part, '-', 1) AND code <= split_part(part, '-', 2))
        FROM unnest(string_to_array(nullif(current_setting('anmin.work', true), ''), ',')) AS part
    ), false)
$$;
"""
"""Whether a reader works in a place, with whatever business role: registers of things are seen so."""

FOUNDATION = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{WEB_ROLE}') THEN
        CREATE ROLE {WEB_ROLE} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{WEB_ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {WEB_ROLE} TO %I', current_user);
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO {WEB_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WEB_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WEB_ROLE};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {WEB_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WEB_ROLE};
REVOKE UPDATE, DELETE, TRUNCATE ON kernel_act FROM {WEB_ROLE};
{SIGHT}
CREATE FUNCTION anmin_level() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('anmin.level', true), '')::integer, -1)
$$;
CREATE FUNCTION anmin_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('anmin.user', true), '')::bigint
$$;
"""

FOUNDATION_BACK = """
DROP FUNCTION anmin_user();
DROP FUNCTION anmin_level();
DROP FUNCTION anmin_sees(text);
DROP FUNCTION anmin_sees(text, integer);
"""

APP = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{LOGIN_ROLE}') THEN
        CREATE ROLE {LOGIN_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
DO $$ BEGIN
    IF NOT pg_has_role('{LOGIN_ROLE}', '{WEB_ROLE}', 'MEMBER') THEN
        GRANT {WEB_ROLE} TO {LOGIN_ROLE};
    END IF;
END $$;
"""
"""The role that the web process logs in as, made beside `anmin_web`; it has no password until the operator sets one."""


def in_hull(column: str) -> str:
    """The condition that a division column lies between the reader's first and last code: cheap, and for indexes."""
    return f"{column} >= current_setting('anmin.lo', true) AND {column} <= current_setting('anmin.hi', true)"


def in_scope(column: str, level: str | None = None) -> str:
    """The condition that a division column, and a level column where there is one, lie in the reader's sight."""
    if level is None:
        return (
            f"({in_hull(column)} AND (current_setting('anmin.ranges', true) = '1' OR anmin_sees({column})))"
        )
    return (
        f"({in_hull(column)} AND {level} <= anmin_level()"
        f" AND (current_setting('anmin.ranges', true) = '1' OR anmin_sees({column}, {level})))"
    )


def policy(table: str, *, using: str, check: str | None = None) -> str:
    """SQL that puts one policy on a table for reading and writing as `anmin_web`.

    A database made by an earlier version has no `anmin_sees` with a level yet, so a policy by level brings it along.
    """
    return (
        f"{SIGHT if 'anmin_sees(' in using else ''}"
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {table}_scope ON {table} TO {WEB_ROLE} USING ({using}) WITH CHECK ({check or using});\n"
    )


def no_policy(table: str) -> str:
    """SQL that takes the policy away again."""
    return f"DROP POLICY {table}_scope ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"


def new_policy(table: str, *, using: str, check: str | None = None) -> str:
    """SQL that gives the policy of a table another condition."""
    return f"ALTER POLICY {table}_scope ON {table} USING ({using}) WITH CHECK ({check or using});\n"


def division_policy(table: str, *, division: str = "division", level: str | None = None) -> str:
    """A table whose rows carry a division and, where given, a level."""
    return policy(table, using=in_scope(division, level))


def work_policy(table: str, *, division: str = "division") -> str:
    """A table about things, not persons, seen by whoever works in the place, whether the role reads persons or not."""
    hull = f"{division} >= current_setting('anmin.work_lo', true) AND {division} <= current_setting('anmin.work_hi', true)"
    return policy(
        table, using=f"({hull} AND (current_setting('anmin.works', true) = '1' OR anmin_works({division})))"
    )


def through_policy(table: str, column: str, parent: str) -> str:
    """A table whose rows are seen by whoever sees the row of another table that they belong to."""
    return policy(table, using=f"EXISTS (SELECT 1 FROM {parent} AS seen WHERE seen.id = {table}.{column})")


def business_writes(table: str) -> str:
    """SQL that refuses every change of a table by readers whose roles only read (审计只读), whatever a view does."""
    return (
        f"CREATE POLICY {table}_adds ON {table} AS RESTRICTIVE FOR INSERT TO {WEB_ROLE} WITH CHECK (anmin_writes());\n"
        f"CREATE POLICY {table}_edits ON {table} AS RESTRICTIVE FOR UPDATE TO {WEB_ROLE} USING (anmin_writes());\n"
        f"CREATE POLICY {table}_removes ON {table} AS RESTRICTIVE FOR DELETE TO {WEB_ROLE} USING (anmin_writes());\n"
    )


def no_business_writes(table: str) -> str:
    """SQL that takes these away again."""
    return "".join(f"DROP POLICY {table}_{what} ON {table};\n" for what in ("adds", "edits", "removes"))
