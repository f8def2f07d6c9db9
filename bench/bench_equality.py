"""Equality, 1 million persons: every output of every side, row by row, to the fen."""

from __future__ import annotations

import numpy as np

from bench.options import Options
from bench.processes import OpenFisca, openfisca_version
from bench.report import Report
from bench.rules43 import duckdb_side
from bench.rules43.parameters import HOUSEHOLD_OUTPUTS, PERSON_OUTPUTS
from bench.rules43.sides import Sides, differences


def run(options: Options, report: Report) -> None:
    """Calculate with every side, and count the rows that differ."""
    report.versions(openfisca_version())
    sides = Sides.load(options, options.size(1_000_000))
    sides.anmin(2)
    sides.hand(2)
    connection, side = sides.duckdb(in_memory=True)
    side()
    others = {"numba by hand": sides.values["hand"], "DuckDB SQL": duckdb_side.results(connection)}
    path = options.scratch / "openfisca.npz"
    with OpenFisca() as worker:
        worker.ask("load", folder=str(sides.snapshot.folder))
        for tuned, name in ((True, "OpenFisca tuned"), (False, "OpenFisca idiomatic")):
            worker.ask("round", tuned=tuned, documented_build=not tuned)
            worker.ask("results", path=str(path))
            with np.load(path) as stored:
                others[name] = dict(stored)
    path.unlink()
    anmin = sides.values["anmin"]
    found = {name: differences(anmin, values) for name, values in others.items()}
    rows = sides.snapshot.persons * len(PERSON_OUTPUTS) + sides.snapshot.households * len(HOUSEHOLD_OUTPUTS)
    report.note(
        f"compared  {sides.snapshot.persons:,} persons × {len(PERSON_OUTPUTS)} and "
        f"{sides.snapshot.households:,} households × {len(HOUSEHOLD_OUTPUTS)} = {rows:,} values a side"
    )
    report.table(
        "rows that differ from Anmin, and what Anmin found",
        ["output", *found, "not zero", "sum (fen)"],
        [
            [
                name,
                *(each[name] for each in found.values()),
                np.count_nonzero(values),
                int(values.sum(dtype=np.int64)),
            ]
            for name, values in anmin.items()
        ],
    )
    for name, each in found.items():
        report.equal(f"Anmin and {name}", sum(each.values()))
