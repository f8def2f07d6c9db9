"""How a run differs from the month before (与上月差异), line by line and why; the differences add up to that of the totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from anmin.kernel.payments.runs.models import PayRun
from anmin.lib.calendar import add_months

# A line falls into what is paid regularly and what is paid besides; every one of them that differs is a row.
ROWS = """
WITH classed AS (
    SELECT line.entitlement_id AS entitlement, line.benefit, line.division, line.run_id = %(run)s AS is_now,
        CASE WHEN part.basis <> 'basic' THEN part.basis
             WHEN part.month = run.month AND part.sequence = 0 THEN 'month' ELSE 'back' END AS class,
        part.fen
    FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id
    JOIN kernel_paypart AS part ON part.line_id = line.id
    WHERE line.state <> 'excluded' AND part.is_live AND (run.id = %(run)s OR (
        run.division = %(division)s AND run.month = %(previous)s AND run.state <> 'void' AND line.benefit = ANY (%(benefits)s)
    ))
), summed AS (
    SELECT entitlement, max(benefit) AS benefit, max(division) AS division, class,
        coalesce(sum(fen) FILTER (WHERE is_now), 0)::bigint AS now, coalesce(sum(fen) FILTER (WHERE NOT is_now), 0)::bigint AS before
    FROM classed GROUP BY entitlement, class
), sided AS (
    SELECT *, bool_or(now <> 0) OVER mine AS has_now, bool_or(before <> 0) OVER mine AS had_before
    FROM summed WINDOW mine AS (PARTITION BY entitlement)
)
SELECT sided.entitlement, sided.benefit, sided.division, sided.before, sided.now,
    CASE
        WHEN given.yearly AND sided.class = 'month' AND sided.now > 0 THEN 'year'
        WHEN given.yearly AND sided.class = 'month' AND NOT sided.has_now THEN 'year_paid'
        WHEN NOT sided.had_before AND sided.class = 'month' THEN CASE WHEN EXISTS (
                SELECT 1 FROM kernel_paypart AS part JOIN kernel_payline AS line ON line.id = part.line_id
                WHERE part.entitlement = sided.entitlement AND part.is_live AND part.basis = 'basic' AND line.run_id <> %(run)s
            ) THEN 'resumed' ELSE 'joined' END
        WHEN NOT sided.has_now THEN CASE
            WHEN EXISTS (SELECT 1 FROM kernel_payline AS out WHERE out.run_id = %(run)s AND out.entitlement_id = sided.entitlement)
                THEN 'excluded'
            WHEN given.state = 'ended' OR given.last_day < %(month)s THEN 'ended'
            WHEN given.state = 'suspended' THEN 'suspended' ELSE 'nothing' END
        WHEN sided.class = 'month' AND sided.before = 0 THEN 'resumed'
        WHEN sided.class = 'month' THEN CASE WHEN sided.now > sided.before THEN 'higher' ELSE 'lower' END
        ELSE sided.class
    END AS cause
FROM sided JOIN LATERAL (
    SELECT one.*, EXISTS (
        SELECT 1 FROM kernel_amount AS amount WHERE amount.entitlement_id = one.id AND amount.year IS NOT NULL
    ) AS yearly FROM kernel_entitlement AS one WHERE one.id = sided.entitlement
) AS given ON true
WHERE sided.now <> sided.before
"""


@dataclass(frozen=True)
class Difference:
    """One reason why one entitlement is paid another sum than last month: fen before and now, and the cause."""

    entitlement: int
    benefit: str
    division: str
    before: int
    now: int
    cause: str

    @property
    def fen(self) -> int:
        """Fen more, or less."""
        return self.now - self.before


def differences(
    run: PayRun, cause: str = "", low: str = "", high: str = "9", limit: int | None = None
) -> list[Difference]:
    """Every difference to the month before, or those of one cause, within a range of places."""
    order = " ORDER BY cause, division, entitlement" + ("" if limit is None else " LIMIT %(limit)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({ROWS}) AS row WHERE (%(cause)s = '' OR cause = %(cause)s)"
            f" AND division >= %(low)s AND division <= %(high)s{order}",
            {**_values(run), "cause": cause, "low": low, "high": high, "limit": limit},
        )
        return [Difference(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class CauseSum:
    """A cause with how many differences and fen it has."""

    cause: str
    number: int
    fen: int


def difference_sums(run: PayRun) -> list[CauseSum]:
    """The differences summed by cause; together they are the total now less the total before."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT cause, count(*), sum(now - before)::bigint FROM ({ROWS}) AS row GROUP BY 1 ORDER BY 1",
            _values(run),
        )
        return [CauseSum(*row) for row in cursor.fetchall()]


def total_before(run: PayRun) -> int:
    """Fen that the runs of the month before paid for the same benefits in the same place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(line.fen), 0)::bigint FROM kernel_payline AS line JOIN kernel_payrun AS run ON run.id = line.run_id"
            " WHERE run.division = %(division)s AND run.month = %(previous)s AND run.state <> 'void' AND line.state <> 'excluded'"
            " AND line.benefit = ANY (%(benefits)s)",
            _values(run),
        )
        return int(cursor.fetchone()[0])


def _values(run: PayRun) -> dict[str, Any]:
    return {
        "run": run.pk,
        "division": run.division,
        "month": run.month,
        "previous": add_months(run.month, -1),
        "benefits": list(run.benefits),
    }
