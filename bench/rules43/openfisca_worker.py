"""The OpenFisca side as a process that the benchmarks talk to: one JSON order a line in, one JSON answer a line out.

Runs in `.venv-bench`, which has no Anmin. Orders: `load`, `round`, `results`, `household`, `whole`, `scenarios`.
Times are seconds; the peak is the resident memory of this process and, for partitioned runs, of its workers too.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.rules43 import openfisca_side as side
from bench.rules43.parameters import (
    CITIES,
    DISTRICTS,
    HOUSEHOLD_OUTPUTS,
    PERSON_OUTPUTS,
    SCENARIOS,
    current,
    raised,
)
from bench.rules43.peak import peak_megabytes

LOADED: dict[str, Any] = {}


def load(folder: str) -> dict[str, Any]:
    """Keep the population in memory for the rounds."""
    LOADED["columns"] = side.read(Path(folder))
    LOADED["systems"] = {tuned: side.system(tuned) for tuned in (True, False)}
    return {"persons": LOADED["columns"].persons}


def one_round(tuned: bool, documented_build: bool) -> dict[str, Any]:
    """Build a simulation and calculate everything; both times."""
    # A simulation and its populations hold each other: without this the last round's arrays would still be alive.
    LOADED.pop("results", None)
    gc.collect()
    made = LOADED["systems"][tuned]
    start = perf_counter()
    simulation = side.build(made, LOADED["columns"], tuned, documented_build)
    built = perf_counter()
    LOADED["results"] = side.compute(simulation)
    return {"build": built - start, "compute": perf_counter() - built}


def results(path: str) -> dict[str, Any]:
    """Write the last round's outputs as integers."""
    np.savez(path, **{name: values.astype(np.int64) for name, values in LOADED["results"].items()})
    return {"outputs": len(LOADED["results"])}


def household(
    rounds: int, person: dict[str, Any], members: int, home: dict[str, Any], trace: bool
) -> dict[str, Any]:
    """One household from a situation, as a web service would: the time of each of so many rounds."""
    made, times = side.system(tuned=True), []
    names = [f"p{number}" for number in range(members)]
    situation = {
        "persons": {name: _monthly(person) for name in names},
        "households": {"h": {"members": names, **_monthly(home)}},
    }
    for _ in range(rounds):
        start = perf_counter()
        simulation = side.from_situation(made, situation)
        simulation.trace = trace
        total = simulation.calculate("household_total", side.PERIOD)
        times.append(perf_counter() - start)
    return {"times": times, "household_total": int(total[0])}


def _monthly(values: dict[str, Any]) -> dict[str, Any]:
    return {name: {side.PERIOD: value} for name, value in values.items()}


def whole(folder: str, out: str, processes: int, documented_build: bool) -> dict[str, Any]:
    """Tuned, Parquet to results on disk: everything in one go (0 processes), or part by part in so many processes.

    The clock starts when all processes have imported everything and made the tax-benefit system.
    """
    source, target = Path(folder), Path(out)
    target.mkdir(parents=True, exist_ok=True)
    if processes == 0:
        _warm(None)
        start = perf_counter()
        budget, peaks = _part(source, target, documented_build, None), {}
        seconds = perf_counter() - start
    else:
        context = multiprocessing.get_context("spawn")
        ready = context.Barrier(processes + 1)
        parts = len(list(source.glob("persons-*.parquet")))
        orders = [(folder, out, documented_build, number) for number in range(parts)]
        budget, peaks = np.zeros(len(DISTRICTS)), {}
        with context.Pool(processes, initializer=_warm, initargs=(ready,)) as pool:
            ready.wait()
            start = perf_counter()
            for answer in pool.imap_unordered(_part_order, orders):
                budget += answer["budget"]
                peaks[answer["process"]] = answer["peak"]
            seconds = perf_counter() - start
    (target / "budget.json").write_text(json.dumps([int(value) for value in budget]))
    peak = peak_megabytes() + sum(peaks.values())
    return {"seconds": seconds, "peak": peak, "budget": int(budget.sum())}


def _warm(ready: Any) -> None:
    LOADED["system"] = side.system(tuned=True)
    if ready is not None:
        ready.wait()


def _part_order(order: tuple[str, str, bool, int]) -> dict[str, Any]:
    folder, out, documented_build, number = order
    budget = _part(Path(folder), Path(out), documented_build, number)
    gc.collect()
    return {"budget": budget, "process": multiprocessing.current_process().pid, "peak": peak_megabytes()}


def _part(source: Path, target: Path, documented_build: bool, number: int | None) -> np.ndarray:
    columns = side.read(source, None if number is None else [number], keys=True)
    values = side.compute(side.build(LOADED["system"], columns, True, documented_build))
    for kind, outputs, keys in (
        ("households", HOUSEHOLD_OUTPUTS, columns.keys),
        ("persons", PERSON_OUTPUTS, columns.keys[columns.home]),
    ):
        table = pa.table({"household": keys, **{one: values[one].astype(np.int64) for one in outputs}})
        # Amounts have many values; without dictionaries the same codec writes them twice as fast and smaller.
        path = target / f"{kind}-{number or 0:05d}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=1, use_dictionary=False)
    return np.bincount(columns.districts, weights=values["annual_budget"], minlength=len(DISTRICTS))


def scenarios(folder: str, parts: int) -> dict[str, Any]:
    """Twenty dibao standards, part by part: each part is read and converted once, then built twenty times."""
    start, totals = perf_counter(), [0] * SCENARIOS
    standard = current("dibao_standard")
    systems = [
        side.system(True, tuple(raised(standard[place], percent) for place in range(len(CITIES))))
        for percent in range(SCENARIOS)
    ]
    for number in range(parts):
        columns = side.converted(side.read(Path(folder), [number]))
        for place, made in enumerate(systems):
            simulation = side.build(made, columns, tuned=True, documented=False)
            totals[place] += int(simulation.calculate("household_total", side.PERIOD).sum())
    return {"seconds": perf_counter() - start, "totals": totals, "peak": peak_megabytes()}


ORDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "load": load,
    "round": one_round,
    "results": results,
    "household": household,
    "whole": whole,
    "scenarios": scenarios,
}


def main() -> None:
    """Answer orders until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        answer = ORDERS[order.pop("order")](**order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
