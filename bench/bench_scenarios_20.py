"""Twenty scenarios over 10 million persons in one pass, against OpenFisca's twenty runs.

The dibao standard rises by 0 … 19 %. OpenFisca runs part by part in one process and in its favour: each part is read
and converted once, and its twenty simulations are filled with those arrays.
"""

from __future__ import annotations

from bench.measuring import Series
from bench.options import Options
from bench.processes import fresh_anmin, fresh_openfisca, openfisca_version
from bench.report import Report
from bench.rules43 import anmin_side
from bench.rules43.parameters import SCENARIOS
from bench.rules43.population import population

ANMIN, OPENFISCA = "Anmin, one pass, 2 threads", "OpenFisca tuned, 20 runs"


def run(options: Options, report: Report) -> None:
    """Measure, compare the totals of all scenarios, and judge the scenario bar."""
    report.versions(openfisca_version())
    snapshot = population(options.home, options.size(10_000_000), part=options.part)
    report.note(f"persons   {snapshot.persons:,} in {snapshot.parts} parts, {SCENARIOS} scenarios")
    kernels = options.home / "kernels"
    order = {"snapshot": snapshot.folder, "kernels": kernels, "threads": 2}
    fresh_anmin("variants", **{**order, "snapshot": _first(options)})
    times = {name: Series(name) for name in (ANMIN, OPENFISCA)}
    peaks, totals = {}, {}
    for _ in range(options.times(2)):
        for name in times:
            options.settle()
            if name == ANMIN:
                answer = fresh_anmin("variants", **order)
            else:
                answer = fresh_openfisca(
                    "scenarios", keep_memory=True, folder=str(snapshot.folder), parts=snapshot.parts
                )
            times[name].seconds.append(answer["seconds"])
            peaks[name], totals[name] = answer["peak"], answer["totals"]
    report.times("20 scenarios", times.values(), ANMIN)
    report.table("peak memory", ["side", "peak MB"], [[name, f"{peak:.0f}"] for name, peak in peaks.items()])
    rows = [
        [scenario.name, f"{one:,}", f"{other:,}"]
        for scenario, one, other in zip(anmin_side.scenarios(), totals[ANMIN], totals[OPENFISCA], strict=True)
    ]
    report.table("all aid a month (fen)", ["dibao standard", ANMIN, OPENFISCA], [rows[0], rows[1], rows[-1]])
    report.at_least("against OpenFisca's 20 runs", times[OPENFISCA].median / times[ANMIN].median, 15)
    wrong = sum(one != other for one, other in zip(totals[ANMIN], totals[OPENFISCA], strict=True))
    report.equal("totals of the 20 scenarios", wrong)


def _first(options: Options) -> object:
    """A small population that compiles the scenario form of the rules before anything is timed."""
    return population(options.home, 20_000, part=10_000).folder
