"""Monitoring again: only the households whose facts changed; and the same evaluation inside Spark."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.policy.alerts import HITS
from anmin.policy.citywide import fresh_folder
from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact
from anmin.policy.incremental import fetch
from anmin.policy.kernel import build_kernel, rate_cube
from anmin.policy.rules import Level
from anmin.policy.scoring import findings
from anmin.policy.snapshots import Snapshot, nested_batches, write_json
from anmin.policy.spark import ROSTER, nested_part, plain_divisions
from anmin.policy.types import Kind
from anmin.policy.watching import RAW, PartWatcher, Watch, Watched, needed, report_of, sorted_hits, text_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LOOKS_BACK = 25
"""Months that a rule looks back at a day: what lies further back no longer changes as days pass."""


def rewatch(
    snapshot: Snapshot,
    previous: Watched,
    watch: Watch,
    keys: Sequence[Any] | pa.Array,
    *,
    cache: Path,
    late: Collection[str] = (),
) -> Watched:
    """Evaluate the households named by `keys` on a newer snapshot and lay them over an earlier evaluation.

    Where the day is another of the same month, households with a day that rules count from come too, since time alone can
    change them. What ages from one month to the next is seen by the full evaluation of the month.

    Raises:
        PolicyError: `other_plan` when the earlier evaluation was by other rules or rates, or of another month.
    """
    if previous.manifest["fingerprint"] != watch.fingerprint:
        raise PolicyError(
            "other_plan",
            what="以前的监测是按另一套规则、费率或另一个月做的，不能只看变动户",
            where=str(previous.folder),
            todo="运行一次全量 anmin watch --whole",
        )
    wanted = keys if isinstance(keys, pa.Array) else pa.array(keys, pa.string())
    if previous.manifest["on"] != watch.plan.on.isoformat():
        wanted = pa.concat_arrays([wanted, dated(snapshot, needed(watch), watch.plan.on)]).unique()
    watcher = PartWatcher.over(watch, snapshot, cache, late)
    part, people = fetch_with_people(snapshot, needed(watch), wanted)
    raw = sorted_hits(watcher.hits(part, people))
    found = findings(raw, watch.scale)
    delta = f"delta-{len(previous.manifest['deltas']) + 1:05d}"
    folder = previous.folder
    pq.write_table(raw.select(HITS.names), folder / f"hits-{delta}.parquet", compression="zstd")
    pq.write_table(found, folder / f"findings-{delta}.parquet", compression="zstd")
    pq.write_table(pa.table({"household": wanted}), folder / f"changed-{delta}.parquet")
    manifest = {
        **previous.manifest,
        "on": watch.plan.on.isoformat(),
        "snapshot": snapshot.folder.name,
        "deltas": [*previous.manifest["deltas"], delta],
        "changed": len(wanted),
    }
    laid = Watched(folder, manifest)
    manifest |= report_of(watch, laid.hits, laid.findings, watcher.arrivals, manifest["places"])
    write_json(folder / "manifest.json", manifest)
    return Watched.open(folder)


def fetch_with_people(snapshot: Snapshot, facts: list[Fact], keys: pa.Array) -> tuple[Any, pa.Array]:
    """The named households as one part, and the keys of their persons in the same order."""
    people: list[pa.Array] = []
    for number in range(snapshot.parts):
        homes = snapshot.household_table(number, ["household", "members"])
        chosen = pc.is_in(homes["household"], keys).to_numpy(zero_copy_only=False)
        if chosen.any():
            rows = np.flatnonzero(np.repeat(chosen, homes["members"].to_numpy()))
            people.append(text_of(snapshot.person_table(number, ["person"])["person"].take(pa.array(rows))))
    return fetch(snapshot, facts, keys), pa.concat_arrays(people) if people else pa.array([], pa.string())


def dated(snapshot: Snapshot, facts: list[Fact], on: date) -> pa.Array:
    """Households with a day, not long ago or not long ahead, that rules count from."""
    first = _shifted(on, -LOOKS_BACK)
    last = _shifted(on, 2)
    have = snapshot.manifest["facts"]
    days = [fact for fact in facts if fact.kind is Kind.DAY and fact.default is not None]
    found: list[pa.Array] = []
    for number in range(snapshot.parts):
        homes = snapshot.household_table(number, ["household", "members"])
        chosen = np.zeros(len(homes), dtype=bool)
        for fact in days:
            if fact.name not in have[fact.level.value]:
                continue
            of_homes = fact.level is Level.HOUSEHOLD
            table = (
                snapshot.household_table(number, [fact.name])
                if of_homes
                else snapshot.person_table(number, [fact.name])
            )
            values = table[fact.name].fill_null(0).to_numpy()
            near = (values >= first) & (values <= last)
            if of_homes:
                chosen |= near
            elif near.any():
                ends = np.cumsum(homes["members"].to_numpy())
                chosen[np.unique(np.searchsorted(ends, np.flatnonzero(near), side="right"))] = True
        found.append(homes["household"].filter(pa.array(chosen)).combine_chunks())
    return pa.concat_arrays(found) if found else pa.array([], pa.string())


def _shifted(on: date, months: int) -> int:
    month = on.year * 12 + on.month - 1 + months
    return month // 12 * 10_000 + (month % 12 + 1) * 100 + on.day


def write_nested_watch(snapshot: Snapshot, watch: Watch, folder: Path) -> Path:
    """Write a snapshot in the form that Spark reads, with what monitoring needs."""
    with fresh_folder(folder) as temporary:
        for number, table in enumerate(nested_batches(snapshot, needed(watch))):
            pq.write_table(
                plain_divisions(table), temporary / f"part-{number:05d}.parquet", compression="zstd"
            )
    return folder


def watch_on_spark(
    frame: DataFrame, snapshot: Snapshot, watch: Watch, cache: Path, late: Collection[str] = ()
) -> tuple[pa.Table, pa.Table]:
    """Evaluate a frame of household rows; hits and findings as the kernel gives them, in the same order."""
    watcher = PartWatcher.over(watch, snapshot, cache, late)
    areas, arrivals = watcher.areas, watcher.arrivals

    def work(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        kernel = build_kernel(watch.plan, cache)
        here = PartWatcher(watch, kernel, areas, rate_cube(watch.plan, areas.rows), arrivals)
        for batch in batches:
            if batch.num_rows:
                yield from _of_batch(here, batch)

    rows = frame.mapInArrow(work, schema=SPARK).toArrow().cast(RAW)
    hits = sorted_hits(pa.concat_tables([rows, watcher.places(snapshot)]))
    return hits.select(HITS.names), findings(hits.filter(pc.not_equal(hits["household"], "")), watch.scale)


SPARK = (
    "rule string, version date, household string, person string, division string, as_of date, month string,"
    " direction int, cause string, colour int, weight int, values array<struct<fact: string, member: int, value: bigint,"
    " source: string, period: string, batch: string, known_on: date>>, identity int, identity_weight int, means int"
)


def _of_batch(watcher: PartWatcher, batch: pa.RecordBatch) -> Iterable[pa.RecordBatch]:
    table = pa.Table.from_batches([batch])
    part = nested_part(table, watcher.watch.plan)
    members = table[ROSTER].combine_chunks()
    people = (members.chunk(0) if isinstance(members, pa.ChunkedArray) else members).flatten().field("person")
    plain = pa.schema([(field.name, pa.int32() if field.type == pa.uint8() else field.type) for field in RAW])
    yield from watcher.hits(part, people).cast(plain).combine_chunks().to_batches()
