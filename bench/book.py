"""A book of acts of a million rows in a PostgreSQL of its own, chained with the installation's key, made once and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from bench.options import Options
from boot.environment import VENV, python_environment
from boot.postgres import Cluster, find_binaries

ACTS = """
INSERT INTO kernel_act (number, at, by_name, act, subject, subject_id, division, purpose, result, reason, before, after,
    key, previous, hash)
SELECT number, timestamptz '2026-11-01 00:00:00+00' + number * interval '1.5 seconds', '王' || number %% 500,
    (ARRAY['people.change', 'people.add_number', 'access.grant', 'cases.step', 'screening.run'])[1 + number %% 5],
    'kernel.person', (number %% 3000000)::text, '371002001' || lpad((number %% 100)::text, 3, '0'), '受理申请', 'done',
    CASE WHEN number %% 3 = 0 THEN '依申请变更' ELSE '' END,
    CASE WHEN number %% 2 = 0 THEN jsonb_build_object('settlement', number %% 3, 'level', 1) END,
    jsonb_build_object('settlement', (number + 1) %% 3, 'level', 1, 'source', '公安'), 1, '', ''
FROM generate_series(1, %s) AS number
"""


@contextmanager
def installation(options: Options, name: str) -> Iterator[str]:
    """An empty installation in a PostgreSQL of its own, in this process; gives the database's address."""
    home = options.home / name
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    cluster = Cluster(find_binaries(VENV), home / "postgres", is_throwaway=True)
    cluster.start()
    try:
        cluster.ensure_database("anmin")
        url = cluster.url("anmin")
        settings = {"DATABASE_URL": url, "ANMIN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
        settings |= {"ANMIN_STATIC_MANIFEST": "0", "ANMIN_ANCHORS": str(home / "anchors")}
        env = {**python_environment(**settings), "PYTHONPATH": f"src{os.pathsep}."}
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=env, check=True)
        os.environ.update(settings)
        import django

        django.setup()
        yield url
    finally:
        from django.db import connection

        connection.close()
        cluster.stop()


def staff(division: str, roles: Mapping[str, str]) -> dict[str, Any]:
    """Members of staff of a place by their log-ins, each with one role."""
    from anmin.kernel.access import actions as access

    found = {}
    for username, role in roles.items():
        found[username] = access.create_user(
            by="bench",
            username=username,
            display_name=username,
            password="一个足够长的口令Ab2026",
            must_change=False,
        )
        access.grant(
            by="bench",
            user=found[username],
            division=division,
            role=role,
            first_day=date(2020, 1, 1),
            last_day=None,
        )
    return found


@contextmanager
def book(options: Options, acts: int) -> Iterator[str]:
    """Start the cluster, fill the book once, stop it at the end; gives the database's address."""
    with installation(options, f"book-{acts}") as url:
        marker = options.home / f"book-{acts}" / "filled"
        if not marker.exists():
            _fill(acts)
            marker.write_text(str(acts))
        yield url


def _fill(acts: int) -> None:
    """Rows first, without their hashes; then the chain, computed from the lines that the database writes down."""
    from django.db import connection, transaction

    from anmin.kernel.audit.chain import LINE, START, chain_key, hash_of
    from anmin.kernel.audit.keeping import anchor

    number, key = chain_key()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_act DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE kernel_act")
        cursor.execute(ACTS, [acts])
        cursor.execute("CREATE TEMP TABLE chained (number bigint PRIMARY KEY, previous text, hash text)")
        cursor.execute(f"SELECT {LINE} FROM kernel_act ORDER BY number")
        head, rows = START, []
        for at, (line,) in enumerate(cursor.fetchall(), 1):
            previous, head = head, hash_of(key, head, line)
            rows.append((at, previous, head))
        with cursor.copy("COPY chained FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        cursor.execute(
            "UPDATE kernel_act SET previous = chained.previous, hash = chained.hash, key = %s"
            " FROM chained WHERE chained.number = kernel_act.number",
            [number],
        )
        cursor.execute("UPDATE kernel_acthead SET number = %s, hash = %s", [acts, head])
        cursor.execute("ALTER TABLE kernel_act ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) kernel_act")
    anchor()
