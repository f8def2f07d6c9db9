"""Jobs of the Anmin and DuckDB sides that run in a fresh interpreter: time and peak memory of that job alone."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow.parquet as pq

from anmin.kernel.screening.rulebooks import rulebook as installed
from anmin.policy.areas import Areas
from anmin.policy.citywide import calculate, screen
from anmin.policy.kernel import build_kernel, rate_cube
from anmin.policy.rewatching import rewatch
from anmin.policy.simulate import simulate
from anmin.policy.snapshots import Snapshot
from anmin.policy.watching import Watch, Watched, watch_city
from bench.city import city_plan
from bench.rules43 import duckdb_side
from bench.rules43.anmin_side import ON, OUTPUTS, plan_of, rulebook, scenarios
from bench.rules43.peak import peak_megabytes

LEDGER = tuple(
    name
    for name in OUTPUTS
    if name not in ("countable_income", "counted_members", "household_income", "income_per_capita")
)
"""What is worth keeping in a ledger: entitlements and the tier, not incomes, which nearly everybody has."""
RESULT_COPY = "COPY {kind}_results TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"


def whole(snapshot: str, out: str, kernels: str, dense: bool, threads: int) -> dict[str, Any]:
    """Parquet to results on disk. The clock starts when the rules are loaded, as it does for the other sides."""
    source, target = Snapshot.open(Path(snapshot)), Path(out)
    plan = plan_of(rulebook(), OUTPUTS if dense else LEDGER)
    build_kernel(plan, Path(kernels))
    importlib.import_module("pyarrow.dataset")  # pyarrow would import it, and pandas, at the first file
    start = perf_counter()
    results = screen(source, plan, target, cache=Path(kernels), threads=threads, dense=dense)
    seconds = perf_counter() - start
    return {
        "seconds": seconds,
        "peak": peak_megabytes(),
        "budget": results.budget.total("annual_budget")[0],
        "broken": results.manifest["broken"],
    }


def duckdb(snapshot: str, out: str) -> dict[str, Any]:
    """Parquet to results on disk by hand-written SQL."""
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    start = perf_counter()
    connection = duckdb_side.connected()
    duckdb_side.attach(connection, Path(snapshot))
    duckdb_side.compute(connection)
    for kind in ("person", "household"):
        connection.execute(RESULT_COPY.format(kind=kind, path=target / f"{kind}s.parquet"))
    (budget,) = connection.execute("SELECT sum(annual_budget)::BIGINT FROM household_results").fetchall()[0]
    return {"seconds": perf_counter() - start, "peak": peak_megabytes(), "budget": budget}


def variants(snapshot: str, kernels: str, threads: int) -> dict[str, Any]:
    """Twenty scenarios in one pass."""
    start = perf_counter()
    done = simulate(
        Snapshot.open(Path(snapshot)),
        rulebook(),
        scenarios(),
        on=ON,
        measure="household_total",
        cache=Path(kernels),
        threads=threads,
    )
    seconds = perf_counter() - start
    totals = [done.of(row.name).sums["household_total"] for row in done.scenarios]
    return {"seconds": seconds, "peak": peak_megabytes(), "totals": totals}


def watch(snapshot: str, out: str, kernels: str, keys: str) -> dict[str, Any]:
    """All rules of monitoring over a snapshot into `out`; with `keys` only those households, laid over what is there."""
    source, day = Snapshot.open(Path(snapshot)), date(2026, 10, 31)
    chosen = Watch.of(installed(), day)
    build_kernel(chosen.plan, Path(kernels))
    importlib.import_module("pyarrow.dataset")
    start = perf_counter()
    if keys:
        wanted = pq.read_table(keys)["household"].combine_chunks()
        rewatch(source, Watched.open(Path(out)), chosen, wanted, cache=Path(kernels))
    else:
        watch_city(source, chosen, Path(out), cache=Path(kernels))
    return {"seconds": perf_counter() - start, "peak": peak_megabytes()}


def compiled(book: str, snapshot: str, kernels: str) -> dict[str, Any]:
    """Build the kernel of a rulebook from a cache folder, and run it once on the first part of a snapshot."""
    plan = city_plan() if book == "city" else plan_of(rulebook())
    messages: list[str] = []
    start = perf_counter()
    kernel = build_kernel(plan, Path(kernels), progress=lambda text, done, of: messages.append(text))
    built = perf_counter()
    source = Snapshot.open(Path(snapshot))
    areas = Areas.of(plan, [(str(code), int(kind)) for code, kind in source.manifest["areas"]])
    part, cube = source.part(0, list(plan.facts)), rate_cube(plan, areas.rows)
    began = perf_counter()
    calculate(part, kernel, areas, cube)
    return {
        "build": built - start,
        "first": perf_counter() - began,
        "rules": len(plan.rules),
        "progress": len(messages),
    }


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "whole": whole,
    "duckdb": duckdb,
    "variants": variants,
    "compile": compiled,
    "watch": watch,
}


if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](**json.loads(sys.argv[2]))))
