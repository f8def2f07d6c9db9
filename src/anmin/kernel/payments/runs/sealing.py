"""The seal of a run (名单封签): one hash over everything that approvals are about."""

from __future__ import annotations

from django.db import connection


def seal_of(run: int) -> str:
    """The SHA-256 over number, place, month and every line that is paid: who, where to, out of what, how much.

    The database computes it over all lines, also those that the reader may not see. A line has a budget line from the
    moment it is submitted and for good; what is left out before has none. So the seal stays the same while lines are
    filed, paid, returned or given up.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_run_seal(%s)", [run])
        return str(cursor.fetchone()[0])
