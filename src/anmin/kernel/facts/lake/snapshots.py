"""The snapshot of the population (人口快照) out of the lake: who lives with whom from the register, all else from sources.

DuckDB joins the newest batch of every source, with its corrections laid over it, to the list of persons by their
blind keys, and writes households in the order of their numbers. Where two sources feed one fact, the one named
later in the catalogue's files does not overwrite what an earlier one has said; both stay in the lake.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.kernel.facts.lake.months import Told, as_months, list_of, load_months, of_household
from anmin.kernel.facts.sources.catalogue import Source, SourceColumn
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue
from anmin.policy.snapshots import PERSONS_IN_PART, Snapshot, SnapshotWriter
from anmin.policy.types import Kind

BASE = ("person", "household", "division", "settlement", "birth_day", "sex", "relation")
"""Columns of the list of persons: blind key, household number, place, and what identifies a person's age and sex."""
SAID = (
    "SELECT * EXCLUDE (name, line), row_number() OVER (PARTITION BY person ORDER BY list_position(?, filename) DESC,"
    " line DESC) AS nth FROM read_parquet(?, filename = true)"
)
"""What files say of each person, the newest word (`nth` = 1) in the last line of the last file."""
HOUSEHOLD_SUMS = {Kind.FEN: "sum", Kind.INT: "sum", Kind.BOOL: "max"}


@dataclass(frozen=True)
class Feed:
    """One source as it feeds a snapshot: its files, the newest last.

    `told` says of which periods and when they came: for a source of months the twelve of the window, else one.
    """

    source: Source
    files: tuple[Path, ...]
    batches: tuple[int, ...]
    period: str
    told: tuple[Told, ...] = ()
    is_monthly: bool = False

    @property
    def columns(self) -> list[SourceColumn]:
        """The columns that are facts."""
        return [column for column in self.source.columns if column.fact]


def build_snapshot(
    folder: Path,
    persons: Path,
    feeds: Sequence[Feed],
    facts: FactCatalogue,
    *,
    on: str,
    memory: str = "1GB",
    threads: int = 2,
    progress: Progress | None = None,
) -> Snapshot:
    """Build a snapshot from the list of persons (Parquet, columns `BASE`) and the feeds.

    Raises:
        PolicyError: `lake`, when a file of the lake is missing or broken; earlier snapshots are not touched.
    """
    with loaded(folder, persons, feeds, memory=memory, threads=threads, progress=progress) as con:
        chosen = chosen_facts(feeds, facts)
        with SnapshotWriter(folder, on=on, source="部门数据", replace=True) as writer:
            writer.manifest |= manifest_of(folder, persons, feeds, chosen)
            _write_parts(con, writer, chosen, facts, progress)
    return Snapshot.open(folder)


@contextmanager
def loaded(
    folder: Path,
    persons: Path,
    feeds: Sequence[Feed],
    *,
    memory: str = "1GB",
    threads: int = 2,
    progress: Progress | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with the list of persons as `base` and what each feed says of them as `feed0`, `feed1` and so on."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{memory}'")
    con.execute(f"SET threads = {int(threads)}")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")
    con.execute("SET temp_directory = ?", [str(folder.with_name(folder.name + ".scratch"))])
    try:
        _load(con, persons, feeds, progress)
        yield con
    except duckdb.Error as trouble:
        raise PolicyError(
            "lake", what=f"数据湖读不出来：{trouble}", todo="运行 anmin verify 查明损坏的文件，重新接收那一批"
        ) from trouble
    finally:
        con.close()


def lake_note(folder: Path, persons: Path, feeds: Sequence[Feed]) -> dict[str, Any]:
    """Of which files a snapshot was made, so that the next day's can be built on it."""
    home = folder.parent
    return {
        "persons": os.path.relpath(persons, home),
        "feeds": {feed.source.key: [os.path.relpath(path, home) for path in feed.files] for feed in feeds},
        "months": {
            feed.source.key: {
                "first": feed.told[0].period,
                "months": [[os.path.relpath(path, home) for path in one.files] for one in feed.told],
            }
            for feed in feeds
            if feed.is_monthly
        },
    }


def manifest_of(
    folder: Path, persons: Path, feeds: Sequence[Feed], chosen: Mapping[str, Any]
) -> dict[str, Any]:
    """What the manifest of a snapshot says of where it comes from and what has arrived."""
    return {
        "provenance": provenance_of(chosen),
        "arrivals": {
            fact: [one.arrival for one in feed.told if one.files]
            for fact, ((_number, feed), _column) in chosen.items()
            if feed.told
        },
        "lake": lake_note(folder, persons, feeds),
    }


def _load(con: Any, persons: Path, feeds: Sequence[Feed], progress: Progress | None) -> None:
    con.execute(
        "CREATE TEMP TABLE base AS SELECT row_number() OVER (ORDER BY household, relation, person) AS place, *"
        " FROM read_parquet(?)",
        [str(persons)],
    )
    for number, feed in enumerate(feeds):
        names = ", ".join(f'"{column.name}"' for column in feed.columns)
        if not names:
            continue
        if feed.is_monthly:
            load_months(con, f"feed{number}", SAID, feed.told, [column.name for column in feed.columns])
            continue
        files = [str(path) for path in feed.files]
        # The newest word about a person counts: corrections come in later files.
        con.execute(
            f"CREATE TEMP TABLE feed{number} AS SELECT base.place, {names} FROM base JOIN ({SAID}) AS said"
            f" ON said.person = base.person AND said.nth = 1",
            [files, files],
        )
        if progress:
            progress("读取部门数据", number + 1, len(feeds))


def chosen_facts(feeds: Sequence[Feed], facts: FactCatalogue) -> dict[str, tuple[int, SourceColumn]]:
    """Which feed speaks for which fact: the first that names it."""
    chosen: dict[str, tuple[int, SourceColumn]] = {}
    for number, feed in enumerate(feeds):
        for column in feed.columns:
            if column.fact not in facts:
                raise PolicyError(
                    "fact", what=f"来源 {feed.source.key} 的列 {column.name} 指向未登记的事实 {column.fact}"
                )
            if column.fact not in BASE:
                chosen.setdefault(column.fact, (number, column))
    return _named(chosen, feeds)


def _named(chosen: dict[str, tuple[int, SourceColumn]], feeds: Sequence[Feed]) -> dict[str, Any]:
    return {fact: ((number, feeds[number]), column) for fact, (number, column) in chosen.items()}


def provenance_of(chosen: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Where each fact of the snapshot comes from: source, department, period, batches."""
    return {
        fact: {
            "source": feed.source.key,
            "title": feed.source.title,
            "department": feed.source.department,
            "period": feed.period,
            "batches": list(feed.batches),
        }
        for fact, ((_number, feed), _column) in chosen.items()
    }


def columns_of(chosen: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fact columns of a snapshot as its manifest lists them."""
    levels = {fact: column.level for fact, (_feed, column) in chosen.items()}
    return {
        "household": sorted(fact for fact, level in levels.items() if level == "household"),
        "person": [
            "birth_day",
            "sex",
            "relation",
            *sorted(fact for fact, level in levels.items() if level == "person"),
        ],
    }


def _write_parts(
    con: Any,
    writer: SnapshotWriter,
    chosen: Mapping[str, Any],
    facts: FactCatalogue,
    progress: Progress | None,
) -> None:
    sizes = con.execute(
        "SELECT household, min(place), count(*) FROM base GROUP BY household ORDER BY min(place)"
    ).fetchnumpy()
    ends = np.cumsum(sizes["count_star()"])
    total, first = int(ends[-1]) if len(ends) else 0, 0
    while first < total:
        stop = int(ends[np.searchsorted(ends, first + PERSONS_IN_PART, side="right") - 1])
        if stop <= first:
            stop = int(ends[np.searchsorted(ends, first + 1, side="left")])
        writer.write(*household_part(con, chosen, facts, first, stop))
        first = stop
        if progress:
            progress("写出快照", first, total)


def household_part(
    con: Any, chosen: Mapping[str, Any], facts: FactCatalogue, after: int, last: int
) -> tuple[pa.Table, pa.Table]:
    """Households and persons of the places after one up to another."""
    names = columns_of(chosen)
    each = [name for name in names["person"] if name in chosen]
    numbers = sorted({number for (number, _feed), _column in chosen.values()})
    joins = " ".join(f"LEFT JOIN feed{number} USING (place)" for number in numbers)
    values = ", ".join(
        f'{_value_of(chosen[fact], facts[fact].kind)} AS "{fact}"' for fact in (*each, *names["household"])
    )
    table = con.execute(
        f"SELECT base.*{', ' + values if values else ''} FROM base {joins}"
        f" WHERE place > {after} AND place <= {last} ORDER BY place"
    ).to_arrow_table()
    newest = {fact for fact in names["household"] if chosen[fact][1].over == "newest"}
    return _split(table, each, names["household"], facts, newest)


def _value_of(chosen: Any, kind: Kind) -> str:
    (number, feed), column = chosen
    if feed.is_monthly:
        return list_of(f"feed{number}", column.name, feed.told, feed.source.lists_all, kind)
    return f'feed{number}."{column.name}"'


def _split(
    table: pa.Table, each: list[str], shared: list[str], facts: FactCatalogue, newest: set[str]
) -> tuple[pa.Table, pa.Table]:
    """Rows of persons into the two tables of a snapshot; what belongs to a household is summed over its members, or is
    the largest of their words where the column says so."""
    people = {
        "person": table["person"],
        "birth_day": table["birth_day"].cast(pa.int32()),
        "sex": table["sex"].cast(pa.uint8()),
        "relation": table["relation"].cast(pa.uint8()),
    }
    for fact in each:
        people[fact] = as_months(table[fact], facts[fact].kind) if facts[fact].monthly else table[fact]
    keys = table["household"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sizes = np.diff(np.concatenate([starts, [len(keys)]])).astype(np.int32)
    own: dict[str, Any] = {
        "household": table["household"].take(pa.array(starts)),
        "division": table["division"].take(pa.array(starts)).combine_chunks().dictionary_encode(),
        "settlement": table["settlement"].take(pa.array(starts)).cast(pa.uint8()),
        "members": pa.array(sizes),
    }
    for fact in shared:
        column = table[fact]
        if facts[fact].monthly:
            own[fact] = of_household(column, starts, facts[fact].kind)
            continue
        said = np.add.reduceat((~pc.is_null(column).to_numpy()).astype(np.int64), starts)
        filled = pc.fill_null(column, 0).to_numpy().astype(np.int64)
        is_most = fact in newest or HOUSEHOLD_SUMS.get(facts[fact].kind, "sum") == "max"
        reduce = np.maximum if is_most else np.add
        sums = reduce.reduceat(filled, starts)
        own[fact] = pa.array(sums, pa.int64(), mask=said == 0)
    return pa.table(own), pa.table(people)


def fingerprint_of(feeds: Sequence[Feed], persons: str) -> str:
    """Two snapshots with the same fingerprint were built from the same batches and the same list of persons."""
    text = json.dumps([[feed.source.key, list(feed.batches)] for feed in feeds] + [persons])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def people_hash(people: pa.Table) -> str:
    """Two lists of persons with the same hash are the same, to the last column."""
    digest = hashlib.sha256()
    for batch in people.combine_chunks().to_batches():
        digest.update(batch.serialize())
    return digest.hexdigest()[:12]


def changed_households(
    persons: Path, before: Sequence[Path], after: Sequence[Path], columns: Sequence[str]
) -> list[str]:
    """The households in which a source now says something else than before (daily increment), by their numbers."""
    names = ", ".join(f'"{name}"' for name in columns)
    con = duckdb.connect()
    try:
        rows = con.execute(
            f"WITH one AS (SELECT person, {names} FROM read_parquet(?)), two AS (SELECT person, {names} FROM read_parquet(?)),"
            " moved AS ((SELECT * FROM one EXCEPT SELECT * FROM two) UNION (SELECT * FROM two EXCEPT SELECT * FROM one))"
            " SELECT DISTINCT household FROM read_parquet(?) AS base JOIN moved USING (person) ORDER BY household",
            [[str(path) for path in before], [str(path) for path in after], str(persons)],
        ).fetchall()
    finally:
        con.close()
    return [row[0] for row in rows]


def write_persons(path: Path, rows: pa.Table) -> None:
    """The list of persons, complete or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".writing")
    pq.write_table(rows, temporary, compression="zstd")
    temporary.replace(path)
