"""First-run compile of the rules, and loading them from the cache: the 43-rule set and the whole rulebook.

Each in a fresh process. Cold starts from an empty cache; warm opens what cold left. The first run after it, on a
small population, is shown too: nothing may be left to compile there.
"""

from __future__ import annotations

import shutil

from bench.city import city_population
from bench.measuring import Series
from bench.options import Options
from bench.processes import fresh_anmin
from bench.report import Report
from bench.rules43.population import population

NAMES = {"43": "43 rules", "city": "whole rulebook"}


def run(options: Options, report: Report) -> None:
    """Measure both rulebooks cold and warm, and judge the compile bars."""
    report.versions()
    cache = options.scratch / "cold"
    folders = {
        "43": population(options.home, 20_000, part=10_000).folder,
        "city": city_population(options.home, 20_000).folder,
    }
    medians: dict[str, dict[str, float]] = {}
    rows = []
    for book, name in NAMES.items():
        for state in ("cold", "warm"):
            build, first = Series("build"), Series("first")
            for _ in range(options.times(3)):
                if state == "cold":
                    shutil.rmtree(cache, ignore_errors=True)
                options.settle()
                answer = fresh_anmin("compile", book=book, snapshot=folders[book], kernels=cache)
                build.seconds.append(answer["build"])
                first.seconds.append(answer["first"])
            medians.setdefault(book, {})[state] = build.median
            rows.append(
                [
                    f"{name} ({answer['rules']}), {state}",
                    *(f"{seconds:.2f}" for seconds in (build.least, build.median, first.median)),
                    answer["progress"],
                    len(build.seconds),
                ]
            )
        shutil.rmtree(cache, ignore_errors=True)
    report.table("compile (s)", ["rules", "min", "median", "first run after", "progress messages", "n"], rows)
    report.at_most("whole rulebook, first compile", medians["city"]["cold"], 30, " s")
    report.at_most("whole rulebook, from the cache", medians["city"]["warm"], 1, " s")
