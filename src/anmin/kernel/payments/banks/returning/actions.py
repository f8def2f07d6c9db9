"""Take answers in (回盘): matched line by line by key, or quarantined whole with every reason; never half.

An answer that is here already changes nothing. A line becomes paid or returned only by a `ReturnLine`; unknown stays
unknown until an answer says otherwise.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.contents import Contents
from anmin.kernel.payments.banks.layouts import Form, form_named
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile, ReturnLine
from anmin.kernel.payments.banks.ports.choosing import ports
from anmin.kernel.payments.banks.returning.looking import RELEASABLE, Reason, looked_at
from anmin.kernel.payments.banks.returning.matching import apply
from anmin.kernel.payments.banks.storage import content_of, keep
from anmin.kernel.payments.ledger.queries import is_closed
from anmin.kernel.payments.parties import APPROVE, PREPARE, must, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.actions import open_again
from anmin.kernel.payments.runs.models import PayRun

MOST_REASONS = 200
WHOLE = "99"
"""The code of a file that was refused as a whole."""


@transaction.atomic
def receive(*, by: Any, form: str, division: str, name: str, content: bytes, on: date) -> ReturnFile:
    """Take a return file in (接收回盘). The same content again is the file that is there, and counts once.

    The row says what became of it: `matched`, or `quarantined` with `reasons`. Nothing of a quarantined file counts;
    handed in again while nobody has decided about it, it is looked at anew: what it waited for may have come.
    """
    must(by, PREPARE, division, on)
    told = form_named(form)
    digest = hashlib.sha256(content).hexdigest()
    same = ReturnFile.objects.filter(division=division, form=form, sha256=digest)
    if (known := same.select_for_update().first()) is not None:
        return _weighed(by, known, told, content, on) if known.state == "quarantined" else known
    row = ReturnFile(
        division=division,
        bank=told.bank,
        form=form,
        name=name[-100:],
        sha256=digest,
        received_by=str(signature(by))[:60],
        receiver=user_of(by),
        state=ReturnFile.State.QUARANTINED,
    )
    with refusals_told(return_file_once=_("同一个回盘文件正在由别人导入")):
        row.save()
    keep(row, content)
    row.save()
    return _weighed(by, row, told, content, on)


def _weighed(by: Any, row: ReturnFile, form: Form, content: bytes, on: date) -> ReturnFile:
    """Let a file count that nothing speaks against, or note what does."""
    contents, reasons = looked_at(form, row, content, on)
    told = [vars(reason) for reason in reasons[:MOST_REASONS]]
    if told and told == row.reasons:
        return row
    if contents is not None and not reasons:
        row.state = ReturnFile.State.MATCHED
        _take(by, row, form, contents, row.day or on)
    row.reasons = told
    row.save()
    after = {"state": row.state, "lines": row.lines_number, "fen": row.fen, "reasons": _counted(reasons)}
    _record(signature(by), row, "receive_return", after)
    return row


def collect(*, by: Any, on: date) -> list[ReturnFile]:
    """Take in every return that lies in an exchange folder (收取回盘); those that are here already change nothing."""
    found = []
    for form, division, port in ports():
        for name, content in port.collect():
            found.append(receive(by=by, form=form.key, division=division, name=name, content=content, on=on))
    return found


@transaction.atomic
def release(*, by: Any, return_file: ReturnFile, on: date, reason: str) -> ReturnFile:
    """Let a quarantined file count after all (核实后入账), posted today, by another than who received it.

    Only where the file itself is sound: its month or its run was closed, or it says paid where an earlier one said
    returned. A closed run opens again until what came back is paid or given up; the closed months stay as they are.

    Raises:
        PaymentProblem: `not_releasable`, `by_two`, `no_reason`.
    """
    row, user = _decided(by, return_file, on, reason)
    if row.receiver_id == user.pk:
        raise PaymentProblem("by_two", _("接收的人不能自己放行，请由另一人核实"))
    form = form_named(row.form)
    contents, reasons = looked_at(form, row, content_of(row), on)
    if contents is None or {one.code for one in reasons} - RELEASABLE:
        raise PaymentProblem("not_releasable", _("文件本身有错，不能放行；请作废后向银行索取正确的回盘文件"))
    if is_closed(row.division, on):
        raise PaymentProblem("period_closed", _("今天所在的月份也已结账，请先反结账"))
    row.state = ReturnFile.State.RELEASED
    row.save()
    if row.file is not None and row.file.run.state == PayRun.State.CLOSED:
        open_again(by=user, run=row.file.run, on=on, reason=reason)
    _take(user, row, form, contents, on)
    row.save()
    _record(user, row, "release_return", {"lines": row.lines_number, "fen": row.fen}, reason)
    return row


@transaction.atomic
def reject(*, by: Any, return_file: ReturnFile, on: date, reason: str) -> ReturnFile:
    """Throw a quarantined file out for good (作废); it stays with its reasons, and counts for nothing."""
    row, user = _decided(by, return_file, on, reason)
    row.state = ReturnFile.State.REJECTED
    row.save()
    _record(user, row, "reject_return", {}, reason)
    return row


@transaction.atomic
def settle_by_paper(
    *,
    by: Any,
    beside: User,
    order: PayFileLine,
    status: str,
    code: str,
    document: str,
    on: date,
    day: date | None = None,
) -> ReturnFile:
    """Note what a bank says in writing of one order that stays unknown (凭书面答复登记), by two people.

    `day` is the day on which the bank booked it, by its letter: on that day's statement it stands. It is posted today.

    Raises:
        PaymentProblem: `by_two`, `no_reason`, `order_answered`, `status`, `day`.
    """
    file = PayFile.objects.select_related("run").select_for_update(of=("self",)).get(pk=order.file_id)
    user = signer(by, PREPARE, file.division, on)
    must(beside, APPROVE, file.division, on)
    if user == beside:
        raise PaymentProblem("by_two", _("须由两人办理，请另一人复核"))
    if not document.strip():
        raise PaymentProblem("no_reason", _("请写明银行书面答复的文号"))
    row = PayFileLine.objects.select_for_update().get(pk=order.pk)
    if row.state not in ("waiting", "unknown"):
        raise PaymentProblem("order_answered", _("银行已经答复过这一笔"))
    if status not in ("paid", "returned"):
        raise PaymentProblem("status", _("只能登记到账或退票"))
    booked = day or on
    if not file.made_on <= booked <= on:
        raise PaymentProblem("day", _("银行记账日期不能早于出文件的那天，也不能晚于今天"))
    made = _answer_of_our_own(user, file, "paper", [(row, status, code)], on, booked)
    after = {"order": row.key, "status": status, "beside": beside.pk}
    _record(user, made, "settle_by_paper", after, document)
    return made


def return_whole(*, by: Any, file: PayFile, on: date) -> ReturnFile:
    """Every order of a file that the bank refused comes back; the refusal is the evidence."""
    orders = file.lines.filter(state__in=["waiting", "unknown"])
    made = _answer_of_our_own(by, file, "receipt", [(row, "returned", WHOLE) for row in orders], on, on)
    _record(signature(by), made, "receive_return", {"lines": made.lines_number, "state": made.state})
    return made


ANSWERS = """
INSERT INTO kernel_returnline (return_file_id, "on", order_id, status, code, fen)
SELECT %s, %s, placed.id, said.status, said.code, said.fen
FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[]) WITH ORDINALITY AS said(key, status, code, fen, place)
JOIN kernel_payfileline AS placed ON placed.file_id = %s AND placed.key = said.key ORDER BY said.place
"""


def _take(by: Any, row: ReturnFile, form: Form, contents: Contents, posted_on: date) -> None:
    assert row.file is not None and row.day is not None
    said = [
        (line["key"], form.statuses[line["status"]], line.get("code", ""), line["fen"])
        for line in contents.lines
    ]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*said, strict=True)]
        cursor.execute(ANSWERS, [row.pk, row.day, *columns, row.file.pk])
        if cursor.rowcount != len(said):
            raise AssertionError("every line that was looked at has its order")
    row.posted_on = posted_on
    apply(by=by, return_file=row, file=row.file, posted_on=posted_on)


def _answer_of_our_own(
    by: Any, file: PayFile, form: str, answers: list[tuple[PayFileLine, str, str]], on: date, day: date
) -> ReturnFile:
    """An answer that came otherwise than as a file, booked by the bank on a day: its lines are the same evidence."""
    text = "\n".join(f"{row.key}|{status}|{code}|{on}" for row, status, code in answers)
    row = ReturnFile(
        file=file,
        division=file.division,
        bank=file.bank,
        form=form,
        name=f"{form}-{file.pk}",
        sha256=hashlib.sha256(f"{form}|{file.pk}|{text}".encode()).hexdigest(),
        state=ReturnFile.State.MATCHED,
        day=day,
        posted_on=on,
        lines_number=len(answers),
        fen=sum(order.fen for order, _status, _code in answers),
        received_by=str(signature(by))[:60],
        receiver=user_of(by),
    )
    row.save()
    ReturnLine.objects.bulk_create(
        ReturnLine(return_file=row, order=order, status=status, code=code, fen=order.fen, on=day)
        for order, status, code in answers
    )
    apply(by=by, return_file=row, file=file, posted_on=on)
    return row


def _decided(by: Any, return_file: ReturnFile, on: date, reason: str) -> tuple[ReturnFile, User]:
    row = ReturnFile.objects.select_for_update().get(pk=return_file.pk)
    user = signer(by, PREPARE, row.division, on)
    if row.state != ReturnFile.State.QUARANTINED:
        raise PaymentProblem("not_quarantined", _("这个文件不在隔离区"))
    if not reason.strip():
        raise PaymentProblem("no_reason", _("请写明核实的情况"))
    row.decided_by, row.decided_at = user, timezone.now()
    return row, user


def _counted(reasons: list[Reason]) -> dict[str, int]:
    return dict(Counter(reason.code for reason in reasons))


def _record(by: Any, row: ReturnFile, act: str, after: dict[str, Any], reason: str = "") -> None:
    audit.record(by=by, act=f"payments.{act}", subject=row, after=after, reason=reason, division=row.division)
