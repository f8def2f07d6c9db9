"""Whether money arrived, for those who wait for it (到账): each payment in plain words, and what to do where it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext_lazy as _

from anmin.kernel.payments.banks.layouts import form_named

WORDS: Mapping[str, object] = {
    "paid": _("已到账"),
    "returned": _("没到账，银行退回来了"),
    "filed": _("已送银行，等银行入账"),
    "unknown": _("银行还没说清楚到没到，我们正在查"),
    "held": _("先没发，正在核实；核实清楚就补发"),
    "excluded": _("这个月没有发"),
    "due": _("正在准备，还没有送银行"),
}
"""By the state of a line."""
IN_HAND: Mapping[str, Mapping[str, object]] = {
    "cash": {
        "filed": _("现金已经发下去，等您签字领取"),
        "paid": _("已签字领取"),
        "returned": _("没有领到，退回来了"),
    },
    "kind": {
        "filed": _("物品已经发下去，等您签字领取"),
        "paid": _("已签字领取"),
        "returned": _("没有领到，退回来了"),
    },
}
"""The same for what is handed over and signed for, by what takes the place of a bank."""
MISSING = ("returned", "unknown", "held")
WHOLLY_DEDUCTED = _("这次的钱全部抵扣了该退回的款，没有打到卡上")
TODO: Mapping[str, object] = {
    "account": _("请带身份证和银行卡，到镇（街道）改卡号，改好就补发。"),
    "returned": _("我们会重新发。着急请打电话问。"),
    "held": _("为什么，请打电话问。"),
    "excluded": _("为什么，请打电话问。"),
}
"""What the family can do, by what a bank says must be mended, or by the state of a line."""
BRING: Mapping[str, tuple[object, object]] = {
    "no_card": (
        _("还没有登记收款的银行卡"),
        _("请带身份证和银行卡，到镇（街道）登记，登记好就补发。没有卡，也可以申请领现金。"),
    ),
    "certificate": (_("登记的证件到期了"), _("请带换好的证件，到镇（街道）登记，登记好就补发。")),
}
"""Why a payment waits for what the family brings, and what that is."""


@dataclass(frozen=True)
class Arrival:
    """One payment of one benefit: the month by its first day, fen, in which state, in words; `why` as the bank said it."""

    entitlement: int
    month: date
    fen: int
    state: str
    words: object
    day: date | None = None
    why: str = ""
    todo: object = ""

    @property
    def has_arrived(self) -> bool:
        """Whether it is in the account."""
        return self.state == "paid"


def own_arrivals(months: int = 12) -> dict[int, list[Arrival]]:
    """The payments of a resident's own benefits by entitlement, the newest month first; the database says which are own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entitlement, month, fen, state, form, code, said FROM anmin_own_payments() ORDER BY month DESC"
        )
        rows = cursor.fetchall()
    found: dict[int, list[Arrival]] = {}
    for key, month, fen, state, form, code, said in rows:
        mine = found.setdefault(key, [])
        if len(mine) < months:
            mine.append(_arrival(key, month, fen, state, form, code, said))
    return found


def newest_and_missing(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """What a family must not overlook: its newest payment, and every earlier one that should have come and did not."""
    return [one for at, one in enumerate(arrivals) if at == 0 or one.state in MISSING]


def _arrival(
    key: int, month: date, fen: int, state: str, form: str | None, code: str | None, said: date | None
) -> Arrival:
    if code is not None and code in BRING and state in ("held", "excluded"):
        why, todo = BRING[code]
        return Arrival(key, month, fen, state, WORDS[state], None, str(why), todo)
    known = form_named(form).code_on(code, said) if form and code and said and state == "returned" else None
    mend = known.mend if known is not None else ""
    return Arrival(
        key,
        month,
        fen,
        state,
        WHOLLY_DEDUCTED if (fen, state) == (0, "paid") else _said(state, form),
        said if state in ("paid", "returned") else None,
        known.title if known is not None else (code or "") if state == "returned" else "",
        TODO.get(mend) or TODO.get(state, ""),
    )


def _said(state: str, form: str | None) -> object:
    by_hand = IN_HAND.get(form_named(form).bank, {}) if form else {}
    return by_hand.get(state) or WORDS.get(state, state)
