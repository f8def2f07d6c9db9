"""Keeping the books (审计留存): anchors, partitions ahead of time, and months put away as files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection, transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.audit.anchors import anchors, write_anchor
from anmin.kernel.audit.chain import LINE, START
from anmin.kernel.audit.receipts import Receipt, problem_with_archive, receipts, write_receipt
from anmin.lib.calendar import add_months
from anmin.lib.crypto import sm3_of_file

SHORTEST_DAYS = 180
"""网络安全法: logs are kept for at least six months."""
USUAL_MONTHS = 36
"""Provision to others is kept for three years (个人信息保护法 §56, 网络数据安全管理条例 §12)."""
TABLES = {"kernel_act": "acts", "kernel_read": "reads", "kernel_rowhistory": "changes"}
"""The books, and what their files are called."""
ROWS = 50_000
COLUMNS = {
    "kernel_act": "number, at::text, by_id, by_name, act, subject, subject_id, division, purpose, result, reason,"
    f" before::text, after::text, key, previous, hash, {LINE} AS line",
    "kernel_read": "id, at::text, reader, reader_name, via, persons, purpose, fields, division",
    "kernel_rowhistory": "id, at::text, tx, by_id, table_name, row_id, change, old::text",
}
WHOLE = pa.int64()
KINDS = dict.fromkeys(("number", "by_id", "key", "id", "reader", "tx", "row_id"), WHOLE)


class TooEarly(ValueError):
    """A month may not be put away yet; the message says from when on."""


class NotPutAway(ValueError):
    """A month cannot leave the book, because its file does not stand in for it; the message says why."""


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


def archive_home() -> Path:
    """Where months are put away."""
    return Path(settings.ANMIN_HOME) / "books"


def archive_month(first: date, on: date, folder: Path | None = None, months: int = USUAL_MONTHS) -> Path:
    """Put a month of the books away as Parquet files with a signed receipt; the rows stay in the book.

    Raises:
        TooEarly: before the time of keeping has passed; never before six months.
        NotPutAway: when the month holds acts that do not follow one another.
    """
    _must_be_old(first, on, months)
    target = folder or archive_home()
    target.mkdir(parents=True, exist_ok=True)
    paths = {table: target / f"{name}-{first:%Y%m}.parquet" for table, name in TABLES.items()}
    for table, path in paths.items():
        _write(table, first, path)
    acts = paths["kernel_act"]
    numbers = pq.read_table(acts, columns=["number", "previous", "hash"]).to_pydict()
    if not numbers["number"]:
        return acts
    low, high = numbers["number"][0], numbers["number"][-1]
    if high - low + 1 != len(numbers["number"]):
        raise NotPutAway(f"{first:%Y-%m} 的操作记录编号不连续，先运行 anmin audit verify 查明原因")
    receipt = Receipt(
        month=f"{first:%Y%m}",
        first=low,
        last=high,
        before=numbers["previous"][0],
        head=numbers["hash"][-1],
        file=acts.name,
        digest=sm3_of_file(acts).hex(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_receipt(receipt)
    if problem := problem_with_archive(receipts_by_month()[receipt.month], target):
        raise NotPutAway(problem)
    return acts


@transaction.atomic
def remove_month(
    *, by: Any, first: date, on: date, folder: Path | None = None, months: int = USUAL_MONTHS
) -> None:
    """Take a month out of the books, once its files stand in for it. The book then begins after it, by its receipt.

    Raises:
        TooEarly: before the time of keeping has passed; never before six months.
        NotPutAway: when its files are missing or changed, or an earlier month is still in the book.
    """
    _must_be_old(first, on, months)
    target = folder or archive_home()
    receipt = receipts_by_month().get(f"{first:%Y%m}")
    if receipt is None:
        raise NotPutAway(f"{first:%Y-%m} 还没有归档；先运行 anmin audit archive {first:%Y-%m}")
    if problem := problem_with_archive(receipt, target):
        raise NotPutAway(problem)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(number) FROM kernel_act")
        (lowest,) = cursor.fetchone()
        if lowest != receipt.first:
            raise NotPutAway(f"账本从第 {lowest} 号开始，更早的月份还在；请按月份先后移出")
        cursor.execute("SELECT count(*) FROM kernel_act_rest WHERE number <= %s", [receipt.last])
        if cursor.fetchone()[0]:
            raise NotPutAway(f"{first:%Y-%m} 有记录落在备用分区，不能按月移出")
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}_{first:%Y%m}")
    after = {"first": receipt.first, "last": receipt.last, "file": receipt.file}
    audit.record(by=by, act="audit.remove_month", subject=receipt.month, after=after)


def receipts_by_month() -> dict[str, Receipt]:
    """The receipts, by month such as 202301."""
    return {row.month: row for row in receipts()}


def _must_be_old(first: date, on: date, months: int) -> None:
    if (on - add_months(first, 1)).days < SHORTEST_DAYS or add_months(first, months + 1) > on:
        raise TooEarly(f"{first:%Y-%m} 的审计记录从 {add_months(first, max(months, 6) + 1)} 起才能归档")


def _write(table: str, first: date, path: Path) -> None:
    """The rows of a month, streamed, under another name until they are complete."""
    making = path.with_suffix(".making")
    order = "number" if table == "kernel_act" else "id"
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS[table]} FROM {table} WHERE at >= %s AND at < %s ORDER BY {order}",
            [first, add_months(first, 1)],
        )
        rows = cursor.fetchmany(ROWS)
        names = [column.name for column in cursor.description or ()]
        kinds = [KINDS.get(name, pa.list_(WHOLE) if name == "persons" else pa.string()) for name in names]
        schema = pa.schema(zip(names, kinds, strict=True))
        with pq.ParquetWriter(making, schema) as writer:
            while rows:
                columns = [
                    pa.array(column, kind)
                    for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)
                ]
                writer.write_table(pa.table(columns, schema=schema))
                rows = cursor.fetchmany(ROWS)
    making.replace(path)
