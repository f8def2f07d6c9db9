"""Whole job, 10 million persons, Parquet to results on disk: time, peak memory, and growth from 1 million.

Each run is a fresh process; the clock runs from opening the data to the last result written, with imports done and
rules loaded on every side. The peak is that of the process and its workers. All write the same dense results: 10
columns a person, 8 a household, zstd Parquet, and the budget by district. Shown without a bar: the ledger, which keeps
entitlements that are not zero and no incomes; OpenFisca pushed further than its documentation goes (populations filled directly, the
allocator told to keep memory); and hand-written DuckDB SQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from bench.jobs import LEDGER as LEDGER_OUTPUTS
from bench.measuring import Series
from bench.options import Options
from bench.processes import fresh_anmin, fresh_openfisca, openfisca_version
from bench.report import Report
from bench.rules43 import anmin_side
from bench.rules43.population import population

DENSE, LEDGER, SMALLER = (
    "Anmin, dense results",
    "Anmin, ledger",
    "Anmin, dense results, a tenth of the persons",
)
ONE, PARTS = "OpenFisca tuned, one process", "OpenFisca tuned, parts × 2 processes"
PUSHED = "OpenFisca pushed further, parts × 2 processes"
DUCK = "DuckDB SQL"
THREADS = 2


def run(options: Options, report: Report) -> None:
    """Measure, compare the budgets of all sides, and judge the whole-job bars."""
    report.versions(openfisca_version())
    persons = options.size(10_000_000)
    large = population(options.home, persons, part=options.part)
    small = population(options.home, persons // 10, part=options.part)
    for outputs in (anmin_side.OUTPUTS, LEDGER_OUTPUTS):
        anmin_side.kernel_of(anmin_side.plan_of(anmin_side.rulebook(), outputs), options.home)
    report.note(f"persons   {large.persons:,} in {large.households:,} households, {large.parts} parts")
    out = options.scratch / "whole"

    def anmin(snapshot: Any, dense: bool) -> dict[str, Any]:
        kernels = options.home / "kernels"
        return fresh_anmin(
            "whole", snapshot=snapshot.folder, out=out, kernels=kernels, dense=dense, threads=THREADS
        )

    def openfisca(processes: int, pushed: bool = False) -> dict[str, Any]:
        order = {"folder": str(large.folder), "out": str(out), "processes": processes}
        return fresh_openfisca("whole", keep_memory=pushed, documented_build=not pushed, **order)

    sides: dict[str, Callable[[], dict[str, Any]]] = {
        DENSE: lambda: anmin(large, True),
        PARTS: lambda: openfisca(THREADS),
        SMALLER: lambda: anmin(small, True),
        ONE: lambda: openfisca(0),
        PUSHED: lambda: openfisca(THREADS, pushed=True),
        LEDGER: lambda: anmin(large, False),
        DUCK: lambda: fresh_anmin("duckdb", snapshot=large.folder, out=out),
    }
    times = {name: Series(name) for name in sides}
    peaks: dict[str, float] = {}
    budgets: dict[str, int] = {}
    processes: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.times(3)):
        for name, side in sides.items():
            shutil.rmtree(out, ignore_errors=True)
            options.settle()
            start = perf_counter()
            answer = side()
            processes[name].append(perf_counter() - start)
            times[name].seconds.append(answer["seconds"])
            peaks[name] = max(peaks.get(name, 0.0), answer["peak"])
            budgets[name] = answer["budget"]
    shutil.rmtree(out, ignore_errors=True)
    report.times("Parquet to results on disk", times.values(), DENSE)
    report.table(
        "peak memory, the time from the start of the process to its end, and the year's budget",
        ["side", "peak MB", "process s (median)", "budget (fen)"],
        [
            [name, f"{peaks[name]:.0f}", f"{median(processes[name]):.2f}", f"{budgets[name]:,}"]
            for name in sides
        ],
    )
    dense = times[DENSE].median
    report.at_least("against OpenFisca tuned, one process", times[ONE].median / dense, 4)
    report.at_least("against OpenFisca tuned, partitioned", times[PARTS].median / dense, 2)
    report.at_most("peak memory, dense results", peaks[DENSE], 1_000, " MB")
    report.at_most("ten times the persons, times the time", dense / times[SMALLER].median, 12)
    expected = budgets[DENSE]
    wrong = [name for name, budget in budgets.items() if name != SMALLER and budget != expected]
    report.equal("budgets of all sides", len(wrong))
