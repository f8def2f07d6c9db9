"""From a department's batch to its alerts on the desk: a month's settlements of 100,000 people in a city of a million.

The month before has been taken in and seen to, the rules are compiled, as on any other morning. Then the batch of the new month
lands, and the job that its landing asks for runs in a process of its own, as in the worker: today's snapshot, all rules over
everybody (a month that has come changes everybody), what is new onto the desk, reviews, dispatch. As in the worker, that process
has Django set up before there is a job, and nothing else. The clock of the bar starts when the batch has landed and ends when the
job is done. One in forty rows is a bill that a rule speaks of.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.measuring import Series
from bench.options import Options
from bench.register import COUNTIES, ROOT, TOWNS, register
from bench.report import Report
from boot.environment import python_environment

PERSONS, ROWS, LARGE_EVERY, SECONDS = 1_000_000, 100_000, 40, 60
MONTHS = ("2026-09", "2026-10")
SOURCE = "medical_month"
HEADING = (
    *("身份证号", "姓名", "单次住院个人负担（元）", "当月个人负担（元）"),
    *("其中政策范围内（元）", "大病慢特病备案", "月末连续住院天数"),
)
JOB = "from anmin.kernel.operations import setup; print(flush=True); input(); from anmin.kernel import tasks; tasks.watch()"


def run(options: Options, report: Report) -> None:
    """Fill the register once; land a month, see to it; land the next and wait for its alerts."""
    report.versions()
    persons = options.size(PERSONS)
    with register(options, persons) as held:
        _measure(options, report, held.url, held.home, persons)


def _measure(options: Options, report: Report, url: str, home: Path, persons: int) -> None:
    import django

    django.setup()
    from django.db import connection

    from anmin.kernel.alerts.models import Alert, AlertHit

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kernel_alert, kernel_sourcebatch, kernel_sourcequarantine CASCADE")
    for name in ("lake", "snapshots", "watch"):
        shutil.rmtree(home / name, ignore_errors=True)
    _staff()
    rows = min(ROWS, persons // 10)
    people = _people(rows)
    taken = []
    for month in MONTHS:
        path = options.scratch / f"{month}.csv"
        _write(path, people, month)
        began = time.perf_counter()
        landing = _take_in(path, month)
        taken.append(time.perf_counter() - began)
        path.unlink()
        if month == MONTHS[0]:
            _job(url, home)
    before = Alert.objects.count()
    options.settle()
    seconds = _job(url, home)
    fresh = Alert.objects.count() - before
    batch = str(landing.batch.pk)
    told = sum(batch in {one["batch"] for one in hit.values} for hit in AlertHit.objects.iterator())
    given_out = Alert.objects.exclude(state="new").count()
    report.note(
        f"persons   {persons:,} registered; batch of {landing.landed:,} rows, taken in in {taken[-1]:.1f} s"
    )
    report.note(
        f"desk      {fresh:,} new alerts, {told:,} hits name the batch, {given_out:,} of all given out"
    )
    report.note(f"city      {len(COUNTIES)} counties, {TOWNS * len(COUNTIES)} towns with a clerk each")
    both = [Series("landing to desk", [seconds]), Series("file taken in", [taken[-1]])]
    report.times("a batch", both, "file taken in")
    report.at_most("from landing to desk", seconds, SECONDS, " s")
    report.equal("batches that raised nothing", int(not told))


def _job(url: str, home: Path) -> float:
    """The background job as the worker runs it, in a process that stands ready; how many seconds it took."""
    env = python_environment(DATABASE_URL=url, ANMIN_HOME=str(home), ANMIN_STATIC_MANIFEST="0")
    env["DJANGO_SETTINGS_MODULE"] = "config.settings"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", JOB], cwd=ROOT, env=env, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        began = time.perf_counter()
        process.stdin.write(b"\n")
        process.stdin.close()
        code = process.wait()
        seconds = time.perf_counter() - began
    if code:
        raise SystemExit(f"the job ended with {code}")
    return seconds


def _staff() -> None:
    """A clerk for each town, so that alerts have somebody to go to."""
    from anmin.kernel.access.actions import create_user, grant
    from anmin.kernel.access.models import User

    for county in COUNTIES:
        for town in range(1, TOWNS + 1):
            code = f"{county}{town:03d}"
            if not User.objects.filter(username=f"desk-{code}").exists():
                user = create_user(
                    by="bench", username=f"desk-{code}", display_name=code, password="Bench-desks-2026-lange"
                )
                grant(by="bench", user=user, division=code, role="town_clerk", first_day=date(2020, 1, 1))


def _people(rows: int) -> list[tuple[str, str]]:
    from anmin.kernel.people.models import Identifier

    found = Identifier.objects.filter(kind="resident").select_related("person").order_by("pk")[:rows]
    return [(one.value, one.person.name) for one in found.iterator()]


def _write(path: Path, people: list[tuple[str, str]], month: str) -> None:
    """Small bills for everybody listed; in the newest month a large one for one in so many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADING)
        for at, (number, name) in enumerate(people):
            is_large = month == MONTHS[-1] and at % LARGE_EVERY == 0
            bill = str(21_000 + at % 9_000 if is_large else 40 + at % 900)
            out.writerow([number, name, bill, bill, bill, "否", "8" if is_large else "0"])


def _take_in(path: Path, month: str) -> Any:
    from django.utils import timezone

    from anmin.kernel.facts.batches.actions import take_in
    from anmin.kernel.screening.rulebooks import rulebook

    return take_in(
        by="bench", source=SOURCE, period=month, path=path, facts=rulebook().facts, on=timezone.localdate()
    )
