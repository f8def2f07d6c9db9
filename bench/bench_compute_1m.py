"""Compute, 1 million persons, 43 rules: Anmin against OpenFisca-Core, DuckDB SQL and a hand-written kernel.

From columns in memory to results in memory; every side in turn, round by round. OpenFisca runs on one thread as it
always does, the others on two; Anmin on one thread is shown beside.
"""

from __future__ import annotations

from bench.measuring import Series, interleaved
from bench.options import Options
from bench.processes import OpenFisca, openfisca_version
from bench.report import Report
from bench.rules43.sides import Sides

KEEPS_MEMORY = True
"""Every side runs with the allocator told to keep freed memory (`bench/keeping.py`)."""
ANMIN, ANMIN_ONE = "Anmin, 2 threads", "Anmin, 1 thread"
HAND, HAND_ONE = "numba by hand, 2 threads", "numba by hand, 1 thread"
DUCK, DUCK_PARQUET = "DuckDB SQL, tables in memory", "DuckDB SQL, from Parquet"
TUNED, TUNED_BUILT = "OpenFisca tuned, compute", "OpenFisca tuned, build and compute"
TUNED_FILLED = "OpenFisca tuned, populations filled directly, build and compute"
IDIOMATIC = "OpenFisca idiomatic, compute"


def run(options: Options, report: Report) -> None:
    """Measure, and judge the compute bars."""
    persons = options.size(1_000_000)
    report.versions(openfisca_version())
    sides = Sides.load(options, persons)
    report.note(f"persons   {sides.snapshot.persons:,} in {sides.snapshot.households:,} households")
    extra: dict[str, Series] = {name: Series(name) for name in (TUNED_BUILT, TUNED_FILLED)}
    with OpenFisca() as worker:
        worker.ask("load", folder=str(sides.snapshot.folder))

        def tuned() -> float:
            answer = worker.ask("round", tuned=True, documented_build=True)
            extra[TUNED_BUILT].seconds.append(answer["build"] + answer["compute"])
            return answer["compute"]

        def filled() -> float:
            answer = worker.ask("round", tuned=True, documented_build=False)
            return answer["build"] + answer["compute"]

        def idiomatic() -> float:
            return worker.ask("round", tuned=False, documented_build=True)["compute"]

        in_memory, from_parquet = sides.duckdb(True)[1], sides.duckdb(False)[1]
        measured = interleaved(
            {
                ANMIN: lambda: sides.anmin(2),
                TUNED: tuned,
                HAND: lambda: sides.hand(2),
                DUCK: in_memory,
                ANMIN_ONE: lambda: sides.anmin(1),
                HAND_ONE: lambda: sides.hand(1),
                TUNED_FILLED: filled,
                DUCK_PARQUET: from_parquet,
                IDIOMATIC: idiomatic,
            },
            options.times(9),
            settle=options.settle,
        )
    measured[TUNED_BUILT] = Series(TUNED_BUILT, extra[TUNED_BUILT].seconds[1:])
    report.times("43 rules, compute", measured.values(), ANMIN)
    base = measured[ANMIN].median
    report.at_least("against OpenFisca tuned, compute", measured[TUNED].median / base, 4)
    report.at_least("against OpenFisca tuned with its build step", measured[TUNED_BUILT].median / base, 10)
    report.at_least("against DuckDB SQL in memory", measured[DUCK].median / base, 15)
    report.at_most("of a hand-written fused kernel", base / measured[HAND].median, 2)
