"""Spark, 1 million persons: the same kernel in `mapInArrow`, row by row equal to the run on this machine."""

from __future__ import annotations

import shutil
from time import perf_counter

import numpy as np
import pyarrow as pa

from anmin.policy.areas import Areas
from anmin.policy.citywide import Results, screen
from anmin.policy.rules import Level
from anmin.policy.spark import local_session, screen_on_spark, write_nested
from bench.options import Options
from bench.report import Report
from bench.rules43 import anmin_side
from bench.rules43.population import population


def run(options: Options, report: Report) -> None:
    """Screen here and in Spark, and count the rows that differ in each output."""
    report.versions()
    snapshot = population(options.home, options.size(1_000_000), part=options.part)
    report.note(f"persons   {snapshot.persons:,} in {snapshot.households:,} households")
    plan = anmin_side.plan_of(anmin_side.rulebook())
    kernels = (options.home / "kernels").resolve()
    out, nested = options.scratch / "here", options.scratch / "nested"
    start = perf_counter()
    here = screen(snapshot, plan, out, cache=kernels, dense=True)
    times = [["on this machine, Parquet to dense Parquet", f"{perf_counter() - start:.2f}"]]
    start = perf_counter()
    write_nested(snapshot, plan, nested)
    times.append(["writing the nested form", f"{perf_counter() - start:.2f}"])
    areas = Areas.of(plan, [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]])
    start = perf_counter()
    session = local_session()
    times.append(["starting Spark local[2]", f"{perf_counter() - start:.2f}"])
    try:
        frame = session.read.parquet(str(nested))
        for name in ("Spark, first run", "Spark, second run"):
            start = perf_counter()
            there = screen_on_spark(frame, plan, areas, kernels).toArrow()
            times.append([name, f"{perf_counter() - start:.2f}"])
    finally:
        session.stop()
    report.table("times (one each)", ["step", "s"], times)
    found = _differences(here, there.sort_by("household"), {rule.name: rule.level for rule in plan.rules})
    report.table("rows that differ", ["output", "rows", "different"], found)
    report.equal("Spark and this machine", sum(int(row[2]) for row in found))
    shutil.rmtree(out)
    shutil.rmtree(nested)


def _differences(here: Results, there: pa.Table, levels: dict[str, Level]) -> list[list[object]]:
    households = pa.concat_tables(list(here.tables("households"))).unify_dictionaries()
    persons = pa.concat_tables(list(here.tables("persons")))
    tables = {
        Level.HOUSEHOLD: households.sort_by("household"),
        Level.PERSON: persons.sort_by([("household", "ascending"), ("member", "ascending")]),
    }
    rows: list[list[object]] = [
        ["household", len(there), _unequal(tables[Level.HOUSEHOLD]["household"], there["household"])]
    ]
    for name in anmin_side.OUTPUTS:
        column = there[name]
        if levels[name] is Level.PERSON:
            column = pa.chunked_array([chunk.flatten() for chunk in column.chunks])
        rows.append([name, len(column), _unequal(tables[levels[name]][name], column)])
    return rows


def _unequal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> int:
    if len(one) != len(other):
        return max(len(one), len(other))
    return int(np.count_nonzero(one.to_numpy().astype(np.int64) != other.to_numpy().astype(np.int64)))
