"""The seal of a run (名单封签): one hash over everything that approvals are about."""

from __future__ import annotations

from django.db import connection

# A line has a budget line from the moment it is submitted and for good; what is left out before has none. So the seal
# stays the same while lines are filed, paid, returned or given up.
SEAL = """
SELECT encode(sha256(convert_to(
    concat_ws('|', run.number, run.division, run.month, run.version) || E'\\n' || coalesce((
        SELECT string_agg(concat_ws('|', line.id, line.entitlement_id, line.person_id, coalesce(line.account_id, 0),
                                    line.budget_line_id, line.fen), E'\\n' ORDER BY line.id)
        FROM kernel_payline AS line WHERE line.run_id = run.id AND line.budget_line_id IS NOT NULL
    ), ''), 'UTF8')), 'hex')
FROM kernel_payrun AS run WHERE run.id = %s
"""


def seal_of(run: int) -> str:
    """The SHA-256 over number, place, month and every line that is paid: who, where to, out of what, how much."""
    with connection.cursor() as cursor:
        cursor.execute(SEAL, [run])
        return str(cursor.fetchone()[0])
