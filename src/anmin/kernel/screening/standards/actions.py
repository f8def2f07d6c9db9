"""Propose a value of a rate, confirm or decline it as a second person, take it back before its day; lay the list out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.screening.rulebooks import rulebook
from anmin.kernel.screening.standards import published, queries
from anmin.kernel.screening.standards.models import StandardChange
from anmin.policy.errors import PolicyError
from anmin.policy.rates import Rate, rate_value

PROPOSE, CONFIRM = "rules.propose", "rules.confirm"
JOB = "standards.effects"
State = StandardChange.State


class StandardProblem(ValueError):
    """Why a standard cannot be proposed, confirmed or taken back; `field` names what was written wrong, if anything."""

    def __init__(self, code: str, words: str, field: str = "") -> None:
        self.code, self.field = code, field
        super().__init__(words)


def propose(
    *,
    by: Any,
    rate: str,
    division: str,
    first_day: date,
    urban: str,
    law: str,
    on: date,
    rural: str = "",
    last_day: date | None = None,
    note: str = "",
) -> StandardChange:
    """Propose a value as people write it, money in yuan (提出新标准); `rural` is as `urban` where it is empty.

    Nothing counts before another person confirms it. What it would bring is calculated by the worker.

    Raises:
        StandardProblem: `no_power`, `rate_unknown`, `value`, `days`, `no_document`, `twice`.
    """
    user = _may(by, PROPOSE, division, on)
    known = rulebook().rates.rates.get(rate)
    if known is None or known not in queries.changeable([known]):
        raise StandardProblem("rate_unknown", _("没有这项标准，请重新选择"), "rate")
    if last_day is not None and last_day < first_day:
        raise StandardProblem("days", _("执行到的日子早于起始日"), "last_day")
    if not law.strip():
        raise StandardProblem("no_document", _("请写明公布新标准的文件和文号"), "law")
    row = StandardChange(
        rate=rate,
        division=division,
        first_day=first_day,
        last_day=last_day,
        urban=_value(known, urban, "urban"),
        rural=_value(known, rural or urban, "rural"),
        law=law.strip()[:200],
        note=note.strip()[:200],
        proposed_by=user,
    )
    try:
        with transaction.atomic():
            row.save()
            _record(user, row, "screening.propose_standard")
            app.configure_task(JOB).defer(change=row.pk)
    except IntegrityError as trouble:
        if "standard_once_a_day" not in str(trouble):
            raise
        words = _("这里同一天起已经有一条，待确认或已确认；请先处理那一条")
        raise StandardProblem("twice", words, "first_day") from trouble
    return row


def confirm(*, by: Any, change: StandardChange, on: date) -> StandardChange:
    """Confirm as the second person (确认): from its first day on every calculation takes it, and no earlier day changes.

    Raises:
        StandardProblem: `no_power`, `by_two` for whoever proposed it, `moved` where somebody decided it meanwhile.
    """
    with transaction.atomic():
        row, user = _decided(by, change, State.CONFIRMED, on)
        _record(user, row, "screening.confirm_standard")
        transaction.on_commit(lay_out)
    return row


def decline(*, by: Any, change: StandardChange, reason: str, on: date) -> StandardChange:
    """Do not agree, with the reason (不同意).

    Raises:
        StandardProblem: as `confirm`, and `no_reason`.
    """
    if not reason.strip():
        raise StandardProblem("no_reason", _("请写明理由"), "reason")
    with transaction.atomic():
        row, user = _decided(by, change, State.DECLINED, on, reason)
        _record(user, row, "screening.decline_standard")
    return row


def withdraw(*, by: Any, change: StandardChange, reason: str, on: date) -> StandardChange:
    """Take a standard back (撤回): who proposed it while it waits; another person once confirmed, before its first day.

    Raises:
        StandardProblem: `no_power`, `by_two`, `no_reason`, `in_force` from its first day on, `moved`.
    """
    if not reason.strip():
        raise StandardProblem("no_reason", _("请写明理由"), "reason")
    with transaction.atomic():
        row = StandardChange.objects.select_for_update().get(pk=change.pk)
        was = row.state
        user = _may(by, PROPOSE if was == State.PROPOSED else CONFIRM, row.division, on)
        if was not in (State.PROPOSED, State.CONFIRMED):
            raise StandardProblem("moved", _("这条已经处理过，请刷新页面"))
        if was == State.CONFIRMED and user.pk == row.proposed_by_id:
            raise StandardProblem("by_two", _("已确认的标准须由提出人以外的人撤回"))
        if was == State.CONFIRMED and row.first_day <= on:
            raise StandardProblem("in_force", _("已经执行的标准不能撤回；要改，请提出新的一条"))
        row.state, row.withdrawn_by, row.withdrawn_at = State.WITHDRAWN, user, timezone.now()
        row.reason = reason.strip()[:200]
        row.save()
        _record(user, row, "screening.withdraw_standard")
        transaction.on_commit(lay_out)
    return row


def lay_out() -> int:
    """Write what counts where the rules read it; the same again changes nothing. Gives the version; 0 where nothing ever counted."""
    number = queries.version()
    if number or published.newest() is not None:
        published.write(number, queries.confirmed())
    return number


def is_laid_out() -> bool:
    """Whether the rules read what the database says."""
    path, number = published.newest(), queries.version()
    if path is None:
        return number == 0
    try:
        return int(path.stem) == number and published.read(path) == queries.confirmed()
    except (PolicyError, ValueError):
        return False


def _decided(
    by: Any, change: StandardChange, state: State, on: date, reason: str = ""
) -> tuple[StandardChange, User]:
    row = StandardChange.objects.select_for_update().get(pk=change.pk)
    user = _may(by, CONFIRM, row.division, on)
    if row.state != State.PROPOSED:
        raise StandardProblem("moved", _("这条已经处理过，请刷新页面"))
    if user.pk == row.proposed_by_id:
        raise StandardProblem("by_two", _("须由提出人以外的人确认"))
    row.state, row.decided_by, row.decided_at = state, user, timezone.now()
    row.reason = reason.strip()[:200]
    row.save()
    return row, user


def _may(by: Any, power: str, division: str, on: date) -> User:
    user = user_of(by)
    if user is None or not reader_for(user, on).may(power, division):
        raise StandardProblem("no_power", _("您的岗位在这个地方没有这项权限"), "division")
    return user


def _value(rate: Rate, written: str, field: str) -> int:
    try:
        value = rate_value(rate, written.strip().replace(",", "").replace("，", ""), rate.title)
    except PolicyError as trouble:
        raise StandardProblem("value", _("要写成数字，例如 940 或 940.50"), field) from trouble
    if not isinstance(value, int) or not 0 <= value < 10**12:
        raise StandardProblem("value", _("数字太大，或者是负数，请检查"), field)
    return value


def _record(user: User, row: StandardChange, act: str) -> None:
    after = {"rate": row.rate, "from": row.first_day, "urban": row.urban, "rural": row.rural, "law": row.law}
    audit.record(
        by=user,
        act=act,
        subject=row,
        after=after | {"until": row.last_day, "state": row.state},
        reason=row.reason,
        division=row.division,
    )
