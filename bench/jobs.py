"""Jobs of the Anmin and DuckDB sides that run in a fresh interpreter: time and peak memory of that job alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from anmin.policy.citywide import screen
from anmin.policy.simulate import simulate
from anmin.policy.snapshots import Snapshot
from bench.rules43 import duckdb_side
from bench.rules43.anmin_side import ON, plan_of, rulebook, scenarios
from bench.rules43.peak import peak_megabytes

RESULT_COPY = "COPY {kind}_results TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"


def whole(snapshot: str, out: str, kernels: str, dense: bool, threads: int) -> dict[str, Any]:
    """Parquet to results on disk. The rules are compiled already; loading them is part of the time."""
    source, target = Snapshot.open(Path(snapshot)), Path(out)
    start = perf_counter()
    results = screen(source, plan_of(rulebook()), target, cache=Path(kernels), threads=threads, dense=dense)
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


JOBS: dict[str, Callable[..., dict[str, Any]]] = {"whole": whole, "duckdb": duckdb, "variants": variants}


if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](**json.loads(sys.argv[2]))))
