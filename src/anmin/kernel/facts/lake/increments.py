"""The daily increment of a snapshot (每日增量): parts in which nothing changed are taken over, the others built anew.

A part holds the households between two numbers. What a full rebuild would write into it can only differ when one of its
households has other members, or when a source now says something else about one of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.kernel.facts.lake.months import moved_months
from anmin.kernel.facts.lake.snapshots import (
    BASE,
    SAID,
    Feed,
    chosen_facts,
    columns_of,
    household_part,
    loaded,
    manifest_of,
)
from anmin.policy.facts import FactCatalogue
from anmin.policy.snapshots import PERSONS_IN_PART, Snapshot, SnapshotWriter

CHANGED = "changed.parquet"
"""Beside the parts: the households that differ from the snapshot this one was built on."""
FULLEST = 1.5 * PERSONS_IN_PART
"""A part that has grown beyond this asks for a full rebuild, which lays out the parts anew."""


def increment(
    folder: Path,
    before: Snapshot,
    persons: Path,
    feeds: Sequence[Feed],
    facts: FactCatalogue,
    *,
    on: str,
) -> tuple[Snapshot, int] | None:
    """Build a snapshot on an earlier one; also how many households changed. None when only a full rebuild will do:
    other columns, files of before that are gone, or parts grown too large.

    Raises:
        PolicyError: `lake`, as `build_snapshot`.
    """
    note = before.manifest.get("lake")
    if note is None:
        return None
    home = before.folder.parent
    old_persons = home / note["persons"]
    old_files = {key: [home / name for name in names] for key, names in note["feeds"].items()}
    if not all(path.exists() for path in [old_persons, *(one for row in old_files.values() for one in row)]):
        return None
    months = _months_moved(note.get("months", {}), feeds)
    if months is None:
        return None
    chosen = chosen_facts(feeds, facts)
    if columns_of(chosen) != before.manifest["facts"] or set(old_files) != {one.source.key for one in feeds}:
        return None
    with loaded(folder, persons, feeds) as con:
        changed = _changed(con, old_persons, persons, old_files, feeds, months, note.get("months", {}), home)
        ends = _ends(before)
        with SnapshotWriter(folder, on=on, source="部门数据", replace=True) as writer:
            writer.manifest |= manifest_of(folder, persons, feeds, chosen)
            writer.manifest["lake"] |= {"built_on": before.folder.name}
            pq.write_table(
                pa.table({"household": pa.array(changed, pa.string())}), writer.temporary / CHANGED
            )
            for number in range(before.parts):
                low = ends[number - 1] if number else ""
                high = ends[number] if number < before.parts - 1 else None
                if not any(low < home and (high is None or home <= high) for home in changed):
                    writer.adopt(before, number)
                    continue
                first, last = _places(con, low, high)
                if last < first or last - first > FULLEST:
                    raise _StartAnew
                writer.write(*household_part(con, chosen, facts, first - 1, last))
    return Snapshot.open(folder), len(changed)


def changed_since(snapshot: Snapshot, earlier: str) -> pa.Array | None:
    """The households that differ from an earlier snapshot, through all daily increments between the two.

    None where this one was not built on the earlier one, or one between is gone: then everything may differ.
    """
    found: list[pa.Array] = []
    while snapshot.folder.name != earlier:
        built_on = (snapshot.manifest.get("lake") or {}).get("built_on")
        if built_on is None or not (snapshot.folder / CHANGED).exists():
            return None
        found.append(pq.read_table(snapshot.folder / CHANGED)["household"].combine_chunks())
        folder = snapshot.folder.parent / built_on
        if not (folder / "manifest.json").exists():
            return None
        snapshot = Snapshot.open(folder)
    return pa.concat_arrays(found).unique() if found else pa.array([], pa.string())


class _StartAnew(Exception):
    """The parts of before no longer fit."""


def increment_or_none(*given: Any, **more: Any) -> tuple[Snapshot, int] | None:
    """As `increment`; also None where the parts of before no longer fit."""
    try:
        return increment(*given, **more)
    except _StartAnew:
        return None


def _months_moved(note: Mapping[str, Any], feeds: Sequence[Feed]) -> dict[str, list[int]] | None:
    """For each feed of months those that differ; None where everybody may differ: another window, or a month that came."""
    found = {}
    for feed in feeds:
        if not feed.is_monthly:
            continue
        was = note.get(feed.source.key)
        if was is None or was["first"] != feed.told[0].period:
            return None
        moved = moved_months(was, feed.told, feed.source.lists_all)
        if moved is None:
            return None
        found[feed.source.key] = moved
    return found


def _changed(
    con: Any,
    old_persons: Path,
    persons: Path,
    old_files: Mapping[str, list[Path]],
    feeds: Sequence[Feed],
    months: Mapping[str, list[int]],
    note: Mapping[str, Any],
    home: Path,
) -> list[str]:
    """The households of before and now in which anything differs, in order."""
    names = ", ".join(BASE)
    con.execute(f"CREATE TEMP TABLE was AS SELECT {names} FROM read_parquet(?)", [str(old_persons)])
    con.execute(f"CREATE TEMP TABLE now AS SELECT {names} FROM base")
    con.execute(
        "CREATE TEMP TABLE changed AS SELECT household FROM"
        " ((SELECT * FROM was EXCEPT ALL SELECT * FROM now) UNION ALL (SELECT * FROM now EXCEPT ALL SELECT * FROM was))"
    )
    pairs: list[tuple[Feed, list[str], list[str]]] = []
    for feed in feeds:
        if not feed.is_monthly:
            pairs.append(
                (feed, [str(one) for one in old_files[feed.source.key]], [str(one) for one in feed.files])
            )
        for at in months.get(feed.source.key, ()):
            was = [str(home / one) for one in note[feed.source.key]["months"][at]]
            pairs.append((feed, was, [str(one) for one in feed.told[at].files]))
    for feed, before, after in pairs:
        if [os.path.realpath(one) for one in before] == [os.path.realpath(one) for one in after]:
            continue
        columns = ", ".join(f'"{column.name}"' for column in feed.columns)
        if not columns:
            continue
        said = f"SELECT person, {columns} FROM ({SAID}) WHERE nth = 1"
        if not before:
            con.execute(
                f"INSERT INTO changed SELECT household FROM base WHERE person IN (SELECT person FROM ({said}))",
                [after, after],
            )
            continue
        con.execute(
            f"INSERT INTO changed WITH one AS ({said}), two AS ({said}),"
            " moved AS ((SELECT * FROM one EXCEPT SELECT * FROM two) UNION (SELECT * FROM two EXCEPT SELECT * FROM one))"
            " SELECT household FROM base WHERE person IN (SELECT person FROM moved)",
            [before, before, after, after],
        )
    return [row[0] for row in con.execute("SELECT DISTINCT household FROM changed ORDER BY 1").fetchall()]


def _ends(before: Snapshot) -> list[str]:
    return [str(before.household_table(at, ["household"])["household"][-1]) for at in range(before.parts)]


def _places(con: duckdb.DuckDBPyConnection, low: str, high: str | None) -> tuple[int, int]:
    found = con.execute(
        "SELECT coalesce(min(place), 1), coalesce(max(place), 0) FROM base"
        " WHERE household > ? AND (? IS NULL OR household <= ?)",
        [low, high, high],
    ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])
