"""Monitoring of a city of 2.9 million: all rules over twelve months of facts, and the increment of a day with 1 % changed.

Full: snapshot on disk to hits with their evidence and findings on disk. Increment: fetch, evaluate, lay over. Afterwards both
must have found the same. Each runs in a process of its own, so that its peak of memory is its own; compiling is not timed.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.kernel.facts.demo.city import build_city
from anmin.kernel.facts.demo.months import with_months
from anmin.kernel.facts.demo.places import places_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.types import WINDOW
from anmin.policy.watching import Watched
from bench.happenings import with_happenings
from bench.measuring import Series
from bench.options import Options
from bench.processes import fresh_anmin
from bench.report import Report

CITY, DAY, SHARE = "371000", date(2026, 10, 31), 0.01
PERSONS, FULL_SECONDS, CHANGED_SECONDS, MEMORY_MB = 2_900_000, 60, 6, 4_096
FULL, CHANGED = "all rules, everybody", "1 % changed"


def run(options: Options, report: Report) -> None:
    """Draw the city once, evaluate it, change a hundredth, evaluate that, and compare with everybody anew."""
    report.versions()
    before = city(options.home, options.size(PERSONS))
    after, keys = changed(before)
    count = pq.read_metadata(keys).num_rows
    report.note(f"persons   {after.persons:,}; changed {count:,} of {after.households:,} households")
    kernels, base, over, anew = (
        options.home / "kernels",
        *(options.scratch / name for name in ("base", "over", "anew")),
    )
    fresh_anmin("watch", snapshot=before.folder, out=base, kernels=kernels, keys="")
    times, peaks = {name: Series(name) for name in (FULL, CHANGED)}, {FULL: 0.0, CHANGED: 0.0}
    for _ in range(options.times(3)):
        for name, snapshot, out, changes in ((FULL, after, anew, ""), (CHANGED, after, over, str(keys))):
            shutil.rmtree(over, ignore_errors=True)
            shutil.copytree(base, over)
            options.settle()
            done = fresh_anmin("watch", snapshot=snapshot.folder, out=out, kernels=kernels, keys=changes)
            times[name].seconds.append(done["seconds"])
            peaks[name] = max(peaks[name], done["peak"])
    laid, whole = Watched.open(over), Watched.open(anew)
    report.times("monitoring", times.values(), FULL)
    rules = sorted(whole.manifest["rules"].items())
    report.table(
        "hits",
        ["rule", "hits"],
        [*rules, ("all", whole.manifest["hits"]), ("households", whole.manifest["findings"])],
    )
    report.at_most("all rules over everybody", times[FULL].median, FULL_SECONDS, " s")
    report.at_most("1 % changed", times[CHANGED].median, CHANGED_SECONDS, " s")
    report.at_most("peak memory", max(peaks.values()), MEMORY_MB, " MB")
    report.equal("hits after both", int(not laid.hits.equals(whole.hits)))
    report.equal("findings after both", int(not laid.findings.equals(whole.findings)))
    for folder in (base, over, anew):
        shutil.rmtree(folder, ignore_errors=True)


def city(home: Path, persons: int) -> Snapshot:
    """The demonstration city with twelve months and what befalls few, memory-mapped, for the facts that the rulebook knows now."""
    book = rulebook()
    facts = " ".join(f"{name} {fact.kind.value} {fact.default}" for name, fact in sorted(book.facts.items()))
    name = f"happenings-{CITY}-{persons}-{hashlib.sha256(facts.encode()).hexdigest()[:8]}"
    if not (home / name).exists():
        plain, _ = build_city(
            home / f"{name}-plain", places_of(CITY, DAY), book, on=DAY, persons=persons, form="arrow"
        )
        monthly = with_months(home / f"{name}-monthly", plain, book.facts, on=DAY)
        with_happenings(home / name, monthly, book.facts)
        for passing in (plain, monthly):
            shutil.rmtree(passing.folder)
    return Snapshot.open(home / name)


def changed(before: Snapshot) -> tuple[Snapshot, Path]:
    """A newer snapshot in which a hundredth of the households had a large bill, and the list of those households."""
    folder = before.folder.with_name(before.folder.name + "-next")
    keys = folder.with_name(folder.name + ".parquet")
    if not folder.exists():
        found = []
        with SnapshotWriter(folder, on=DAY.isoformat(), source="bench", form="arrow") as writer:
            for number in range(before.parts):
                homes, people = before.household_table(number), before.person_table(number)
                chosen = np.random.default_rng([7, number]).random(len(homes)) < SHARE
                found.append(homes["household"].filter(pa.array(chosen)).combine_chunks())
                rows = np.repeat(chosen, homes["members"].to_numpy())
                months = np.array(people["inpatient_top"].combine_chunks().flatten()).reshape(-1, WINDOW)
                months[rows, -2] = 1_200_000
                column = pa.FixedSizeListArray.from_arrays(pa.array(months.ravel()), WINDOW)
                place = people.column_names.index("inpatient_top")
                writer.write(homes, people.set_column(place, "inpatient_top", column))
        pq.write_table(pa.table({"household": pa.concat_arrays(found).cast(pa.string())}), keys)
    return Snapshot.open(folder), keys
