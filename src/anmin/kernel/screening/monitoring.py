"""Monitoring of a snapshot: whole or only what changed, by the kernel or on Spark; what came out, with its report."""

from __future__ import annotations

import shutil
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches.queries import freshness
from anmin.kernel.facts.lake.increments import changed_since
from anmin.kernel.screening.actions import kernel_cache
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.arrivals import Arrivals
from anmin.policy.citywide import fresh_folder
from anmin.policy.compiling import Progress
from anmin.policy.rewatching import rewatch, watch_on_spark, write_nested_watch
from anmin.policy.rulebook import Rulebook
from anmin.policy.snapshots import Snapshot, write_json
from anmin.policy.spark import local_session
from anmin.policy.watching import Watch, Watched, report_of, watch_city

KEPT = 14
"""Evaluations that are kept; older folders are removed, alerts in the database stay."""
MOST_CHANGED, MOST_DELTAS = 0.2, 31


def watch_home() -> Path:
    """Where evaluations are kept."""
    return Path(settings.ANMIN_HOME) / "watch"


def late_facts(on: date) -> set[str]:
    """Facts whose source is late on a day: what rests on them is unknown where it does not hold."""
    return {
        column.fact for row in freshness(on) if row.is_late for column in row.source.columns if column.fact
    }


def evaluations() -> list[Watched]:
    """All complete evaluations, the newest first."""
    folders = [
        one.parent for one in watch_home().glob("*/manifest.json") if not one.parent.name.endswith(".writing")
    ]
    folders.sort(key=lambda one: (one / "manifest.json").stat().st_mtime, reverse=True)
    return [Watched.open(one) for one in folders]


def watch_snapshot(
    *,
    by: Any,
    snapshot: Snapshot,
    on: date,
    book: Rulebook | None = None,
    whole: bool = False,
    engine: str = "kernel",
    progress: Progress | None = None,
) -> Watched:
    """Evaluate all rules of monitoring over a snapshot as of a day.

    Where an earlier evaluation of the month, by the same rules and rates, was over a snapshot that this one grew out of, only
    what changed is calculated. `engine` "spark" calculates everybody inside Spark, with the same result.

    Raises:
        PolicyError: as `watch_city`; earlier evaluations stay.
    """
    watch, late = Watch.of(book or rulebook(), on), late_facts(on)
    folder = watch_home() / f"watch-{on.isoformat()}-{uuid.uuid4().hex[:8]}"
    base = None if whole or engine == "spark" else _base(snapshot, watch)
    try:
        if engine == "spark":
            done = _on_spark(snapshot, watch, folder, late)
        elif base is None:
            done = watch_city(snapshot, watch, folder, cache=kernel_cache(), late=late, progress=progress)
        else:
            earlier, changed = base
            shutil.copytree(earlier.folder, folder)
            done = rewatch(snapshot, Watched.open(folder), watch, changed, cache=kernel_cache(), late=late)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    after = {"on": on.isoformat(), "snapshot": snapshot.folder.name, "engine": engine}
    after |= {name: done.manifest[name] for name in ("hits", "findings")}
    with transaction.atomic():
        audit.record(by=by, act="screening.watch", subject=folder.name, after=after)
    for old in evaluations()[KEPT:]:
        shutil.rmtree(old.folder, ignore_errors=True)
    return done


def _base(snapshot: Snapshot, watch: Watch) -> tuple[Watched, pa.Array] | None:
    for earlier in evaluations():
        if (
            earlier.manifest["fingerprint"] != watch.fingerprint
            or len(earlier.manifest["deltas"]) >= MOST_DELTAS
        ):
            continue
        changed = changed_since(snapshot, earlier.manifest["snapshot"])
        if changed is not None and len(changed) <= snapshot.households * MOST_CHANGED:
            return earlier, changed
    return None


def _on_spark(snapshot: Snapshot, watch: Watch, folder: Path, late: set[str]) -> Watched:
    nested = folder.with_name(folder.name + "-nested")
    session = local_session()
    try:
        frame = session.read.parquet(str(write_nested_watch(snapshot, watch, nested)))
        hits, found = watch_on_spark(frame, snapshot, watch, kernel_cache(), late)
    finally:
        session.stop()
        shutil.rmtree(nested, ignore_errors=True)
    homes: dict[str, int] = {}
    for number in range(snapshot.parts):
        for row in (
            snapshot.household_table(number, ["division"])["division"].cast(pa.string()).value_counts()
        ):
            place = row["values"].as_py() or ""
            homes[place] = homes.get(place, 0) + row["counts"].as_py()
    with fresh_folder(folder) as temporary:
        pq.write_table(hits, temporary / "hits.parquet", compression="zstd")
        pq.write_table(found, temporary / "findings.parquet", compression="zstd")
        manifest = {
            "on": watch.plan.on.isoformat(),
            "fingerprint": watch.fingerprint,
            "snapshot": snapshot.folder.name,
            "households": snapshot.households,
            "persons": snapshot.persons,
            "deltas": [],
            "places": homes,
            "broken": [],
            **report_of(watch, hits, found, Arrivals.of(snapshot, late), homes),
        }
        write_json(temporary / "manifest.json", manifest)
    return Watched.open(folder)
