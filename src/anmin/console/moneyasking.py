"""What a form about money asks for (资金事项表单): the fields of each kind, read, checked and put into words for the page."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, DecimalException
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from anmin.console.views.desk import Desk
from anmin.kernel.entitlements.queries import benefits_of_runs
from anmin.kernel.payments.banks import queries as banks
from anmin.kernel.payments.ledger.queries import closing_numbered
from anmin.kernel.payments.problems import PaymentProblem, yuan
from anmin.kernel.payments.recovery.queries import came_back, free_of, owed_of, recovery_numbered
from anmin.kernel.payments.recovery.refunds.queries import refund_of
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.queries import line_numbered, run_numbered
from anmin.lib.money import MoneyProblem, parse_yuan

LARGEST = 60 * 1024 * 1024
"""Bytes of a file from a bank: about 400,000 payments."""
MOST_LINES = 200_000
MOST_PERCENT = 1_000


@dataclass(frozen=True)
class Asked:
    """What is asked for, for `errands.ask`."""

    division: str
    run: PayRun | None = None
    subject: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    content: str = ""
    level: int = 0


def read(desk: Desk, kind: str) -> Asked:
    """The form of a kind.

    Raises:
        PaymentProblem: `unreadable`, saying which field and how it is written; `not_found`.
    """
    if kind not in READERS:
        raise PaymentProblem("errand_unknown", _("没有这种资金事项"))
    return READERS[kind](desk)


def day_in(text: str, name: str) -> date:
    """A day as the browser writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PaymentProblem("unreadable", _("%(name)s请写成 2026-11-25") % {"name": name}) from None


def month_in(text: str) -> date:
    """A month by its first day."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise PaymentProblem("unreadable", _("请选择月份，例如 2026-11")) from None


def yuan_in(text: str, name: str) -> int:
    """Fen of an amount in yuan; a minus before it is what came back."""
    words = text.replace(",", "").strip()
    try:
        return -parse_yuan(words[1:]) if words.startswith("-") else parse_yuan(words)
    except MoneyProblem:
        raise PaymentProblem("unreadable", _("%(name)s请写元，例如 600 或 600.50") % {"name": name}) from None


def _percent(text: str, name: str) -> int:
    try:
        share = Decimal(text.strip())
    except DecimalException:
        share = Decimal("NaN")
    if not share.is_finite() or abs(share) > MOST_PERCENT:
        raise PaymentProblem("unreadable", _("%(name)s请写百分数，例如 3.2") % {"name": name})
    return int((share * 100).to_integral_value())


def _number(desk: Desk, name: str) -> int:
    text = desk.request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _found(row: Any) -> Any:
    if row is None:
        raise PaymentProblem("not_found", _("没有找到，或者不在您的管辖范围里"))
    return row


def _place(desk: Desk) -> str:
    code = desk.request.POST.get("division", "")
    if not desk.reaches(code):
        raise PaymentProblem("unreadable", _("请选择您负责的县区"))
    return code


def _form(desk: Desk) -> str:
    form = desk.request.POST.get("form", "")
    if form not in {key for key, _title, _verified in banks.form_keys()}:
        raise PaymentProblem("unreadable", _("请选择银行文件的格式"))
    return form


def _file(desk: Desk, lacking: str) -> UploadedFile:
    file = desk.request.FILES.get("file")
    if file is None or not file.size:
        raise PaymentProblem("unreadable", lacking)
    if file.size > LARGEST:
        raise PaymentProblem("unreadable", _("文件超过 60 MB，请向银行索取分开的文件"))
    return file


def _run(desk: Desk) -> Asked:
    run = _found(run_numbered(desk.reader, _number(desk, "run")))
    leave_out = desk.request.POST.get("leave_out") == "1"
    return Asked(run.division, run=run, values={"leave_out": True} if leave_out else {})


def _call(desk: Desk) -> Asked:
    call = _found(banks.call_numbered(desk.reader, _number(desk, "subject")))
    return Asked(call.division, run=call.file.run if call.file else None, subject=call.pk)


def _line(desk: Desk) -> Asked:
    line = _found(line_numbered(desk.reader, _number(desk, "subject")))
    return Asked(line.run.division, run=line.run, subject=line.pk, level=line.level)


def _paper(desk: Desk) -> Asked:
    order = _found(banks.open_order_numbered(desk.reader, _number(desk, "subject")))
    given = desk.request.POST
    if given.get("status") not in ("paid", "returned"):
        raise PaymentProblem("unreadable", _("请选择银行答复的结果：到账或退票"))
    values = {
        "status": given["status"],
        "code": given.get("code", "").strip()[:20],
        "day": day_in(given.get("day", ""), _("银行记账日")).isoformat(),
        "line": order.pay_line_id,
    }
    return Asked(
        order.file.division, run=order.file.run, subject=order.pk, values=values, level=order.pay_line.level
    )


def _return(desk: Desk) -> Asked:
    row = _found(banks.return_numbered(desk.reader, _number(desk, "subject")))
    return Asked(row.division, run=row.file.run if row.file else None, subject=row.pk)


def _receive(desk: Desk) -> Asked:
    file = _file(desk, _("请选择银行给的回盘文件"))
    values = {"form": _form(desk), "name": str(file.name)[-100:]}
    return Asked(_place(desk), values=values, content=base64.b64encode(file.read()).decode())


def _statement(desk: Desk) -> Asked:
    given = desk.request.POST
    file = _file(desk, _("请选择银行的日终对账单"))
    try:
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise PaymentProblem("unreadable", _("对账单不是 UTF-8 的 CSV 文件，请另存后再传")) from None
    if len(rows) > MOST_LINES:
        raise PaymentProblem("unreadable", _("对账单超过 20 万行，请分开"))
    lines = []
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    for number, row in enumerate(rows, start=1):
        if number == 1 and len(row) == 2 and not any(one.isdigit() for one in "".join(row)):
            continue  # the heading that a bank's table begins with
        if len(row) != 2:
            told = _("第 %(n)d 行应为：指令号,金额（元，退回写负数）") % {"n": number}
            raise PaymentProblem("unreadable", told)
        lines.append([row[0].strip()[:40], yuan_in(row[1], _("第 %(n)d 行金额") % {"n": number})])
    values = {
        "form": _form(desk),
        "day": day_in(given.get("day", ""), _("日期")).isoformat(),
        "opening": yuan_in(given.get("opening", ""), _("期初余额")),
        "closing": yuan_in(given.get("closing", ""), _("期末余额")),
        "lines": lines,
    }
    return Asked(_place(desk), values=values)


def _compare(desk: Desk) -> Asked:
    day = day_in(desk.request.POST.get("day", ""), _("日期"))
    return Asked(_place(desk), values={"bank": banks.bank_of(_form(desk)), "day": day.isoformat()})


def _close(desk: Desk) -> Asked:
    return Asked(_place(desk), values={"month": month_in(desk.request.POST.get("month", "")).isoformat()})


def _reopen(desk: Desk) -> Asked:
    row = _found(closing_numbered(desk.reader, _number(desk, "subject")))
    return Asked(row.division, subject=row.pk, values={"month": row.month.isoformat()})


def _price(desk: Desk) -> Asked:
    given = desk.request.POST
    benefits = [key for key in given.getlist("benefits") if key in set(benefits_of_runs())]
    if not benefits or not given.get("document", "").strip():
        raise PaymentProblem("unreadable", _("请勾选发放对象，并写明启动文件的文号"))
    values = {
        "month": month_in(given.get("month", "")).isoformat(),
        "benefits": benefits,
        "cpi": _percent(given.get("cpi", ""), _("居民消费价格涨幅")),
        "food": _percent(given.get("food", ""), _("食品价格涨幅")),
        "index": _percent(given.get("index", ""), _("低收入价格指数涨幅")),
        "urban": yuan_in(given.get("urban", ""), _("城镇每人金额")),
        "rural": yuan_in(given.get("rural", ""), _("农村每人金额")),
        "document": given["document"].strip()[:100],
    }
    if min(values["urban"], values["rural"]) < 0:
        raise PaymentProblem("unreadable", _("金额不能是负数"))
    return Asked(_place(desk), values=values)


def _rate(desk: Desk) -> Asked:
    given = desk.request.POST
    if not _number(desk, "year") or not given.get("document", "").strip():
        raise PaymentProblem("unreadable", _("请写明年度和决定的文号"))
    values = {
        "rate": given.get("rate", ""),
        "year": min(_number(desk, "year"), 9999),
        "document": given["document"].strip()[:100],
    }
    return Asked(_place(desk), values=values)


def _recovery(desk: Desk) -> Asked:
    row = _found(recovery_numbered(desk.reader, _number(desk, "subject")))
    given = desk.request.POST.get("yuan", "").strip()
    left = min(owed_of(row), free_of(row))
    fen = yuan_in(given, _("核销金额")) if given else left
    if not 0 < fen <= left:
        told = _("金额应大于 0 且不超过未还的 %(fen)s 元（正在抵扣的不算）") % {"fen": yuan(left)}
        raise PaymentProblem("recovery_too_much", told)
    return Asked(row.division, subject=row.pk, values={"fen": fen}, level=row.level)


def _wrong_claim(desk: Desk) -> Asked:
    row = _found(recovery_numbered(desk.reader, _number(desk, "subject")))
    return Asked(row.division, subject=row.pk, values={"fen": came_back(row)}, level=row.level)


def _refund(desk: Desk) -> Asked:
    row = _found(recovery_numbered(desk.reader, _number(desk, "subject")))
    refund = refund_of(row)
    values = {"fen": refund.fen} if refund is not None else {}
    return Asked(row.division, subject=row.pk, values=values, level=row.level)


READERS: dict[str, Callable[[Desk], Asked]] = {
    **dict.fromkeys(("make_files", "reconcile", "close_run", "void_run"), _run),
    **dict.fromkeys(("deliver", "resend", "declare_refused"), _call),
    **dict.fromkeys(("reissue", "give_up"), _line),
    **dict.fromkeys(("release_return", "reject_return"), _return),
    "settle_by_paper": _paper,
    "receive": _receive,
    "take_statement": _statement,
    "compare_day": _compare,
    "close_period": _close,
    "reopen_period": _reopen,
    "price_subsidy": _price,
    "continue_rate": _rate,
    "write_off": _recovery,
    "take_back_claim": _wrong_claim,
    "refund_by_hand": _refund,
}
