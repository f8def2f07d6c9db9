"""A snapshot of 2.9 million persons out of the batches of 12 departments, and the households that a day changes.

The other side in the same run joins the same columns person by person in Python, on a sample.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.kernel.facts.lake.places import LAKE_TYPES
from anmin.kernel.facts.lake.snapshots import Feed, build_snapshot, changed_households
from anmin.kernel.facts.sources.catalogue import Source, sources
from anmin.kernel.screening.rulebooks import rulebook
from bench.measuring import Series
from bench.options import Options
from bench.report import Report
from bench.rules43.peak import peak_megabytes

KEYS = [
    *(
        "pensions",
        "wages",
        "unemployment",
        "medical",
        "tax",
        "real_estate",
        "vehicles",
        "businesses",
        "banks",
    ),
    *("schooling", "disability", "veterans"),
]
SHARES = {"pensions": 0.25, "wages": 0.4, "medical": 0.9, "banks": 0.8, "real_estate": 0.5, "vehicles": 0.2}
SIZES = np.array([1, 2, 3, 4, 5])
SAMPLE = 20
CHANGED = 0.01


def run(options: Options, report: Report) -> None:
    """Make the batches once, then build."""
    report.versions()
    count = options.size(2_900_000)
    home = options.home / f"lake-{count}"
    feeds, persons = _lake(home, count)
    facts = rulebook().facts
    report.note(f"persons   {count:,}, {len(feeds)} sources, {sum(_rows(feed) for feed in feeds):,} rows")
    taken = []
    for _ in range(options.times(2)):
        options.settle()
        began = time.perf_counter()
        snapshot = build_snapshot(options.scratch / "lake", persons, feeds, facts, on="2026-11-01")
        taken.append(time.perf_counter() - began)
    report.note(
        f"snapshot  {snapshot.households:,} households, {snapshot.persons:,} persons; peak {peak_megabytes():.0f} MB"
    )
    ours = Series("anmin, DuckDB over the lake", taken)
    theirs = Series(
        f"Python, person by person (a {SAMPLE}th, times {SAMPLE})", [_by_hand(persons, feeds) * SAMPLE]
    )
    report.times("snapshot", [ours, theirs], ours.name)
    report.at_most("2.9 million persons from 12 sources", min(taken), 120, " s")
    began = time.perf_counter()
    changed = changed_households(
        persons, feeds[0].files, [_next_day(home, feeds[0])], [feeds[0].columns[0].name]
    )
    report.note(f"increment {len(changed):,} changed households found in {time.perf_counter() - began:.1f} s")
    shutil.rmtree(options.scratch / "lake", ignore_errors=True)


def _rows(feed: Feed) -> int:
    return sum(pq.ParquetFile(path).metadata.num_rows for path in feed.files)


def _lake(home: Path, count: int) -> tuple[list[Feed], Path]:
    persons = home / "persons.parquet"
    rng = np.random.default_rng(20261124)
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        sizes = rng.choice(SIZES, count, p=[0.25, 0.3, 0.22, 0.15, 0.08])
        sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), count)) + 1]
        owner = np.repeat(np.arange(len(sizes)), sizes)[:count]
        first = np.concatenate([[True], owner[1:] != owner[:-1]])
        pq.write_table(
            pa.table(
                {
                    "person": _keys(count),
                    "household": pa.array([f"L{number:09d}" for number in owner]),
                    "division": pa.array(
                        [f"3710020{1 + number % 60:02d}{1 + number % 40:03d}" for number in owner]
                    ),
                    "settlement": pa.array((owner % 2).astype(np.int16)),
                    "birth_day": pa.array((1930 + rng.integers(0, 95, count)) * 10_000 + 615, pa.int32()),
                    "sex": pa.array(rng.integers(1, 3, count).astype(np.int16)),
                    "relation": pa.array(np.where(first, 0, 2).astype(np.int16)),
                }
            ),
            persons,
        )
        for key in KEYS:
            _batch(home / f"{key}.parquet", sources()[key], count, rng)
        (home / "complete").touch()
    feeds = [
        Feed(sources()[key], (home / f"{key}.parquet",), (number,), "2026-10")
        for number, key in enumerate(KEYS, 1)
    ]
    return feeds, persons


def _keys(count: int) -> pa.Array:
    """Sixteen bytes a person, spread as blind keys are."""
    number = np.arange(count, dtype=np.uint64)
    mixed = (number + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    raw = np.column_stack([mixed, number]).astype(">u8").tobytes()
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), count, [None, pa.py_buffer(raw)]).cast(
        pa.binary()
    )


def _batch(path: Path, source: Source, count: int, rng: np.random.Generator) -> None:
    chosen = np.flatnonzero(rng.random(count) < SHARES.get(source.key, 0.08))
    columns = {
        "person": _keys(count).take(pa.array(chosen)),
        "name": pa.array([b"12345678"] * len(chosen), pa.binary(8)),
        "line": pa.array(np.arange(len(chosen)).astype(np.int32)),
    }
    for column in source.values:
        top = {"money": 5_000_000, "whole": 3, "flag": 2, "code": 3, "day": 1}.get(column.form, 2)
        values = rng.integers(0, top, len(chosen))
        values = values + 20_301_231 if column.form == "day" else values
        columns[column.name] = pa.array(values).cast(LAKE_TYPES[column.form])
    pq.write_table(pa.table(columns), path, compression="zstd")


def _next_day(home: Path, feed: Feed) -> Path:
    """The same batch a day later: one person in a hundred with another value."""
    path = home / "next-day.parquet"
    table = pq.read_table(feed.files[0])
    name = feed.columns[0].name
    values = table[name].to_numpy().copy()
    values[:: int(1 / CHANGED)] += 1
    pq.write_table(table.set_column(table.column_names.index(name), name, pa.array(values)), path)
    return path


def _by_hand(persons: Path, feeds: list[Feed]) -> float:
    table = pq.read_table(persons)
    people = table.slice(0, len(table) // SAMPLE).to_pylist()
    wanted = {row["person"] for row in people}
    said = {}
    began = time.perf_counter()
    for feed in feeds:
        rows = _sampled(feed, wanted)
        said[feed.source.key] = {row["person"]: row for row in rows}
    for row in people:
        for feed in feeds:
            found = said[feed.source.key].get(row["person"])
            if found is not None:
                for column in feed.columns:
                    row[column.fact] = found[column.name]
    people.sort(key=lambda row: row["household"])
    return time.perf_counter() - began


def _sampled(feed: Feed, wanted: set[bytes]) -> list[dict]:
    table = pq.read_table(feed.files[0])
    return [row for row in table.slice(0, len(table) // SAMPLE).to_pylist() if row["person"] in wanted]
