"""What speaks against an answer (回盘核对): its file, its day, and every line beside the order that it is about."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.payments.banks.contents import Contents, FileProblem, Values, read_file
from anmin.kernel.payments.banks.layouts import Form
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile
from anmin.kernel.payments.banks.returning.matching import books_beside
from anmin.kernel.payments.ledger.queries import is_closed
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.runs.models import PayRun

RELEASABLE = frozenset({"period_closed", "run_closed", "paid_after_return", "returned_before_paid"})
"""What another person may let pass: the file itself is sound."""
LONGEST_CODE = 20
NUMBERED = re.compile(r"[0-9]{2,4}")


@dataclass(frozen=True)
class Reason:
    """Why a file is quarantined: the line (0 for the file), a word for programs, a sentence without names."""

    line: int
    code: str
    words: str


def looked_at(form: Form, row: ReturnFile, content: bytes, on: date) -> tuple[Contents | None, list[Reason]]:
    """What the file says and everything that speaks against it."""
    try:
        contents = read_file(form, form.back, content)
    except FileProblem as trouble:
        return None, [Reason(one.line, one.code, one.words) for one in trouble.lines]
    batch = str(contents.head["batch"])
    file = _file_of(batch, row.division)
    if file is None or file.form != form.key:
        words = _("批次号“%(batch)s”不是本单位发给这家银行的，是别处的文件") % {"batch": batch}
        return contents, [Reason(0, "foreign", words)]
    row.file, row.day = file, contents.head["day"]
    row.lines_number, row.fen = len(contents.lines), sum(line["fen"] for line in contents.lines)
    return contents, [*_against_the_file(file, row.day, on), *_against_lines(form, file, contents)]


def _file_of(batch: str, division: str) -> PayFile | None:
    """The file of exactly this batch number, under a lock: another answer to it is looked at when this one is done."""
    number, _dash, last = batch.rpartition("-")
    if not NUMBERED.fullmatch(last):
        return None
    found = PayFile.objects.filter(run__number=number, number=int(last), division=division)
    file = found.select_related("run").select_for_update(of=("self",)).first()
    return file if file is not None and batch == file.batch else None


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
    answered_on: date | None
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
    told = ("seq", "fen", "state", "answered_on", "pay_line", "pay_line__state", "account", "account__holder")
    return {key: _Sent(*row) for key, *row in file.lines.values_list("key", *told)}


def _against_lines(form: Form, file: PayFile, contents: Contents) -> list[Reason]:
    orders = _sent(file)
    times = Counter(line["key"] for line in contents.lines)
    found = []
    for place, line in enumerate(contents.lines, start=1):
        code = _trouble(form, orders.get(line["key"]), line, times[line["key"]])
        if code:
            found.append(Reason(place, code, _("第 %(n)d 行：") % {"n": place} + WORDS[code]()))
    if not contents.lines:
        found.append(Reason(0, "empty", _("文件里一笔也没有")))
    found.extend(_paid_after_all(form, orders, contents))
    found.extend(_returned_before(form, orders, contents))
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


def _returned_before(form: Form, orders: dict[str, _Sent], contents: Contents) -> list[Reason]:
    """Lines that an older word calls returned, though a newer one that came first says that they are paid."""
    words, day = WORDS["returned_before_paid"](), contents.head["day"]
    return [
        Reason(place, "returned_before_paid", _("第 %(n)d 行：") % {"n": place} + words)
        for place, line in enumerate(contents.lines, start=1)
        if (order := orders.get(line["key"])) is not None
        and form.statuses.get(line["status"]) == "returned"
        and order.state == "paid"
        and order.answered_on is not None
        and order.answered_on > day
    ]


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
    if len(line.get("code", "")) > LONGEST_CODE:
        return "code"
    return ""


WORDS = {
    "key": lambda: _("指令号不是这个文件里的"),
    "twice": lambda: _("同一笔出现了两次"),
    "amount": lambda: _("金额与发出的不符"),
    "status": lambda: _("结果代码不认识"),
    "holder": lambda: _("户名与发出的不符（也可能是编码被改过）"),
    "seq": lambda: _("序号与发出的不符"),
    "no_code": lambda: _("退票没有原因代码"),
    "code": lambda: _("原因代码太长"),
    "returned_before_paid": lambda: _(
        "银行更晚的答复已说到账，这里更早的日期说退票，可能是先后颠倒的旧文件，须由两人核实"
    ),
    "paid_after_return": lambda: _("银行先说退票，现在说到账，须由两人核实"),
    "paid_after_reissue": lambda: _("已退票并重发（或放弃）的一笔，银行又说到账，可能多付，请立即与银行核实"),
}
