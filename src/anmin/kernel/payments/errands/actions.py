"""Ask for something about money, agree to it as a second person, decline, withdraw; and do it as the worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.contents import FileProblem
from anmin.kernel.payments.errands.kinds import KINDS, Kind
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.parties import signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.models import PayRun

JOB = "payments.errand"
MOST = 200


@transaction.atomic
def ask(
    *,
    by: Any,
    kind: str,
    division: str,
    on: date,
    run: PayRun | None = None,
    subject: int | None = None,
    values: Mapping[str, Any] | None = None,
    words: str = "",
    content: str = "",
    level: int = 0,
) -> Errand:
    """Ask for something (提出): where one person is enough the worker does it, else it waits for another to agree.

    Raises:
        PaymentProblem: `errand_unknown`, `no_power`, `no_reason`, `errand_asked_once` while the same waits already.
    """
    known = _kind(kind)
    user = signer(by, known.asks, division, on)
    if known.needs_words and not words.strip():
        raise PaymentProblem("no_reason", _("请写明理由或依据"))
    row = Errand(
        kind=kind,
        division=division,
        level=level,
        run=run,
        subject=subject,
        values=dict(values or {}),
        words=words.strip(),
        content=content,
        needs_second=bool(known.seconds),
        asked_by=user,
        state=Errand.State.ASKED if known.seconds else Errand.State.QUEUED,
    )
    if known.seconds:
        _not_asked_yet(row)
    with refusals_told(errand_asked_once=_("同样的事项已经提出，正等另一人复核")):
        row.save()
    if not known.seconds:
        _queue(row)
    _record(user, row, "ask_errand")
    return row


@transaction.atomic
def second(*, by: Any, errand: Errand, on: date) -> Errand:
    """Agree as the second person (复核同意); the worker then does it in both names.

    Raises:
        PaymentProblem: `by_two` for whoever asked, `no_power`, `errand_decided`.
    """
    row = _waiting(errand)
    user = signer(by, KINDS[row.kind].seconds, row.division, on)
    if user.pk == row.asked_by_id:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    row.seconded_by, row.seconded_at, row.state = user, timezone.now(), Errand.State.QUEUED
    row.save()
    _queue(row)
    _record(user, row, "second_errand")
    return row


@transaction.atomic
def decline(*, by: Any, errand: Errand, on: date, reason: str) -> Errand:
    """Do not agree, with the reason (复核不同意); whoever asked may ask anew."""
    row = _waiting(errand)
    user = signer(by, KINDS[row.kind].seconds, row.division, on)
    if user.pk == row.asked_by_id:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明不同意的理由"))
    row.seconded_by, row.seconded_at = user, timezone.now()
    row.state, row.told, row.done_at = Errand.State.DECLINED, reason.strip()[:400], timezone.now()
    row.save()
    _record(user, row, "decline_errand", reason)
    return row


@transaction.atomic
def withdraw(*, by: Any, errand: Errand, on: date) -> Errand:
    """Take back what one asked for, before another agreed (撤回)."""
    row = _waiting(errand)
    user = signer(by, KINDS[row.kind].asks, row.division, on)
    if user.pk != row.asked_by_id:
        raise PaymentProblem("no_power", _("只有提出的人可以撤回"))
    row.state, row.done_at = Errand.State.WITHDRAWN, timezone.now()
    row.save()
    _record(user, row, "withdraw_errand")
    return row


def carry_out(*, errand: int, on: date, at: datetime) -> Errand:
    """What the worker does: once, and what came of it is kept with the errand for whoever asked."""
    kind = _kind(Errand.objects.get(pk=errand).kind)
    if kind.commits:
        row = Errand.objects.get(pk=errand)
        return _carried(row, kind, on, at) if row.state == Errand.State.QUEUED else row
    with transaction.atomic():
        row = Errand.objects.select_for_update().get(pk=errand)
        return _carried(row, kind, on, at) if row.state == Errand.State.QUEUED else row


def _carried(row: Errand, kind: Kind, on: date, at: datetime) -> Errand:
    try:
        if kind.commits:
            told, result = kind.does(row, on, at)
        else:
            with transaction.atomic():
                told, result = kind.does(row, on, at)
        row.state = Errand.State.DONE
    except PaymentProblem as problem:
        told, result = str(problem), {"code": problem.code}
        if isinstance(problem, FileProblem):
            lines = [{"line": one.line, "words": one.words} for one in problem.lines[:MOST]]
            result |= {"lines": lines, "lines_number": len(problem.lines)}
        row.state = Errand.State.REFUSED
    row.told, row.result, row.done_at = told[:400], result, timezone.now()
    row.save()
    return row


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise PaymentProblem("errand_unknown", _("没有这种资金事项"))
    return KINDS[key]


def _not_asked_yet(row: Errand) -> None:
    """The unique constraint takes unset keys for different; here they are the same."""
    waiting = Errand.objects.filter(
        kind=row.kind, division=row.division, run=row.run, subject=row.subject, state=Errand.State.ASKED
    )
    if any(one.values == row.values for one in waiting):
        raise PaymentProblem("errand_asked_once", _("同样的事项已经提出，正等另一人复核"))


def _waiting(errand: Errand) -> Errand:
    row = Errand.objects.select_for_update(of=("self",)).get(pk=errand.pk)
    if row.state != Errand.State.ASKED:
        raise PaymentProblem("errand_decided", _("这一项已经有了结果，请刷新页面"))
    return row


def _queue(row: Errand) -> None:
    app.configure_task(JOB).defer(errand=row.pk)


def _record(user: Any, row: Errand, act: str, reason: str = "") -> None:
    after = {"kind": row.kind, "state": row.state, "run": row.run_id, "subject": row.subject}
    audit.record(
        by=user,
        act=f"payments.{act}",
        subject=row,
        after=after,
        reason=reason,
        division=row.division,
    )
