"""Try a threshold on the snapshot of the last evaluation: nothing is changed, and who tried what is written down.

A rule that nobody tried since it changed is compiled first, which takes many seconds: pages ask, and the worker calculates.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from anmin.kernel.access.queries import Reader, reader_for, signature
from anmin.kernel.alerts.steps import CONFIRM
from anmin.kernel.alerts.trials.models import AskedTrial
from anmin.kernel.alerts.trials.queries import last_watched, outcomes_of, thresholds_of
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

JOB = "alerts.try_threshold"


def ask_trial(*, by: Reader, rule: str, rate: str, value: str, division: str, on: date) -> AskedTrial:
    """Ask for a trial; `on` is the day of the evaluation to try on. The same asked again while it waits is the same trial.

    Raises:
        PolicyError: as `try_threshold`, for what can be said without calculating; nothing is written down then.
    """
    _changed(rule, rate, value, division, on)
    user = by.user
    if user is None:
        raise PolicyError("alert_rule", what="没有登录的人不能在页面上试算", todo="用 anmin watch try")
    given: dict[str, Any] = {
        "rule": rule,
        "rate": rate,
        "value": value,
        "division": division,
        "asked_by": user,
    }
    with transaction.atomic():
        row, is_new = AskedTrial.objects.get_or_create(**given, state=AskedTrial.State.QUEUED)
        if is_new:
            audit.record(
                by=user,
                act="alerts.ask_trial",
                subject=row,
                after={"rule": rule, "rate": rate, "value": value},
                division=division,
            )
            app.configure_task(JOB).defer(trial=row.pk)
    return row


def carry_out_trial(*, trial: int, on: date) -> AskedTrial:
    """What the worker does with a trial, once: counted in the sight that whoever asked has now, kept in figures."""
    row = AskedTrial.objects.select_related("asked_by").get(pk=trial)
    if row.state != AskedTrial.State.QUEUED:
        return row
    reader, watched = reader_for(row.asked_by, on), last_watched()
    try:
        if not reader.may(CONFIRM, row.division):
            raise PolicyError("no_power", what="您在这个地方已经没有试算的岗位", todo="请管理员看岗位分配")
        if watched is None:
            raise PolicyError("watch_missing", what="还没有做过动态监测", todo="数据到齐、评估过一次以后再试")
        found = try_threshold(
            by=reader,
            rule=row.rule,
            rate=row.rate,
            value=row.value,
            division=row.division,
            snapshot=watched[0],
            on=watched[1],
        )
        row.result = {**asdict(found.figures), "on": watched[1].isoformat()}
        row.state = AskedTrial.State.DONE
    except PolicyError as trouble:
        row.state, row.told = AskedTrial.State.REFUSED, str(trouble)[:400]
    row.done_at = timezone.now()
    row.save()
    return row


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
    changed = _changed(rule, rate, value, division, on)
    alert = book.alerts[rule]
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


def _changed(rule: str, rate: str, value: str, division: str, on: date) -> Rulebook:
    """The rulebook with the other threshold."""
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
    return overridden(book, rate, value, division)


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
