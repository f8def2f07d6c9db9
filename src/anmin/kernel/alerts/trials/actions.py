"""Try a threshold on the snapshot of the last evaluation: nothing is changed, and who tried what is written down."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from anmin.kernel.access.queries import Reader, signature
from anmin.kernel.alerts.trials.queries import outcomes_of, thresholds_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.screening.actions import kernel_cache
from anmin.kernel.screening.monitoring import late_facts
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.compiling import Progress
from anmin.policy.errors import PolicyError
from anmin.policy.rulebook import Rulebook
from anmin.policy.snapshots import Snapshot
from anmin.policy.trials import Trial, compare, overridden
from anmin.policy.watching import Watch, watch_city


def try_threshold(
    *,
    by: Reader,
    rule: str,
    rate: str,
    value: str,
    division: str,
    snapshot: Snapshot,
    on: date,
    progress: Progress | None = None,
) -> Trial:
    """What a rule would have said with another threshold in a place (阈值试算), counted where the reader sees.

    `value` is written as people write it, money in yuan.

    Raises:
        PolicyError: `alert_rule`, `rate_unknown`, `value`; nothing is written down then.
    """
    book = rulebook()
    alert = book.alerts.get(rule)
    if alert is None or book.version(alert.rule, on) is None:
        raise PolicyError(
            "alert_rule", what=f"{on} 没有预警规则 {rule}", todo="用 anmin watch rules 查看全部规则"
        )
    if rate not in {one.rate.name for one in thresholds_of(rule, division, on)}:
        raise PolicyError(
            "rate_unknown", what=f"规则 {rule} 没有阈值 {rate}", todo="从这条规则的阈值里选一个"
        )
    changed = overridden(book, rate, value, division)
    fact = Watch.of(book, on).evidence[rule][0].name
    before, after = (_seen(by, _hits(one, rule, snapshot, on, progress)) for one in (book, changed))
    trial = compare(alert, before, after, outcomes_of(by, rule, fact), fact)
    told: dict[str, Any] = {"rate": rate, "value": value, "snapshot": snapshot.folder.name}
    told |= {"on": on.isoformat(), "added": len(trial.added), "dropped": len(trial.dropped)}
    told["expected"] = trial.expected
    with transaction.atomic():
        audit.record(
            by=signature(by), act="alerts.try_threshold", subject=rule, after=told, division=division
        )
    return trial


def _hits(book: Rulebook, rule: str, snapshot: Snapshot, on: date, progress: Progress | None) -> pa.Table:
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch.of(book, on).only(rule)
        done = watch_city(
            snapshot,
            watch,
            Path(folder) / "trial",
            cache=kernel_cache(),
            late=late_facts(on),
            progress=progress,
        )
        return done.hits


def _seen(reader: Reader, hits: pa.Table) -> pa.Table:
    """The hits of places that the reader sees: a count is never of more than its reader may look at."""
    places = [one for one in hits["division"].unique().to_pylist() if reader.scope.contains(one or "")]
    return hits.filter(pc.is_in(hits["division"], value_set=pa.array(places, pa.string())))
