"""Row-level security (行级权限): the policies by which PostgreSQL itself keeps rows from readers out of scope.

Requests run as the role `anmin_web`, which owns nothing. What a request may see stands in settings local to its
transaction; unset or empty settings let no row through. A scope is at most a few ranges of division codes. The hull
`anmin.lo`–`anmin.hi` is compared first with plain text operators, which PostgreSQL knows to be leak-proof, so that
indexes still serve; `anmin_sees` then decides for scopes of several ranges.
"""

from __future__ import annotations

WEB_ROLE = "anmin_web"

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

CREATE FUNCTION anmin_sees(code text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce((
        SELECT bool_or(code >= split_part(part, '-', 1) AND code <= split_part(part, '-', 2))
        FROM unnest(string_to_array(nullif(current_setting('anmin.scope', true), ''), ',')) AS part
    ), false)
$$;
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
"""


def in_scope(column: str) -> str:
    """The condition that a division column lies in the reader's scope."""
    return (
        f"({column} >= current_setting('anmin.lo', true) AND {column} <= current_setting('anmin.hi', true)"
        f" AND (current_setting('anmin.ranges', true) = '1' OR anmin_sees({column})))"
    )


def policy(table: str, *, using: str, check: str | None = None) -> str:
    """SQL that puts one policy on a table for reading and writing as `anmin_web`."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY {table}_scope ON {table} TO {WEB_ROLE} USING ({using}) WITH CHECK ({check or using});\n"
    )


def no_policy(table: str) -> str:
    """SQL that takes the policy away again."""
    return f"DROP POLICY {table}_scope ON {table};\nALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"


def division_policy(table: str, *, division: str = "division", level: str | None = None) -> str:
    """A table whose rows carry a division and, where given, a level."""
    using = in_scope(division)
    if level is not None:
        using = f"{using} AND {level} <= anmin_level()"
    return policy(table, using=using)


def through_policy(table: str, column: str, parent: str) -> str:
    """A table whose rows are seen by whoever sees the row of another table that they belong to."""
    return policy(table, using=f"EXISTS (SELECT 1 FROM {parent} AS seen WHERE seen.id = {table}.{column})")
