"""Build a snapshot from what the register and the departments say on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone
from pyarrow import csv

from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches.models import SourceBatch
from anmin.kernel.facts.batches.queries import all_until, in_force
from anmin.kernel.facts.lake.increments import increment_or_none
from anmin.kernel.facts.lake.months import Told, window_of
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.facts.lake.snapshots import (
    Feed,
    build_snapshot,
    fingerprint_of,
    people_hash,
    write_persons,
)
from anmin.kernel.facts.queries import snapshots, snapshots_home
from anmin.kernel.facts.sources.catalogue import Source, sources
from anmin.lib.calendar import add_months
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue
from anmin.policy.snapshots import Snapshot

PEOPLE = """
SELECT encode(i.blind, 'hex'), h.number, h.division, h.settlement, coalesce(to_char(p.birth_day, 'YYYYMMDD')::integer, 0), p.sex, m.relation
FROM kernel_membership m
JOIN kernel_person p ON p.id = m.person_id AND p.merged_into_id IS NULL AND (p.died_on IS NULL OR p.died_on > %(on)s)
JOIN kernel_household h ON h.id = m.household_id AND (h.last_day IS NULL OR h.last_day >= %(on)s)
LEFT JOIN LATERAL (
    SELECT blind FROM kernel_identifier
    WHERE person_id = p.id AND kind = 'resident' AND last_day IS NULL ORDER BY id LIMIT 1
) i ON true
WHERE m.first_day <= %(on)s AND (m.last_day IS NULL OR m.last_day >= %(on)s) AND NOT m.is_double
ORDER BY h.number, m.relation, i.blind, p.id
"""
PERSONS = pa.schema(
    [
        ("person", pa.binary()),
        ("household", pa.string()),
        ("division", pa.string()),
        ("settlement", pa.int16()),
        ("birth_day", pa.int32()),
        ("sex", pa.int16()),
        ("relation", pa.int16()),
    ]
)
"""The list of persons, in the order of the columns of `PEOPLE`."""
REMEMBERED = 25
"""Months of batches that make up what a source of events has told: as far back as rules look."""


def feeds_on(on: date, facts: FactCatalogue) -> list[Feed]:
    """The sources that have something to say for a day."""
    feeds = []
    for source in sources().values():
        if any(facts[column.fact].monthly for column in source.columns if column.fact in facts):
            feed = _monthly(source, on)
        else:
            events = source.tells == "events"
            rows = (
                all_until(source.key, add_months(on, -REMEMBERED), on) if events else in_force(source.key, on)
            )
            feed = (
                _fed(source, [_told(rows[-1].period if events else rows[0].period, rows)]) if rows else None
            )
        if feed is not None:
            feeds.append(feed)
    return feeds


def _monthly(source: Source, on: date) -> Feed | None:
    """A source of months: for each month of the window its newest batch with the corrections of that."""
    told = []
    for month in window_of(on):
        told.append(_told(month, in_force(source.key, on, period=month)))
    return _fed(source, told, is_monthly=True) if any(one.files for one in told) else None


def _told(period: str, rows: Sequence[SourceBatch]) -> Told:
    known = max((timezone.localdate(row.learned_at) for row in rows), default=None)
    return Told(period, tuple(lake_home() / row.path for row in rows), tuple(row.pk for row in rows), known)


def _fed(source: Source, told: Sequence[Told], *, is_monthly: bool = False) -> Feed:
    newest = [one for one in told if one.files][-1]
    files = tuple(path for one in told for path in one.files)
    batches = tuple(batch for one in told for batch in one.batches)
    return Feed(source, files, batches, newest.period, tuple(told), is_monthly)


def people_on(on: date) -> pa.Table:
    """Everybody in a household on a day, by blind key; read by the operator, who sees all."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({PEOPLE}) TO STDOUT (FORMAT csv)", {"on": on}) as copy,
    ):
        written = b"".join(bytes(block) for block in copy)
    if not written:
        return PERSONS.empty_table()
    # Straight into columns: a million rows of the register are never a million objects of Python.
    table = csv.read_csv(
        pa.BufferReader(written),
        read_options=csv.ReadOptions(column_names=PERSONS.names),
        convert_options=csv.ConvertOptions(
            column_types={**{one.name: one.type for one in PERSONS}, "person": pa.string()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    blinds = [None if one is None else bytes.fromhex(one) for one in table["person"].to_pylist()]
    return table.set_column(0, "person", pa.array(blinds, pa.binary())).cast(PERSONS).combine_chunks()


def make_snapshot(
    *, by: Any, on: date, facts: FactCatalogue, progress: Progress | None = None
) -> tuple[Snapshot, list[Feed]]:
    """Build the snapshot of a day; the same batches and the same register give the same snapshot once.

    Raises:
        PolicyError: `register_empty` when nobody is registered; `lake` when a batch cannot be read.
    """
    folder, persons, feeds = _ready(on, facts)
    snapshot = build_snapshot(folder, persons, feeds, facts, on=on.isoformat(), progress=progress)
    _record(by, snapshot, feeds, {})
    return snapshot, feeds


def update_snapshot(*, by: Any, on: date, facts: FactCatalogue) -> tuple[Snapshot, int | None]:
    """Build the snapshot of a day on the newest one before (每日增量), and how many households changed.

    Where there is none to build on, or its columns are others, it is a full rebuild, and the number is None.

    Raises:
        PolicyError: as `make_snapshot`.
    """
    folder, persons, feeds = _ready(on, facts)
    before = next((one for one in snapshots() if "lake" in one.manifest), None)
    if before is not None and before.folder == folder:
        return before, 0
    found = (
        increment_or_none(folder, before, persons, feeds, facts, on=on.isoformat())
        if before is not None
        else None
    )
    if found is None:
        whole = build_snapshot(folder, persons, feeds, facts, on=on.isoformat())
        _record(by, whole, feeds, {})
        return whole, None
    snapshot, changed = found
    assert before is not None
    _record(by, snapshot, feeds, {"on": before.folder.name, "changed": changed})
    return snapshot, changed


def _ready(on: date, facts: FactCatalogue) -> tuple[Path, Path, list[Feed]]:
    """Where a day's snapshot belongs, its list of persons, and what sources have to say."""
    people = people_on(on)
    if not len(people):
        raise PolicyError("register_empty", what="登记簿里还没有人", todo="先登记或导入人员，再生成快照")
    feeds = feeds_on(on, facts)
    content = people_hash(people)
    persons: Path = lake_home() / "register" / f"{on.isoformat()}-{content}.parquet"
    write_persons(persons, people)
    return (
        snapshots_home() / f"lake-{on.isoformat()}-{fingerprint_of(feeds, f'{on} {content}')}",
        persons,
        feeds,
    )


def _record(by: Any, snapshot: Snapshot, feeds: list[Feed], more: dict[str, Any]) -> None:
    with transaction.atomic():
        sources = {feed.source.key: list(feed.batches) for feed in feeds}
        after = {"persons": snapshot.persons, "sources": sources, **more}
        audit.record(by=by, act="facts.snapshot", subject=snapshot.folder.name, after=after)
