"""Keeping the books (审计留存): anchors, partitions ahead of time, and months put away as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction

from anmin.kernel.audit.anchors import anchors, write_anchor
from anmin.kernel.audit.chain import START
from anmin.lib.calendar import add_months

SHORTEST_DAYS = 180
"""网络安全法: logs are kept for at least six months."""
USUAL_MONTHS = 36
TABLES = ("kernel_act", "kernel_read", "kernel_rowhistory")


class TooEarly(ValueError):
    """A month may not be put away yet; the message says from when on."""


def anchor() -> Path | None:
    """Anchor the book as it is now; None when nothing was written since the last anchor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM kernel_acthead")
        number, head = cursor.fetchone() or (0, START)
    kept = anchors()
    if kept and (kept[-1].number, kept[-1].head) == (number, head):
        return None
    return write_anchor(number, head)


@transaction.atomic
def make_partitions(on: date, months: int = 3) -> list[str]:
    """Make the partitions of this month and the next ones; what is there already stays."""
    made = []
    with connection.cursor() as cursor:
        for table in TABLES:
            for ahead in range(months + 1):
                first = add_months(on.replace(day=1), ahead)
                name = f"{table}_{first:%Y%m}"
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    cursor.execute(
                        "SELECT anmin_make_partition(%s, %s, %s)", [table, first, add_months(first, 1)]
                    )
                    made.append(name)
    return made


def archive_month(first: date, on: date, folder: Path | None = None, months: int = USUAL_MONTHS) -> Path:
    """Put a month of acts away as a Parquet file, kept as long as anybody wants; the rows stay in the book.

    Raises:
        TooEarly: before the usual time of keeping has passed; never before six months.
    """
    if (on - add_months(first, 1)).days < SHORTEST_DAYS or add_months(first, months + 1) > on:
        raise TooEarly(f"{first:%Y-%m} 的审计记录从 {add_months(first, months + 1)} 起才能归档")
    target = (folder or Path(settings.ANMIN_HOME) / "archive") / f"acts-{first:%Y%m}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    columns = "number, at::text, by_id, by_name, act, subject, subject_id, division, reason, before::text, after::text, key, previous, hash"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM kernel_act WHERE at >= %s AND at < %s ORDER BY number",
            [first, add_months(first, 1)],
        )
        rows, names = cursor.fetchall(), [column.name for column in cursor.description]
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})
    pq.write_table(table, target)
    return target
