"""Money in words (资金页面的文字): errands and what they are about, moments of a payment, and who was shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.templatetags.anmin_words import yuan_exact
from anmin.console.views.desk import Desk
from anmin.console.words import term_of
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.reserve import errands as reserve
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.payments.banks import queries as banks
from anmin.kernel.payments.banks.reconciling.actions import Difference
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.errands.kinds import KINDS
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.ledger.models import Account, LedgerEntry

POWERS = ("payments.read", "payments.prepare", "payments.approve", "payments.decide")
"""Of which one opens the pages of money."""
PER_PAGE = 50


@dataclass(frozen=True)
class Shown:
    """An errand on a page: what it is, what it is about, what this reader may do with it, the lines of its result."""

    row: Errand
    title: Any
    about: list[tuple[Any, str]]
    href: str
    may_second: bool
    may_withdraw: bool
    lines: list[dict[str, Any]]
    differences: list[Difference]
    tone: str


TONES = {"asked": "amber", "queued": "grey", "done": "green", "refused": "red", "declined": "red"}


def shown(desk: Desk, rows: Iterable[Errand]) -> list[Shown]:
    """Errands for a page."""
    own = getattr(desk.reader.user, "pk", None)
    return [
        Shown(
            row=row,
            title=KINDS[row.kind].title,
            about=list(_about(row)),
            href=_href(row),
            may_second=errands.may_second(desk.reader, row),
            may_withdraw=row.state == Errand.State.ASKED and row.asked_by_id == own,
            lines=row.result.get("lines") or row.result.get("left") or [],
            differences=_with_lines(desk, [Difference(**one) for one in row.result.get("differences", [])]),
            tone=TONES.get(row.state, "grey"),
        )
        for row in rows
    ]


def _with_lines(desk: Desk, found: list[Difference]) -> list[Difference]:
    """Differences of a statement know the key of the order alone; people want the payment."""
    lines = (
        banks.lines_of_keys(desk.reader, [one.key for one in found if one.pay_line is None]) if found else {}
    )
    return [replace(one, pay_line=one.pay_line or lines.get(one.key)) for one in found]


def _about(row: Errand) -> Iterable[tuple[Any, str]]:
    """Everything that whoever agrees must have seen."""
    given = row.values
    if row.run is not None:
        yield _("批次"), row.run.number
    for name, title in FIELDS.items():
        if name in given:
            yield title, _said(name, given[name])
    if row.words:
        yield _("理由或依据"), row.words


FIELDS = {
    "month": gettext_lazy("月份"),
    "day": gettext_lazy("日期"),
    "case": gettext_lazy("办件"),
    "fen": gettext_lazy("金额（元）"),
    "name": gettext_lazy("文件名"),
    "bank": gettext_lazy("银行"),
    "benefits": gettext_lazy("发放对象"),
    "cpi": gettext_lazy("居民消费价格涨幅"),
    "food": gettext_lazy("食品价格涨幅"),
    "index": gettext_lazy("低收入价格指数涨幅"),
    "urban": gettext_lazy("城镇每人（元）"),
    "rural": gettext_lazy("农村每人（元）"),
    "rate": gettext_lazy("标准"),
    "year": gettext_lazy("年度"),
    "document": gettext_lazy("文号"),
    "status": gettext_lazy("银行答复"),
    "code": gettext_lazy("原因代码"),
    "opening": gettext_lazy("期初余额（元）"),
    "closing": gettext_lazy("期末余额（元）"),
}
ANSWERS = {"paid": gettext_lazy("到账"), "returned": gettext_lazy("退票")}


def _said(name: str, value: Any) -> str:
    if name in ("fen", "urban", "rural", "opening", "closing"):
        return yuan_exact(value)
    if name in ("cpi", "food", "index"):
        return f"{value / 100:.2f}%"
    if name == "month":
        return str(value)[:7]
    if name == "benefits":
        return "、".join(str(_(title_of_benefit(key))) for key in value)
    if name == "status":
        return str(ANSWERS.get(value, value))
    return str(value)


def _href(row: Errand) -> str:
    """The page of what an errand is about."""
    if row.kind in ("reissue", "give_up") and row.subject:
        return reverse("console:money_line", args=[row.subject])
    if row.kind == "settle_by_paper":
        return reverse("console:money_line", args=[row.values["line"]])
    if row.kind in ("release_return", "reject_return"):
        return reverse("console:money_return", args=[row.subject])
    if row.kind == "receive" and "return_file" in row.result:
        return reverse("console:money_return", args=[row.result["return_file"]])
    if row.kind in ("write_off", "take_back_claim", "refund_by_hand"):
        return reverse("console:money_recovery", args=[row.subject])
    if row.kind in (reserve.CLOSE, reserve.PAY_FIRST):
        return f"{reverse('console:reserve')}?town={row.division}"
    return reverse("console:money_run", args=[row.run_id]) if row.run_id else ""


def noted(
    desk: Desk, persons: Iterable[int | None], field: str, klass: str = "list", purpose: str = ""
) -> None:
    """Count the persons that a page shows, and write down that they were shown."""
    keys = sorted({key for key in persons if key is not None})
    if not keys:
        return
    take(reader=desk.reader, klass=klass, person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, purpose=purpose, fields=[field]
    )


def page_of(desk: Desk, rows: Any, each: int = PER_PAGE) -> Page[Any]:
    """The page of a list that the address names."""
    return Paginator(rows, each).get_page(desk.written("page"))


MOMENTS = {
    "granted": gettext_lazy("决定：%(benefit)s，%(each)s %(fen)s 元"),
    "locked": gettext_lazy("列入批次 %(run)s，名单锁定"),
    "exception": gettext_lazy("校验发现：%(title)s"),
    "released": gettext_lazy("核实放行：%(title)s"),
    "excluded": gettext_lazy("本月不发：%(title)s"),
    "signed": gettext_lazy("%(who)s签字"),
    "sent_back": gettext_lazy("%(who)s退回"),
    "filed": gettext_lazy("写入代发文件 %(file)s，账号尾号 %(account)s"),
    "reissued": gettext_lazy("写入重发文件 %(file)s，账号尾号 %(account)s"),
    "sent": gettext_lazy("送交银行，回执 %(reference)s"),
    "paid": gettext_lazy("银行答复：%(day)s 到账（%(file)s）"),
    "returned": gettext_lazy("银行答复：%(day)s 退票，%(why)s（%(file)s）"),
    "unknown": gettext_lazy("银行答复：不明（%(file)s）"),
    "given_up": gettext_lazy("决定不再发放"),
    "deducted": gettext_lazy("本笔全部抵扣追回款，没有打款"),
    "not_deducted": gettext_lazy("抵扣的 %(fen)s 元没有抵扣成，追回 %(number)s 按未还计"),
    "refund": gettext_lazy("其中 %(fen)s 元是追回 %(number)s 撤回后退还的"),
    "refunded": gettext_lazy("本笔抵扣的 %(fen)s 元，因追回 %(number)s 撤回，另行退还"),
}


POSTED = {
    "appropriate": gettext_lazy("下达"),
    "cut": gettext_lazy("核减"),
    "allot": gettext_lazy("分配下级"),
    "take_back": gettext_lazy("从下级收回"),
    "block": gettext_lazy("审批冻结"),
    "free": gettext_lazy("解冻"),
    "send": gettext_lazy("出代发文件"),
    "return_paid": gettext_lazy("回盘：到账"),
    "return_back": gettext_lazy("回盘：退票"),
    "return_late": gettext_lazy("到账后退回"),
    "give_up": gettext_lazy("不再发放"),
    "deducted": gettext_lazy("全额抵扣追回款"),
    "recovery": gettext_lazy("多发追回"),
    "refunded": gettext_lazy("退还家庭"),
    "reserve_in": gettext_lazy("拨入备用金"),
    "reserve_paid": gettext_lazy("备用金先行救助"),
    "reserve_back": gettext_lazy("备用金交回"),
    "reverse": gettext_lazy("冲销"),
}
"""What an entry of the books is about, by its kind."""
SHOWN_AT = {
    "file": "console:money_file",
    "return": "console:money_return",
    "run": "console:money_run",
    "line": "console:money_line",
    "recovery": "console:money_recovery",
}
"""The page of what is behind an entry, by the first word of its source, such as `return:12:paid`."""


@dataclass(frozen=True)
class Posted:
    """An entry of the books in words, and the page of what is behind it."""

    words: Any
    href: str


def posted(entry: LedgerEntry) -> Posted:
    """What an entry is about; its source is for the machine, not for people."""
    what, number, *_more = [*entry.source.split(":"), ""]
    page = SHOWN_AT.get(what) if number.isdigit() else None
    return Posted(POSTED.get(entry.kind, entry.kind), reverse(page, args=[number]) if page else "")


def in_columns(balances: Mapping[str, int]) -> dict[str, Any]:
    """Balances of accounts as a book shows them: what stands on the left, on the right, and both sums."""
    rows = [
        {"key": key, "title": Account(key).label, "left": max(fen, 0), "right": max(-fen, 0)}
        for key, fen in balances.items()
    ]
    return {
        "rows": rows,
        "left": sum(row["left"] for row in rows),
        "right": sum(row["right"] for row in rows),
    }


def told(code: str, values: dict[str, str]) -> str:
    """A moment in a sentence."""
    return str(MOMENTS[code]) % {name: value or "—" for name, value in values.items()}


def rate_title(key: str) -> str:
    """The name of a standard."""
    return term_of(key)


def a_day(value: date | None) -> str:
    """A day, or nothing."""
    return "" if value is None else value.isoformat()
