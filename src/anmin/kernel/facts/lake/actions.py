"""Build a snapshot from what the register and the departments say on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches.queries import in_force
from anmin.kernel.facts.lake.increments import increment_or_none
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.facts.lake.snapshots import (
    Feed,
    build_snapshot,
    fingerprint_of,
    people_hash,
    write_persons,
)
from anmin.kernel.facts.queries import snapshots, snapshots_home
from anmin.kernel.facts.sources.catalogue import sources
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue
from anmin.policy.snapshots import Snapshot

PEOPLE = """
SELECT i.blind, h.number, h.division, h.settlement, coalesce(to_char(p.birth_day, 'YYYYMMDD')::integer, 0), p.sex, m.relation
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


def feeds_on(on: date) -> list[Feed]:
    """The sources that have something to say for a day."""
    feeds = []
    for source in sources().values():
        rows = in_force(source.key, on)
        if rows:
            files = tuple(lake_home() / row.path for row in rows)
            feeds.append(Feed(source, files, tuple(row.pk for row in rows), rows[0].period))
    return feeds


def people_on(on: date) -> pa.Table:
    """Everybody in a household on a day, by blind key; read by the operator, who sees all."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"on": on})
        rows = cursor.fetchall()
    names = ["person", "household", "division", "settlement", "birth_day", "sex", "relation"]
    types = [pa.binary(), pa.string(), pa.string(), pa.int16(), pa.int32(), pa.int16(), pa.int16()]
    return pa.table(
        {
            name: pa.array(
                [bytes(row[at]) if at == 0 and row[at] is not None else row[at] for row in rows], kind
            )
            for at, (name, kind) in enumerate(zip(names, types, strict=True))
        }
    )


def make_snapshot(
    *, by: Any, on: date, facts: FactCatalogue, progress: Progress | None = None
) -> tuple[Snapshot, list[Feed]]:
    """Build the snapshot of a day; the same batches and the same register give the same snapshot once.

    Raises:
        PolicyError: `register_empty` when nobody is registered; `lake` when a batch cannot be read.
    """
    folder, persons, feeds = _ready(on)
    snapshot = build_snapshot(folder, persons, feeds, facts, on=on.isoformat(), progress=progress)
    _record(by, snapshot, feeds, {})
    return snapshot, feeds


def update_snapshot(*, by: Any, on: date, facts: FactCatalogue) -> tuple[Snapshot, int | None]:
    """Build the snapshot of a day on the newest one before (每日增量), and how many households changed.

    Where there is none to build on, or its columns are others, it is a full rebuild, and the number is None.

    Raises:
        PolicyError: as `make_snapshot`.
    """
    folder, persons, feeds = _ready(on)
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


def _ready(on: date) -> tuple[Path, Path, list[Feed]]:
    """Where a day's snapshot belongs, its list of persons, and what sources have to say."""
    people = people_on(on)
    if not len(people):
        raise PolicyError("register_empty", what="登记簿里还没有人", todo="先登记或导入人员，再生成快照")
    feeds = feeds_on(on)
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
