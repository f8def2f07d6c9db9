"""Ask the worker to compute or submit a run, and do it: the worker sees every line, also those held closely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.checks.actions import check
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayRun

COMPUTE, SUBMIT = "payments.compute", "payments.submit"


@transaction.atomic
def begin(*, by: Any, division: str, month: date, benefits: Sequence[str], on: date) -> PayRun:
    """Lock the roster and have the worker compute and check it."""
    row = runs.lock_roster(by=by, division=division, month=month, benefits=benefits, on=on)
    ask(by=by, run=row, what=COMPUTE, on=on)
    return row


@transaction.atomic
def ask(*, by: Any, run: PayRun, what: str, on: date) -> None:
    """Have the worker compute and check a run anew, or submit it."""
    states = PayRun.OPEN if what == COMPUTE else (PayRun.State.CHECKED,)
    row = runs.held(run, *states)
    must(by, PREPARE, row.division, on)
    row.told = ""
    row.save()
    user = user_of(by)
    app.configure_task(what).defer(run=row.pk, user=None if user is None else user.pk, on=on.isoformat())
    audit.record(
        by=signature(by), act="payments.ask_worker", subject=row, after={"what": what}, division=row.division
    )


def compute_and_check(*, run: int, user: int | None, on: str) -> None:
    """What the worker does to compute a run; a refusal is kept on the run for the page."""
    row, by, day = _asked(run, user, on)

    def work() -> None:
        runs.compute(by=by, run=row, on=day)
        check(by=by, run=row, on=day)

    _told(row, work)


def submit(*, run: int, user: int | None, on: str) -> None:
    """What the worker does to submit a run."""
    row, by, day = _asked(run, user, on)
    _told(row, lambda: runs.submit(by=by, run=row, on=day))


def _asked(run: int, user: int | None, on: str) -> tuple[PayRun, Any, date]:
    by: Any = "系统" if user is None else User.objects.get(pk=user)
    return PayRun.objects.get(pk=run), by, date.fromisoformat(on)


def _told(row: PayRun, work: Callable[[], Any]) -> None:
    try:
        with transaction.atomic():
            work()
    except PaymentProblem as problem:
        PayRun.objects.filter(pk=row.pk).update(told=str(problem)[:400])
