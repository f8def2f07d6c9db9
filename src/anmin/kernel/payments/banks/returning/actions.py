"""Take answers in (回盘): matched line by line by key, or quarantined whole with every reason; never half.

An answer that is here already changes nothing. A line becomes paid or returned only by a `ReturnLine`; unknown stays
unknown until an answer says otherwise.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.contents import Contents, FileProblem, Values, read_file
from anmin.kernel.payments.banks.layouts import Form, form_named
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile, ReturnLine
from anmin.kernel.payments.banks.ports.choosing import ports
from anmin.kernel.payments.banks.returning.matching import apply, books_beside
from anmin.kernel.payments.banks.storage import content_of, keep
from anmin.kernel.payments.ledger.queries import is_closed
from anmin.kernel.payments.parties import APPROVE, PREPARE, must, signer
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.actions import open_again
from anmin.kernel.payments.runs.models import PayRun

RELEASABLE = frozenset({"period_closed", "run_closed", "paid_after_return"})
MOST_REASONS = 200
WHOLE = "99"
"""The code of a file that was refused as a whole."""


@dataclass(frozen=True)
class Reason:
    """Why a file is quarantined: the line (0 for the file), a word for programs, a sentence without names."""

    line: int
    code: str
    words: str


@transaction.atomic
def receive(*, by: Any, form: str, division: str, name: str, content: bytes, on: date) -> ReturnFile:
    """Take a return file in (接收回盘). The same content again is the file that is there.

    The row says what became of it: `matched`, or `quarantined` with `reasons`. Nothing of a quarantined file counts.
    """
    must(by, PREPARE, division, on)
    told = form_named(form)
    digest = hashlib.sha256(content).hexdigest()
    if (known := ReturnFile.objects.filter(sha256=digest).first()) is not None:
        return known
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
    with refusals_told(kernel_returnfile_sha256=_("同一个回盘文件正在由别人导入")):
        row.save()
    keep(row, content)
    row.save()
    contents, reasons = _looked_at(told, row, content, on)
    if contents is not None and not reasons:
        row.state = ReturnFile.State.MATCHED
        _take(by, row, told, contents, row.day or on)
    row.reasons = [vars(reason) for reason in reasons[:MOST_REASONS]]
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
    contents, reasons = _looked_at(form, row, content_of(row), on)
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
    *, by: Any, beside: User, order: PayFileLine, status: str, code: str, document: str, on: date
) -> ReturnFile:
    """Note what a bank says in writing of one order that stays unknown (凭书面答复登记), by two people.

    Raises:
        PaymentProblem: `by_two`, `no_reason`, `order_answered`, `status`.
    """
    file = PayFile.objects.select_related("run").get(pk=order.file_id)
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
    made = _answer_of_our_own(user, file, "paper", [(row, status, code)], on)
    after = {"order": row.key, "status": status, "beside": beside.pk}
    _record(user, made, "settle_by_paper", after, document)
    return made


def return_whole(*, by: Any, file: PayFile, on: date) -> ReturnFile:
    """Every order of a file that the bank refused comes back; the refusal is the evidence."""
    orders = file.lines.filter(state__in=["waiting", "unknown"])
    made = _answer_of_our_own(by, file, "receipt", [(row, "returned", WHOLE) for row in orders], on)
    _record(signature(by), made, "receive_return", {"lines": made.lines_number, "state": made.state})
    return made


def _looked_at(form: Form, row: ReturnFile, content: bytes, on: date) -> tuple[Contents | None, list[Reason]]:
    """What the file says and everything that speaks against it."""
    try:
        contents = read_file(form, form.back, content)
    except FileProblem as trouble:
        return None, [Reason(one.line, one.code, one.words) for one in trouble.lines]
    batch = str(contents.head["batch"])
    number, _dash, last = batch.rpartition("-")
    file = None
    if last.isdigit():
        found = PayFile.objects.filter(run__number=number, number=int(last), division=row.division)
        file = found.select_related("run").first()
    if file is None or file.form != form.key:
        words = _("批次号“%(batch)s”不是本单位发给这家银行的，是别处的文件") % {"batch": batch}
        return contents, [Reason(0, "foreign", words)]
    row.file, row.day = file, contents.head["day"]
    row.lines_number, row.fen = len(contents.lines), sum(line["fen"] for line in contents.lines)
    return contents, [*_against_the_file(file, row.day, on), *_against_lines(form, file, contents)]


def _against_the_file(file: PayFile, day: date, on: date) -> list[Reason]:
    found = []
    if file.state in (PayFile.State.MADE,):
        found.append(Reason(0, "not_sent", _("这个代发文件还没有送出，不应有回盘")))
    if file.run.state == PayRun.State.CLOSED:
        found.append(
            Reason(
                0,
                "run_closed",
                _("批次已办结；向银行核实后由另一人放行，记在今天所在的月份，再重发或不再发放"),
            )
        )
    if day > on or day < file.made_on:
        found.append(Reason(0, "day", _("记账日期 %(day)s 早于发送或晚于今天") % {"day": day}))
    elif any(is_closed(book, day) for book in (file.division, *books_beside(file))):
        words = _("记账日期 %(day)s 所在月份已结账，不能再入账；核实后可记在今天") % {"day": day}
        found.append(Reason(0, "period_closed", words))
    return found


@dataclass(slots=True)
class _Sent:
    """An order as it was sent: what an answer to it must say, and where it and its line stand."""

    seq: int
    fen: int
    state: str
    line: int
    line_state: str
    account: int | None
    holder: bytes | None

    def is_to(self, holder: str) -> bool:
        """Whether the account is in this name."""
        if self.account is None or self.holder is None:
            return False
        return bool(PayeeAccount._meta.get_field("holder").opened(self.holder, self.account) == holder)


def _sent(file: PayFile) -> dict[str, _Sent]:
    told = ("seq", "fen", "state", "pay_line", "pay_line__state", "account", "account__holder")
    return {key: _Sent(*row) for key, *row in file.lines.values_list("key", *told)}


def _against_lines(form: Form, file: PayFile, contents: Contents) -> list[Reason]:
    orders = _sent(file)
    times = Counter(line["key"] for line in contents.lines)
    found = []
    for place, line in enumerate(contents.lines, start=1):
        code = _trouble(form, orders.get(line["key"]), line, times[line["key"]])
        if code:
            found.append(Reason(place, code, _("第 %(n)d 行：") % {"n": place} + WORDS[code]()))
    found.extend(_paid_after_all(form, orders, contents))
    return sorted(found, key=lambda reason: reason.line)


def _paid_after_all(form: Form, orders: dict[str, _Sent], contents: Contents) -> list[Reason]:
    """Lines that are said to be paid after they were said to have come back."""
    suspects = [
        (place, orders[line["key"]])
        for place, line in enumerate(contents.lines, start=1)
        if line["key"] in orders
        and form.statuses.get(line["status"]) == "paid"
        and orders[line["key"]].state == "returned"
    ]
    lines = {order.line for _place, order in suspects}
    live = PayFileLine.objects.filter(pay_line__in=lines, state__in=PayFileLine.LIVE)
    again = set(live.values_list("pay_line", flat=True))
    found = []
    for place, order in suspects:
        is_gone = order.line in again or order.line_state == "excluded"
        code = "paid_after_reissue" if is_gone else "paid_after_return"
        found.append(Reason(place, code, _("第 %(n)d 行：") % {"n": place} + WORDS[code]()))
    return found


def _trouble(form: Form, order: _Sent | None, line: Values, times: int) -> str:
    if order is None:
        return "key"
    if times > 1:
        return "twice"
    if line["fen"] != order.fen:
        return "amount"
    if line["status"] not in form.statuses:
        return "status"
    if "holder" in line and not order.is_to(line["holder"]):
        return "holder"
    if "seq" in line and line["seq"] != order.seq:
        return "seq"
    if form.statuses[line["status"]] == "returned" and not line.get("code"):
        return "no_code"
    return ""


WORDS = {
    "key": lambda: _("指令号不是这个文件里的"),
    "twice": lambda: _("同一笔出现了两次"),
    "amount": lambda: _("金额与发出的不符"),
    "status": lambda: _("结果代码不认识"),
    "holder": lambda: _("户名与发出的不符（也可能是编码被改过）"),
    "seq": lambda: _("序号与发出的不符"),
    "no_code": lambda: _("退票没有原因代码"),
    "paid_after_return": lambda: _("银行先说退票，现在说到账，须由两人核实"),
    "paid_after_reissue": lambda: _("已退票并重发（或放弃）的一笔，银行又说到账，可能多付，请立即与银行核实"),
}


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
    by: Any, file: PayFile, form: str, answers: list[tuple[PayFileLine, str, str]], on: date
) -> ReturnFile:
    """An answer that came otherwise than as a file: its lines are the same evidence."""
    text = "\n".join(f"{row.key}|{status}|{code}|{on}" for row, status, code in answers)
    row = ReturnFile(
        file=file,
        division=file.division,
        bank=file.bank,
        form=form,
        name=f"{form}-{file.pk}",
        sha256=hashlib.sha256(f"{form}|{file.pk}|{text}".encode()).hexdigest(),
        state=ReturnFile.State.MATCHED,
        day=on,
        posted_on=on,
        lines_number=len(answers),
        fen=sum(order.fen for order, _status, _code in answers),
        received_by=str(signature(by))[:60],
        receiver=user_of(by),
    )
    row.save()
    ReturnLine.objects.bulk_create(
        ReturnLine(return_file=row, order=order, status=status, code=code, fen=order.fen, on=on)
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
