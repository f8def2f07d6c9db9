"""Roster, files and returns side by side (三方对账), and the bank's statement of a day beside our own (日终对账).

Every difference is a line. A file is reconciled once a reconciliation finds none in it; a month of a book does not close
before (a trigger).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks.layouts import form_named, forms
from anmin.kernel.payments.banks.models import BankStatement, PayFile, Reconciliation, ReturnFile, ReturnLine
from anmin.kernel.payments.parties import PREPARE, must
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.models import PayRun

ROSTER = """
SELECT line.id, line.fen, line.state, placed.file_id, placed.fen, placed.state, said.status, said.fen,
    coalesce((SELECT sum(posted.fen) FROM kernel_ledgerline AS posted
              WHERE posted.pay_line_id = line.id AND posted.account = 'spent'), 0)::bigint,
    coalesce((SELECT sum(posted.fen) FROM kernel_ledgerline AS posted
              WHERE posted.pay_line_id = line.id AND posted.account IN ('receivable', 'refundable')), 0)::bigint
FROM kernel_payline AS line
LEFT JOIN LATERAL (
    SELECT * FROM kernel_payfileline AS one WHERE one.pay_line_id = line.id ORDER BY one.attempt DESC LIMIT 1
) AS placed ON true
LEFT JOIN LATERAL (
    SELECT answer.status, answer.fen FROM kernel_returnline AS answer JOIN kernel_returnfile AS whole
        ON whole.id = answer.return_file_id AND whole.state IN ('matched', 'released')
    WHERE answer.order_id = placed.id ORDER BY (answer.status = placed.state) DESC, answer.id DESC LIMIT 1
) AS said ON true
WHERE line.run_id = %s AND line.state NOT IN ('held', 'excluded') AND line.fen > 0 ORDER BY line.id
"""
AT_ONCE = 5_000
OPEN = ("not_filed", "unanswered", "unknown")
WORDS = {
    "not_filed": lambda: _("名单上有，没有出文件"),
    "unanswered": lambda: _("已送银行，没有答复"),
    "unknown": lambda: _("银行答复不明"),
    "file_differs": lambda: _("文件金额与名单不符"),
    "return_differs": lambda: _("回盘金额与文件不符"),
    "state_differs": lambda: _("登记的结果与银行答复不符"),
    "ledger_differs": lambda: _("账上支出与名单不符"),
    "no_statement": lambda: _("缺银行当天的对账单"),
    "not_on_statement": lambda: _("回盘说到账，对账单上没有"),
    "only_on_statement": lambda: _("对账单上有，回盘没有"),
    "statement_differs": lambda: _("对账单金额与回盘不符"),
}


@dataclass(frozen=True)
class Difference:
    """Where two of the three do not agree: a pay line or an order's key, a word, and fen of roster, file, return, books."""

    code: str
    pay_line: int | None = None
    key: str = ""
    day: str = ""
    roster: int = 0
    file: int = 0
    answer: int = 0
    ledger: int = 0

    @property
    def words(self) -> str:
        """The difference in a sentence."""
        return str(WORDS[self.code]())


@transaction.atomic
def reconcile(*, by: Any, run: PayRun, on: date) -> Reconciliation:
    """Lay roster, files, returns, books and statements of a run side by side and keep what was found (对账)."""
    row = PayRun.objects.select_for_update().get(pk=run.pk)
    must(by, PREPARE, row.division, on)
    sums = dict.fromkeys(("roster", "file", "paid", "returned", "unknown"), (0, 0))
    found: list[Difference] = []
    open_files: set[int] = set()
    ledger = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROSTER, [row.pk])
        for line in chain.from_iterable(iter(lambda: cursor.fetchmany(AT_ONCE), [])):
            _key, fen, _state, file, placed, state, _status, _answer, spent, kept_back = line
            _add(sums, "roster", fen)
            if file is not None:
                _add(sums, "file", placed)
                if state in sums:
                    _add(sums, state, placed)
            ledger += spent + kept_back
            differences = list(_of_line(line))
            found += differences
            if file is not None and differences:
                open_files.add(file)
    by_day: dict[tuple[str, date], list[Difference]] = {}
    for file in PayFile.objects.filter(run=row).order_by("pk"):
        of_days = list(_of_statements(file, by_day))
        found += of_days
        wanted = _state_of(file, bool(of_days) or file.pk in open_files)
        if file.state != wanted:
            file.state = wanted
            file.save(update_fields=["state"])
    made = Reconciliation.objects.create(
        run=row,
        on=on,
        **{f"{name}_lines": number for name, (number, _fen) in sums.items()},
        **{f"{name}_fen": fen for name, (_number, fen) in sums.items()},
        ledger_fen=ledger,
        differences=[vars(one) for one in found],
        by=user_of(by),
    )
    after = {
        "differences": len(found),
        "roster": sums["roster"][1],
        "paid": sums["paid"][1],
        "ledger": ledger,
    }
    audit.record(by=signature(by), act="payments.reconcile", subject=made, after=after, division=row.division)
    return made


@transaction.atomic
def take_statement(
    *,
    by: Any,
    form: str,
    division: str,
    day: date,
    opening: int,
    closing: int,
    lines: Iterable[tuple[str, int]],
    on: date,
) -> BankStatement:
    """Take a bank's statement of a day in (导入日终对账单): key and fen a line, positive what left, negative what came back.

    Raises:
        PaymentProblem: `statement_sum` where opening, lines and closing do not come out, `statement_gap` where it does
            not go on from the one before or lead to the one after, `statement_day`, `statement_once_a_day`.
    """
    must(by, PREPARE, division, on)
    told = form_named(form)
    if day > on:
        raise PaymentProblem("statement_day", _("这一天还没有到，没有导入"))
    rows = sorted(lines)
    if opening - sum(fen for _key, fen in rows) != closing:
        raise PaymentProblem("statement_sum", _("期初、明细和期末对不上，没有导入"))
    others = BankStatement.objects.filter(division=division, bank=told.bank)
    before, after = (
        others.filter(day__lt=day).order_by("-day").first(),
        others.filter(day__gt=day).order_by("day").first(),
    )
    if before is not None and before.closing != opening:
        raise PaymentProblem(
            "statement_gap", _("期初余额与上一份对账单（%(day)s）的期末不符") % {"day": before.day}
        )
    if after is not None and after.opening != closing:
        raise PaymentProblem(
            "statement_gap", _("期末余额与下一份对账单（%(day)s）的期初不符") % {"day": after.day}
        )
    text = "\n".join(f"{key}|{fen}" for key, fen in rows)
    with refusals_told(statement_once_a_day=_("这一天的对账单已经导入")):
        made = BankStatement.objects.create(
            division=division,
            bank=told.bank,
            day=day,
            sha256=hashlib.sha256(f"{told.bank}|{day}|{opening}|{text}".encode()).hexdigest(),
            opening=opening,
            closing=closing,
            lines=[{"key": key, "fen": fen} for key, fen in rows],
        )
    audit.record(
        by=signature(by),
        act="payments.take_statement",
        subject=made,
        after={"day": day, "lines": len(rows), "closing": closing},
        division=division,
    )
    return made


def statement_differences(division: str, bank: str, day: date) -> list[Difference]:
    """Our answers of a day and the bank's statement of it, order by order."""
    statement = BankStatement.objects.filter(division=division, bank=bank, day=day).first()
    ours = _answered_on(division, bank, day)
    if statement is None:
        return [Difference("no_statement", day=str(day), answer=sum(ours.values()))] if ours else []
    theirs: dict[str, int] = {}
    for one in statement.lines:
        theirs[one["key"]] = theirs.get(one["key"], 0) + one["fen"]
    return [
        Difference(code, key=key, day=str(day), answer=ours.get(key, 0), file=theirs.get(key, 0))
        for key in sorted({*ours, *theirs})
        if (code := _compared(ours.get(key, 0), theirs.get(key, 0)))
    ]


def _compared(ours: int, theirs: int) -> str:
    if ours == theirs:
        return ""
    if not theirs:
        return "not_on_statement"
    return "statement_differs" if ours else "only_on_statement"


def _answered_on(division: str, bank: str, day: date) -> dict[str, int]:
    """Fen that answers of a day moved, by order: paid for the first time, or come back after they were paid."""
    moved: dict[str, int] = {}
    counted = ReturnLine.objects.filter(
        return_file__division=division,
        return_file__bank=bank,
        return_file__state__in=[ReturnFile.State.MATCHED, ReturnFile.State.RELEASED],
        status__in=["paid", "returned"],
    )
    told = counted.filter(order__in=counted.filter(on=day).values("order")).order_by("order", "pk")
    answers = told.values_list("order", "status", "on", "order__key", "fen").iterator(AT_ONCE)
    for _order, of_order in groupby(answers, key=lambda answer: answer[0]):
        stands = ""
        for _same, status, on, key, fen in of_order:
            step = (
                fen
                if status == "paid" and stands != "paid"
                else -fen
                if (stands, status) == ("paid", "returned")
                else 0
            )
            stands = status
            if on == day and step:
                moved[key] = moved.get(key, 0) + step
    return {key: fen for key, fen in moved.items() if fen}


def _of_line(line: tuple[Any, ...]) -> Iterable[Difference]:
    key, fen, state, file, placed, order_state, status, answer, spent, kept_back = line
    told = {
        "pay_line": key,
        "roster": fen,
        "file": placed or 0,
        "answer": answer or 0,
        "ledger": spent + kept_back,
    }
    if file is None:
        yield Difference("not_filed", **told)
        return
    if placed != fen:
        yield Difference("file_differs", **told)
    if order_state == "waiting":
        yield Difference("unanswered", **told)
    elif order_state == "unknown":
        yield Difference("unknown", **told)
    if answer is not None and answer != placed:
        yield Difference("return_differs", **told)
    if order_state in ("paid", "returned") and (status != order_state or state != order_state):
        yield Difference("state_differs", **told)
    if spent + kept_back != (fen if order_state == "paid" else 0):
        yield Difference("ledger_differs", **told)


def _of_statements(file: PayFile, by_day: dict[tuple[str, date], list[Difference]]) -> Iterable[Difference]:
    """What the statements of the days of a file's answers say otherwise, of the orders of this file.

    `by_day` keeps the differences of a bank's day for the other files of the run.
    """
    if not form_named(file.form).has_statement:
        return
    days = ReturnLine.objects.filter(order__file=file, return_file__form=file.form)
    for day in days.order_by("on").values_list("on", flat=True).distinct():
        if (file.bank, day) not in by_day:
            by_day[file.bank, day] = statement_differences(file.division, file.bank, day)
        found = by_day[file.bank, day]
        keys = set(file.lines.filter(key__in=[one.key for one in found]).values_list("key", flat=True))
        for one in found:
            if not one.key or one.key in keys:
                yield one


def _state_of(file: PayFile, is_open: bool) -> str:
    if file.state == PayFile.State.ANSWERED and not is_open:
        return PayFile.State.RECONCILED
    if file.state == PayFile.State.RECONCILED and is_open:
        return PayFile.State.ANSWERED
    return file.state


def _add(sums: dict[str, tuple[int, int]], name: str, fen: int) -> None:
    number, total = sums[name]
    sums[name] = (number + 1, total + fen)


def banks_with_statements() -> list[str]:
    """The banks that send a statement every day."""
    return sorted({form.bank for form in forms() if form.has_statement})
