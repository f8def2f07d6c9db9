"""All migrations end in the same database whether Django builds every class or only what a step changes."""

import re

import pytest

from boot import postgres
from tests.faults.installation import Installation

DJANGOS = """
import contextlib, django
django.setup()
from django.core.management import call_command
from anmin.kernel.management.commands import migrate
migrate.built_by_need = contextlib.nullcontext
call_command("migrate", verbosity=0)
"""
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+[+-]\d\d")
"""When a migration was applied, or a row made by one."""
RANDOM = re.compile(r"^\\(un)?restrict .*$", re.MULTILINE)
"""A word that pg_dump makes up each time."""


@pytest.mark.full
def test_the_whole_history_makes_the_same_tables_triggers_rights_and_rows(tmp_path):
    home = Installation(tmp_path / "home")
    home.cluster.start()
    try:
        for name in ("anmin", "djangos"):
            home.cluster.ensure_database(name)
        same_order = {"PYTHONHASHSEED": "0"}
        home.python("-m", "django", "migrate", "-v0", **same_order)
        home.python("-c", DJANGOS, **same_order, DATABASE_URL=home.cluster.url("djangos"))

        ours, djangos = _dump(home, "anmin"), _dump(home, "djangos")
        home.sql("ALTER TABLE kernel_household DROP CONSTRAINT " + _a_constraint(home), "djangos")

        assert ours == djangos
        assert ours.count("CREATE TABLE") > 200
        assert _dump(home, "djangos") != ours, "a database that lacks one constraint would have passed"
    finally:
        home.cluster.stop()


def _a_constraint(home):
    return home.sql(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'kernel_household'::regclass AND contype = 'c' LIMIT 1"
    )


def _dump(home, name):
    """All that is in a database, without the moments of its making."""
    base = ["-h", str(home.cluster.sockets), "-U", postgres.SUPERUSER, "-d", name]
    done = home.cluster._run("pg_dump", *base)
    assert done.returncode == 0, done.stderr
    return RANDOM.sub("", STAMP.sub("", done.stdout))
