"""What of the months of a claim the family keeps (各月留给家庭的): written off, not claimed, or claimed wrongly.

A run pays and finds by this, month by month (`runs.computing`). What was paid for a month after it was claimed is back pay
that offset the claim (追回与补发相抵): it is not kept when the claim is taken back, or the family would have it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.monthly import OF_MONTH

# By month of a claim: what was paid for it, now and when it was claimed; what is due today; what others claim or keep of
# the same money. Another claim that was made when more had been paid is about that more.
STANDING = (
    """
SELECT mine.id, mine.month, mine.fen, mine.kept, mine.paid, coalesce(due.fen, 0)::bigint, coalesce(others.fen, 0)::bigint,
    CASE WHEN accrued.fen IS NULL AND (began.month IS NULL OR mine.month < began.month) THEN NULL
        ELSE coalesce(accrued.fen, 0) END::bigint
FROM kernel_recoverymonth AS mine JOIN kernel_entitlement AS given ON given.id = mine.entitlement
"""
    + OF_MONTH.format(row="mine")
    + """LEFT JOIN LATERAL (
    SELECT sum(CASE WHEN back.state = 'dropped' THEN coalesce(other.kept, other.fen) ELSE other.fen END) AS fen
    FROM kernel_recoverymonth AS other JOIN kernel_recovery AS back ON back.id = other.recovery_id
    WHERE other.entitlement = given.id AND other.month = mine.month AND other.recovery_id <> mine.recovery_id
      AND back.state IN ('noticed', 'agreed', 'repaid', 'court', 'written_off', 'dropped')
      AND (other.paid IS NULL OR mine.paid IS NULL OR other.paid <= mine.paid)
) AS others ON true
WHERE mine.recovery_id = %s ORDER BY mine.month, mine.id
"""
)


@dataclass(frozen=True)
class Standing:
    """A month of a claim: its row, fen claimed and kept, paid when it was claimed, due today, others' claims, paid now.

    `now` is None for a month that was paid before payments began here: then what is claimed stands.
    """

    key: int
    month: date
    fen: int
    kept: int | None
    paid: int | None
    due: int
    others: int
    now: int | None

    @property
    def left_to_keep(self) -> int:
        """Fen of the claim that are still too much by what is due today, out of what had been paid when it was claimed."""
        if self.now is None:
            return self.fen
        before = self.now if self.paid is None else min(self.paid, self.now)
        return max(0, min(self.fen, before - self.due - self.others))

    @property
    def paid_since(self) -> int:
        """Fen that were paid for the month after it was claimed."""
        return 0 if self.now is None or self.paid is None else max(0, self.now - self.paid)


def standings(recovery: Recovery) -> list[Standing]:
    """The months of a claim as they stand today."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [recovery.pk])
        return [Standing(*row) for row in cursor.fetchall()]


def offset_of(recovery: Recovery) -> list[tuple[date, int]]:
    """Months that were paid again since they were claimed, with fen of the claim that this offset (追回与补发相抵)."""
    found = [(one.month, min(one.fen, one.paid_since)) for one in standings(recovery)]
    return [(month, fen) for month, fen in found if fen]
