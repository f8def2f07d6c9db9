"""Send a list in, propose it, confirm it as somebody else, take its rows over chunk by chunk, withdraw it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, reader_for, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.takeover.finding import Claim, claims_of, found
from anmin.kernel.cases.takeover.judging import Judge
from anmin.kernel.cases.takeover.measuring import Measure, Measured
from anmin.kernel.cases.takeover.models import TakeoverBatch, TakeoverRow
from anmin.kernel.cases.takeover.reading import Given, Unread, rows_of
from anmin.kernel.cases.takeover.spreading import SPREAD
from anmin.kernel.cases.takeover.writing.actions import write
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.entitlements.takingover.actions import give_back
from anmin.kernel.facts.intake.cells import Trouble
from anmin.kernel.payments.payees.models import PayeeAccount

PROPOSE, CONFIRM, READ = "takeover.propose", "takeover.confirm", "takeover.read"
JOB = "cases.takeover"
CHUNK = 500
"""Rows that are taken over in one transaction: what a crash can undo."""
READ_AT_ONCE = 1_000


class TakeoverProblem(ValueError):
    """Something that cannot be done with a list; `code` is stable, the message says why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def take_list(
    *,
    by: Any,
    division: str,
    path: Path,
    name: str,
    on: date,
    corrects: TakeoverBatch | None = None,
    most: int | None = None,
) -> TakeoverBatch:
    """Check a list (检查清单): every row is accepted or comes back with column, code and reason. Nobody is granted anything.

    The same content for the same place a second time changes nothing: the batch that is there is given back.

    Raises:
        TakeoverProblem: `no_power`, `too_many` rows for where it is sent, `empty`, `at_once` beside another list.
        PolicyError: when the file is no list.
    """
    user = _person(by, PROPOSE, division, on)
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    former = _same(division, content)
    if former is not None:
        return former
    batch = TakeoverBatch(
        division=division,
        file_name=name[-200:],
        content=content,
        on=on,
        read=0,
        corrects=corrects,
        made_by=user,
    )
    measure = Measure(division, on)
    batch.run = None if measure.run is None else measure.run.pk
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        former = _same(division, content)
        if former is None:
            words = _("同样的清单已经由别人为这个地区发来，没有再收")
            raise TakeoverProblem("sent_already", words) from None
        return former
    judge = Judge(division, on, (user.pk,))
    counts = {"accepted": 0, "rejected": 0}
    for chunk in _chunks(rows_of(path, on), READ_AT_ONCE):
        batch.read += len(chunk)
        if most is not None and batch.read > most:
            words = _("一次最多 %(n)s 行；请按镇（街道）分成几份，或由系统管理员用 anmin takeover 导入")
            raise TakeoverProblem("too_many", words % {"n": f"{most:,}"})
        rows = _checked(batch, chunk, judge, measure)
        for row in rows:
            counts["rejected" if row.state == TakeoverRow.State.REJECTED else "accepted"] += 1
        try:
            with transaction.atomic():
                TakeoverRow.objects.bulk_create(rows, batch_size=500)
        except IntegrityError as trouble:
            words = _("正好有人发来另一份清单，里面有同样的待遇；请再检查一次")
            raise TakeoverProblem("at_once", words) from trouble
    if not batch.read:
        raise TakeoverProblem("empty", _("清单里一行也没有；请按模板填写后再传"))
    batch.save(update_fields=["read"])
    _record(user, "cases.take_list", batch, {**counts, "read": batch.read})
    return batch


def _same(division: str, content: str) -> TakeoverBatch | None:
    rows = TakeoverBatch.objects.filter(division=division, content=content)
    return rows.exclude(state=TakeoverBatch.State.WITHDRAWN).first()


def _checked(
    batch: TakeoverBatch, chunk: Sequence[Given | Unread], judge: Judge, measure: Measure
) -> list[TakeoverRow]:
    given = [one for one in chunk if isinstance(one, Given)]
    rows = [_rejected(batch, one.row, one.cells, one.troubles) for one in chunk if isinstance(one, Unread)]
    claims: list[tuple[Given, Claim]] = []
    for one, claim in zip(given, found(given, batch.on), strict=True):
        if isinstance(claim, Trouble):
            rows.append(_rejected(batch, one.row, one.cells, (claim,)))
        else:
            claims.append((one, claim))
    verdicts = judge.judged([claim for _one, claim in claims])
    measured = measure.of([claim for _one, claim in claims])
    for (one, claim), trouble, said in zip(claims, verdicts, measured, strict=True):
        if trouble is not None:
            rows.append(_rejected(batch, one.row, one.cells, (trouble,)))
        else:
            rows.append(_accepted(batch, one, claim, said))
    return sorted(rows, key=lambda row: row.row)


def _rejected(
    batch: TakeoverBatch, number: int, cells: Sequence[str], troubles: Sequence[Trouble]
) -> TakeoverRow:
    first = troubles[0]
    said = "；".join(one.reason if one is first else f"{one.column}：{one.reason}" for one in troubles)
    return TakeoverRow(
        batch=batch,
        row=number,
        division=batch.division,
        state=TakeoverRow.State.REJECTED,
        given={"cells": list(cells), "reason": said},
        column=first.column[:40],
        code=first.code[:40],
        reason=_without_numbers(said, cells)[:300],
    )


def _without_numbers(said: str, cells: Sequence[str]) -> str:
    """A reason as it stands in clear: what a cell held that may be somebody's number or name stays sealed with the cells."""
    for cell in sorted({one for one in cells if len(one) >= 6}, key=len, reverse=True):
        said = said.replace(cell, "…")
    return said


def _accepted(batch: TakeoverBatch, one: Given, claim: Claim, said: Measured) -> TakeoverRow:
    account = one.account
    return TakeoverRow(
        batch=batch,
        row=one.row,
        division=claim.home.division,
        level=max(claim.level, 2),
        state=TakeoverRow.State.ACCEPTED,
        given={
            "cells": list(one.cells),
            "account": None
            if account is None
            else {
                "way": account.way,
                "bank": account.bank,
                "number": account.number,
                "holder": account.holder,
            },
        },
        household=claim.home,
        person=claim.person,
        receiver=claim.receiver,
        benefit=one.benefit,
        review_class=one.review_class,
        fen=one.fen,
        since=one.since,
        last_paid=one.last_paid,
        old_number=one.old_number,
        old_on=one.old_on,
        office=one.office,
        review_asked=one.review_asked,
        found=said.state(one.fen),
        found_fen=said.fen,
        missing=said.missing,
    )


@transaction.atomic
def propose(*, by: Any, batch: TakeoverBatch, on: date) -> TakeoverBatch:
    """Hand a checked list over to whoever confirms it (提交确认): the accepted rows as they are; the others stay behind.

    Raises:
        TakeoverProblem: `no_power`, `not_yours`, `moved_on`, `nothing_accepted`.
    """
    row = _held(batch, TakeoverBatch.State.CHECKED)
    user = _person(by, PROPOSE, row.division, on)
    if row.made_by_id != user.pk:
        raise TakeoverProblem("not_yours", _("这份清单由上传的人提交；您可以确认，不能代他提交"))
    if not row.rows.filter(state=TakeoverRow.State.ACCEPTED).exists():
        raise TakeoverProblem("nothing_accepted", _("没有一行通过检查；请改正退回的行再传"))
    row.state, row.proposed_at = TakeoverBatch.State.PROPOSED, timezone.now()
    row.save(update_fields=["state", "proposed_at"])
    _record(user, "cases.propose_takeover", row, {"state": row.state})
    return row


@transaction.atomic
def confirm(*, by: Any, batch: TakeoverBatch, on: date, queue: bool = True) -> TakeoverBatch:
    """Confirm the accepted rows of a list as somebody else (确认转入); the worker then takes them over, chunk by chunk.

    Rows of families of the one who confirms come back: somebody else takes them over.

    Raises:
        TakeoverProblem: `no_power`, `same_person`, `moved_on`.
    """
    row = _held(batch, TakeoverBatch.State.PROPOSED)
    user = _person(by, CONFIRM, row.division, on)
    if row.made_by_id == user.pk:
        raise TakeoverProblem("same_person", _("上传清单的人不能自己确认，请由另一人确认"))
    row.state, row.confirmed_by, row.confirmed_at = TakeoverBatch.State.CONFIRMED, user, timezone.now()
    row.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, {"batch": row.pk, "on": on})
    waiting = row.rows.filter(state=TakeoverRow.State.ACCEPTED).count()
    _record(user, "cases.confirm_takeover", row, {"state": row.state, "rows": waiting})
    if queue:
        app.configure_task(JOB, lock=f"{JOB}.{row.pk}").defer(batch=row.pk)
    return row


def carry_out(*, batch: int, on: date) -> TakeoverBatch:
    """Take over what waits of a confirmed list (转入), a transaction and an act for each chunk; begun again it goes on.

    What has come up against a row since the list was checked sends that row back; the others are taken over.
    """
    while _next_chunk(batch, on):
        pass
    return TakeoverBatch.objects.get(pk=batch)


@transaction.atomic
def _next_chunk(key: int, on: date) -> bool:
    """One chunk; False when nothing was left. Whoever comes second waits here, and finds what the first left."""
    batch = TakeoverBatch.objects.select_for_update(of=("self",)).get(pk=key)
    if batch.state != TakeoverBatch.State.CONFIRMED or batch.confirmed_by is None:
        return False
    rows = list(
        batch.rows.filter(state=TakeoverRow.State.ACCEPTED)
        .select_related("batch", "household", "person", "receiver")
        .order_by("row")[:CHUNK]
    )
    by = batch.confirmed_by
    if not rows:
        batch.state, batch.done_at = TakeoverBatch.State.DONE, timezone.now()
        batch.save(update_fields=["state", "done_at"])
        _record(by, "cases.takeover_done", batch, _sums(batch))
        return False
    judge = Judge(batch.division, on, (batch.made_by_id, by.pk), apart=batch.pk)
    good: list[TakeoverRow] = []
    for row, trouble in zip(rows, judge.judged(claims_of(rows)), strict=True):
        if trouble is None:
            good.append(row)
            continue
        row.state = TakeoverRow.State.REJECTED
        row.column, row.code = trouble.column[:40], trouble.code[:40]
        row.given = {**row.given, "reason": trouble.reason}
        row.reason = _without_numbers(trouble.reason, row.given["cells"])[:300]
        row.save(update_fields=["state", "column", "code", "reason", "given"])
    write(batch, good, on)
    after = {
        "first_row": rows[0].row,
        "last_row": rows[-1].row,
        "taken": len(good),
        "rejected": len(rows) - len(good),
        "fen": sum(row.fen or 0 for row in good),
    }
    _record(by, "cases.take_over", batch, after)
    return True


@transaction.atomic
def withdraw(*, by: Any, batch: TakeoverBatch, on: date, reason: str) -> TakeoverBatch:
    """Take a list back (撤回): whoever sent it or may confirm it, before any payment or review rests on what it began.

    Raises:
        TakeoverProblem: `no_power`, `no_reason`, `moved_on`, `rests_on_it`.
    """
    row = _held(batch, *(one for one in TakeoverBatch.State if one != TakeoverBatch.State.WITHDRAWN))
    counts_already = row.state in (TakeoverBatch.State.CONFIRMED, TakeoverBatch.State.DONE)
    user = user_of(by)
    power = PROPOSE if user is not None and user.pk == row.made_by_id and not counts_already else CONFIRM
    user = _person(by, power, row.division, on)
    if not reason.strip():
        raise TakeoverProblem("no_reason", _("请写明撤回的理由"))
    taken = row.rows.filter(state=TakeoverRow.State.TAKEN, entitlement__isnull=False)
    keys = list(taken.values_list("entitlement", flat=True))
    accounts = list(taken.filter(account__isnull=False).values_list("account", flat=True))
    words = _("转入撤回：%(reason)s") % {"reason": reason.strip()}
    try:
        number = give_back(by=user, entitlements=keys, on=on, reason=words) if keys else 0
    except EntitlementProblem as problem:
        raise TakeoverProblem("rests_on_it", str(problem)) from problem
    row.rows.exclude(state=TakeoverRow.State.REJECTED).update(state=TakeoverRow.State.WITHDRAWN)
    PayeeAccount.objects.filter(pk__in=accounts).delete()
    row.state, row.withdrawn_by, row.withdrawn_at = TakeoverBatch.State.WITHDRAWN, user, timezone.now()
    row.reason = reason.strip()
    row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "reason"])
    _record(user, "cases.withdraw_takeover", row, {"state": row.state, "given_back": number}, reason)
    return row


def _held(batch: TakeoverBatch, *states: str) -> TakeoverBatch:
    row = TakeoverBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if row.state not in states:
        words = _("这份清单现在是“%(state)s”，不能这样办理；请刷新页面") % {"state": row.get_state_display()}
        raise TakeoverProblem("moved_on", words)
    return row


def _person(by: Any, power: str, division: str, on: date) -> User:
    user = user_of(by)
    if user is None:
        raise TakeoverProblem("not_a_person", _("提交和确认只能由工作人员本人办理"))
    reader = by if isinstance(by, Reader) else reader_for(user, on)
    if not reader.may(power, division):
        raise TakeoverProblem("no_power", _("您的岗位在这个地区不能这样办理，请由有权限的人员办理"))
    return user


def _sums(batch: TakeoverBatch) -> dict[str, int]:
    rows = batch.rows.filter(state=TakeoverRow.State.TAKEN).values_list("fen", flat=True)
    return {"taken": len(rows), "fen": sum(fen or 0 for fen in rows)}


def _record(by: User, act: str, batch: TakeoverBatch, after: dict[str, Any], reason: str = "") -> None:
    audit.record(by=by, act=act, subject=batch, after=after, reason=reason, division=batch.division)


def _chunks(rows: Iterable[Given | Unread], size: int) -> Iterator[list[Given | Unread]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
