"""A whole population screened: snapshot and plan in, results on disk out; all of it or nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anmin.lib.divisions import ancestors
from anmin.policy.areas import Areas
from anmin.policy.budgets import Budget
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.kernel import Kernel, RateCube, build_kernel, rate_cube
from anmin.policy.plan import Plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Part, Snapshot, write_json

THREADS = 2


@dataclass(frozen=True)
class Results:
    """Results on disk. A base run, and after it the incremental runs laid over it, the last one winning.

    Tables hold only households (and members) for whom some output is not zero, unless the run was `dense`.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> Results:
        """Open a results folder; raises `results_missing`."""
        try:
            return cls(folder, json.loads((folder / "manifest.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError) as trouble:
            raise PolicyError(
                "results_missing", what="没有找到测算结果", where=str(folder), todo="先运行 anmin screen"
            ) from trouble

    @property
    def budget(self) -> Budget:
        """Sums and counts by division."""
        return Budget.from_json(self.manifest["budget"])

    def tables(self, kind: str) -> Iterator[pa.Table]:
        """The current rows of `households` or `persons`, part by part, corrections applied."""
        later: pa.Array | None = None
        for delta in reversed(self.manifest["deltas"]):
            table = pq.read_table(self.folder / f"{kind}-{delta}.parquet")
            yield _without(table, later)
            done = pq.read_table(self.folder / f"changed-{delta}.parquet")["household"].combine_chunks()
            later = done if later is None else pa.concat_arrays([later, done])
        for number in range(self.manifest["parts"]):
            path = self.folder / f"{kind}-{number:05d}.parquet"
            yield _without(pq.read_table(path, memory_map=True), later)

    def broken(self) -> pa.Table:
        """Households that could not be calculated, with the reason."""
        for delta in reversed(self.manifest["deltas"]):
            path = self.folder / f"broken-{delta}.parquet"
            if path.exists():
                return pq.read_table(path)
        return pq.read_table(self.folder / "broken.parquet")

    def newest(self, kind: str) -> pa.Table:
        """The rows of `households` or `persons` that the last incremental run calculated."""
        return pq.read_table(self.folder / f"{kind}-{self.manifest['deltas'][-1]}.parquet")


def _without(table: pa.Table, keys: pa.Array | None) -> pa.Table:
    if keys is None or not len(keys):
        return table
    return table.filter(pc.invert(pc.is_in(table["household"], keys)))


def screen(
    snapshot: Snapshot,
    plan: Plan,
    folder: Path,
    *,
    cache: Path,
    threads: int = THREADS,
    dense: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Screen every household of a snapshot by a plan and write the results to a new folder.

    A household that cannot be calculated is reported with its key and does not stop the run. The folder
    appears whole at the end; an error, a full disk or Ctrl-C leaves an earlier one as it was.

    Raises:
        PolicyError: `rate_missing`, `fact_missing`, `snapshot_corrupt`, `disk_full`, `not_compilable`.
    """
    areas = Areas.of(plan, [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]])
    cube = rate_cube(plan, areas.rows)
    kernel = build_kernel(plan, cache, progress=progress)
    with fresh_folder(folder) as temporary:
        worker = PartWorker(snapshot, kernel, areas, cube, dense)

        def one(number: int) -> tuple[Budget, list[tuple[Any, str]]]:
            return worker.screen(number, temporary)

        budget, broken = Budget.empty(plan), []
        for done, (part_budget, part_broken) in enumerate(_in_threads(one, snapshot.parts, threads), start=1):
            budget = budget + part_budget
            broken += part_broken
            if progress:
                progress("测算", done, snapshot.parts)
        write_broken(temporary / "broken.parquet", broken)
        manifest = {
            "on": plan.on.isoformat(),
            "outputs": list(kernel.layout.outputs),
            "fingerprint": fingerprint(plan),
            "snapshot": snapshot.folder.name,
            "households": snapshot.households,
            "persons": snapshot.persons,
            "broken": len(broken),
            "parts": snapshot.parts,
            "dense": dense,
            "deltas": [],
            "budget": budget.as_json(),
        }
        write_json(temporary / "manifest.json", manifest)
    return Results.open(folder)


@dataclass(frozen=True)
class PartWorker:
    """Screens one part: reads it, runs the kernel, writes what came out."""

    snapshot: Snapshot
    kernel: Kernel
    areas: Areas
    cube: RateCube
    dense: bool

    def screen(self, number: int, folder: Path) -> tuple[Budget, list[tuple[Any, str]]]:
        """Screen part `number` into `folder`; returns its sums and its broken households."""
        part = self.snapshot.part(number, list(self.kernel.plan.facts))
        households, persons, budget = calculate(part, self.kernel, self.areas, self.cube, self.dense)
        pq.write_table(
            households, folder / f"households-{number:05d}.parquet", compression="zstd", compression_level=1
        )
        pq.write_table(
            persons, folder / f"persons-{number:05d}.parquet", compression="zstd", compression_level=1
        )
        keys = part.keys.take(pa.array(list(part.broken), type=pa.int64())).to_pylist() if part.broken else []
        return budget, list(zip(keys, part.broken.values(), strict=True))


def calculate(
    part: Part, kernel: Kernel, areas: Areas, cube: RateCube, dense: bool = False
) -> tuple[pa.Table, pa.Table, Budget]:
    """One part through the kernel: household rows, member rows, and the sums by division."""
    rows = areas.of_part(part)
    out = kernel.outputs(part.persons, part.households)
    kernel.run(part.starts, rows, part.columns, cube, out)
    levels = {rule.name: rule.level for rule in kernel.plan.rules}
    own = {name: values for name, values in out.items() if levels[name] is Level.HOUSEHOLD}
    each = {name: values for name, values in out.items() if levels[name] is Level.PERSON}
    budget = Budget.of_part(kernel.plan, part, own, each)
    return _household_rows(part, own, each, dense), _person_rows(part, each, dense), budget


def _household_rows(
    part: Part, own: Mapping[str, np.ndarray], each: Mapping[str, np.ndarray], dense: bool
) -> pa.Table:
    columns: dict[str, Any] = {
        "household": part.keys,
        "division": part.divisions,
        "settlement": part.settlements,
    }
    table = pa.table({**columns, **own})
    if dense:
        return table
    counts = np.zeros(part.households, dtype=bool)
    for values in own.values():
        counts |= values != 0
    if each:
        touched = np.flatnonzero(_any(each, part.persons))
        counts[np.searchsorted(part.starts, touched, side="right") - 1] = True
    return table.take(pa.array(np.flatnonzero(counts)))


def _person_rows(part: Part, each: Mapping[str, np.ndarray], dense: bool) -> pa.Table:
    chosen = np.arange(part.persons) if dense else np.flatnonzero(_any(each, part.persons))
    homes = np.searchsorted(part.starts, chosen, side="right") - 1
    member = (chosen - part.starts[homes]).astype(np.int32)
    columns = {name: values[chosen] for name, values in each.items()}
    return pa.table({"household": part.keys.take(pa.array(homes)), "member": member, **columns})


def _any(each: Mapping[str, np.ndarray], length: int) -> np.ndarray:
    result = np.zeros(length, dtype=bool)
    for values in each.values():
        result |= values != 0
    return result


def fingerprint(plan: Plan, *, place: str = "", day: date | None = None) -> str:
    """What a result depends on besides the facts: the rules' sources, the rates in force on the plan's day, and the day.

    A value that holds from a later day, or held until an earlier one, changes no result and so no print. With `place`
    only what counts there is taken, nearest or above; `day` stands for the plan's own, such as its month.
    """
    lines = [f"{rule.name} {rule.fingerprint}" for rule in plan.rules]
    wanted, near = {rate.name for rate in plan.rates}, set(ancestors(place)) if place else None
    for (name, division), entries in sorted(plan.rulebook.rates.entries.items()):
        if name in wanted and (near is None or division in near):
            lines += [
                f"{name} {division} {entry.first_day} {entry.urban} {entry.rural}"
                for entry in entries
                if entry.holds(plan.on)
            ]
    return hashlib.sha256("\n".join([(day or plan.on).isoformat(), *lines]).encode()).hexdigest()[:16]


def write_broken(path: Path, broken: list[tuple[Any, str]]) -> None:
    """Keep the households that could not be calculated, with the reason."""
    keys = [str(key) for key, _ in broken]
    pq.write_table(
        pa.table(
            {
                "household": pa.array(keys, pa.string()),
                "reason": pa.array([why for _, why in broken], pa.string()),
            }
        ),
        path,
    )


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `folder` at the end, and vanishes when anything goes wrong."""
    temporary = folder.with_name(folder.name + ".writing")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
    except BaseException as trouble:
        shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
            raise PolicyError(
                "disk_full",
                what="磁盘空间不足，结果没有写完",
                where=str(folder),
                todo="清出空间后重新运行；以前的结果未改动",
            ) from trouble
        raise
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def _in_threads(work: Callable[[int], Any], parts: int, threads: int) -> Iterator[Any]:
    pool = ThreadPoolExecutor(max_workers=threads)
    try:
        futures = [pool.submit(work, number) for number in range(parts)]
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
