"""Incremental, 10 million persons, 1 % of the households changed: fetch, calculate, compare, merge.

Against a full run over the same new snapshot (memory-mapped Arrow, results as a ledger). Afterwards the results of
both, with the incremental one laid over the earlier results, must be the same rows and the same budget.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa

from anmin.policy.citywide import Results, screen
from anmin.policy.incremental import rescreen
from anmin.policy.snapshots import HOUSEHOLD_KEYS, Snapshot, SnapshotWriter
from bench.measuring import Series
from bench.options import Options
from bench.report import Report
from bench.rules43 import anmin_side
from bench.rules43.parameters import DAY
from bench.rules43.population import population

SHARE = 0.01
FULL, CHANGED = "full run", "incremental run, 1 % of the households"


def run(options: Options, report: Report) -> None:
    """Measure, compare the results, and judge the incremental bar."""
    report.versions()
    before = population(options.home, options.size(10_000_000), form="arrow", part=options.part)
    after, keys = _changed(before)
    report.note(f"persons   {after.persons:,}; changed {len(keys):,} of {after.households:,} households")
    kernels = options.home / "kernels"
    plan = anmin_side.plan_of(anmin_side.rulebook())
    kernel = anmin_side.kernel_of(plan, options.home)
    base, full, over = (options.scratch / name for name in ("base", "full", "over"))
    screen(before, plan, base, cache=kernels)
    times = {name: Series(name) for name in (FULL, CHANGED)}
    for _ in range(options.times(4)):
        shutil.rmtree(over, ignore_errors=True)
        shutil.copytree(base, over)
        options.settle()
        start = perf_counter()
        later = rescreen(after, Results.open(over), kernel, keys)
        times[CHANGED].seconds.append(perf_counter() - start)
        shutil.rmtree(full, ignore_errors=True)
        options.settle()
        start = perf_counter()
        complete = screen(after, plan, full, cache=kernels)
        times[FULL].seconds.append(perf_counter() - start)
    report.times("1 % changed", times.values(), FULL)
    report.at_most("of a full run", times[CHANGED].median / times[FULL].median, 1 / 3)
    for kind, order in (("households", ["household"]), ("persons", ["household", "member"])):
        report.equal(
            f"{kind} after both", int(not _rows(later, kind, order).equals(_rows(complete, kind, order)))
        )
    sums = [
        results.budget.total(name) for results in (later, complete) for name in ("annual_budget", "tier=1")
    ]
    report.equal("budgets after both", int(sums[:2] != sums[2:]))
    for folder in (base, full, over):
        shutil.rmtree(folder)


def _rows(results: Results, kind: str, order: list[str]) -> pa.Table:
    table = pa.concat_tables(list(results.tables(kind)))
    place = table.column_names.index("division") if "division" in table.column_names else None
    if place is not None:
        table = table.set_column(place, "division", table["division"].cast(pa.string()))
    return table.sort_by([(name, "ascending") for name in order]).combine_chunks()


def _changed(before: Snapshot) -> tuple[Snapshot, pa.Array]:
    """A newer snapshot in which the wages of a hundredth of the households differ, and those households."""
    folder = before.folder.with_name(before.folder.name + "-changed")
    if not folder.exists():
        with SnapshotWriter(folder, on=DAY, source="synthetic", form="arrow") as writer:
            for number in range(before.parts):
                households, persons = before.household_table(number), before.person_table(number)
                chosen = np.repeat(_chosen(number, len(households)), households["members"].to_numpy())
                wages = persons["wage_month"].to_numpy().copy()
                wages[chosen] = np.where(wages[chosen] > 0, wages[chosen] // 2, 90_000)
                place = persons.column_names.index("wage_month")
                writer.write(households, persons.set_column(place, "wage_month", pa.array(wages)))
    return Snapshot.open(folder), _keys(before)


def _keys(before: Snapshot) -> pa.Array:
    found = []
    for number in range(before.parts):
        keys = before.household_table(number, list(HOUSEHOLD_KEYS))["household"].to_numpy()
        found.append(keys[_chosen(number, len(keys))])
    return pa.array(np.concatenate(found))


def _chosen(number: int, count: int) -> np.ndarray:
    return np.random.default_rng([20_260_401, number]).random(count) < SHARE


def folders(home: Path) -> list[Path]:
    """The large files this benchmark keeps between runs."""
    return sorted(home.glob("rules43-*-arrow*"))
