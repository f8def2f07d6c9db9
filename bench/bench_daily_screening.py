"""A city screened after a day on which 1 % of the households changed: what changed laid over the last run, or everybody.

Both through `screen_city`, results in the database included; then both must have found the same, to the fen.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measuring import Series
from bench.options import Options
from bench.register import migrated
from bench.report import Report

CITY, ON, SHARE = "371000", date(2026, 11, 1), 0.01
CHANGED, WHOLE = "what changed, laid over", "everybody"


def run(options: Options, report: Report) -> None:
    """Build two snapshots, screen the first, then the second both ways."""
    report.versions()
    with migrated(options.home / "daily"):
        _measure(options, report, options.size(500_000))


def _measure(options: Options, report: Report, persons: int) -> None:
    import django

    django.setup()
    from anmin.kernel.facts.demo.city import build_city
    from anmin.kernel.facts.demo.places import places_of
    from anmin.kernel.facts.queries import snapshots_home
    from anmin.kernel.screening.actions import screen_city
    from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult
    from anmin.kernel.screening.rulebooks import rulebook
    from anmin.policy.snapshots import Snapshot

    book, first = rulebook(), snapshots_home() / f"daily-{persons}"
    if not (first / "manifest.json").exists():
        build_city(first, places_of(CITY, ON), book, on=ON, persons=persons, seed=1)
    before = Snapshot.open(first)
    after, changed = _changed(before)
    report.note(f"persons   {after.persons:,}; changed {changed:,} of {after.households:,} households")
    times = {name: Series(name) for name in (WHOLE, CHANGED)}

    def screened(snapshot: Snapshot, whole: bool) -> Any:
        return screen_city(by="bench", snapshot=snapshot, on=ON, city=CITY, whole=whole)

    for _ in range(options.times(3)):
        screened(before, True)
        runs = {}
        for name, whole in ((CHANGED, False), (WHOLE, True)):
            options.settle()
            start = perf_counter()
            runs[name] = screened(after, whole)
            times[name].seconds.append(perf_counter() - start)
        report_changed = runs[CHANGED].changed
    report.times("screening with results stored", times.values(), WHOLE)
    report.at_most("of a run over everybody", times[CHANGED].median / times[WHOLE].median, 1 / 2)
    report.equal("households calculated", abs((report_changed or 0) - changed))
    for model, names in (
        (HouseholdResult, ("number", "layer", "coverage", "members", "aid_month", "values", "people")),
        (DivisionSum, ("division", "output", "total", "count")),
        (BrokenHousehold, ("number", "reason")),
    ):
        rows = {
            name: model.objects.filter(run=run).order_by(*names[:2]).values_list(*names)
            for name, run in runs.items()
        }
        differ = sum(one != other for one, other in zip(rows[CHANGED], rows[WHOLE], strict=True))
        report.equal(f"{model.__name__} after both", differ)


def _changed(before: Any) -> tuple[Any, int]:
    """A newer snapshot in which wages of a hundredth of the households differ, as a daily increment leaves it."""
    from anmin.kernel.facts.lake.increments import CHANGED as LIST
    from anmin.policy.snapshots import Snapshot, SnapshotWriter

    folder, keys = before.folder.with_name(before.folder.name + "-next"), []
    with SnapshotWriter(folder, on=ON.isoformat(), source="bench", replace=True) as writer:
        for number in range(before.parts):
            homes, people = before.household_table(number), before.person_table(number)
            chosen = np.random.default_rng([7, number]).random(len(homes)) < SHARE
            keys += homes["household"].filter(pa.array(chosen)).to_pylist()
            members = np.repeat(chosen, homes["members"].to_numpy())
            wages = np.array(people["wage_year"].fill_null(0).to_numpy())
            wages[members] = np.where(wages[members] > 0, wages[members] // 2, 900_000)
            place = people.column_names.index("wage_year")
            writer.write(homes, people.set_column(place, "wage_year", pa.array(wages)))
        writer.manifest["lake"] = {"built_on": before.folder.name}
        pq.write_table(pa.table({"household": pa.array(keys, pa.string())}), Path(writer.temporary) / LIST)
    return Snapshot.open(folder), len(keys)
