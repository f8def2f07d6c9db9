"""The whole rulebook over a demonstration city of 1 million persons: compute, and Parquet to results on disk.

What is really run, beside the 43-rule set that can be compared. No bar: nobody else has these rules.
"""

from __future__ import annotations

import shutil
from functools import partial

from anmin.policy.citywide import screen
from anmin.policy.kernel import build_kernel
from bench.city import DAY, city_plan, city_population
from bench.measuring import interleaved, timed
from bench.options import Options
from bench.report import Report
from bench.rules43.anmin_side import Columns, compute
from bench.rules43.peak import peak_megabytes

KEEPS_MEMORY = True
TWO, ONE, WHOLE = "compute, 2 threads", "compute, 1 thread", "whole job, 2 threads, ledger"


def run(options: Options, report: Report) -> None:
    """Measure the kernel over columns in memory, and a screening run."""
    report.versions()
    plan = city_plan()
    snapshot = city_population(options.home, options.size(1_000_000))
    kernels = options.home / "kernels"
    kernel = build_kernel(plan, kernels)
    out = options.scratch / "city"
    report.note(
        f"persons   {snapshot.persons:,} in {snapshot.households:,} households, {DAY}; {len(plan.rules)} rules, "
        f"{len(plan.facts)} facts, {len(plan.rates)} rates, {len(kernel.layout.outputs)} outputs"
    )
    columns = Columns.load(snapshot, plan)
    measured = interleaved(
        {
            TWO: timed(partial(compute, kernel, columns, 2)),
            ONE: timed(partial(compute, kernel, columns, 1)),
            WHOLE: timed(partial(screen, snapshot, plan, out, cache=kernels)),
        },
        options.times(5),
        settle=options.settle,
    )
    report.times("whole rulebook", measured.values(), TWO)
    report.note(f"peak      {peak_megabytes():.0f} MB, all columns in memory")
    shutil.rmtree(out)
