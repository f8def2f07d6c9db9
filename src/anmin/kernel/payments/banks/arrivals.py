"""Whether money arrived, for those who wait for it (到账): each payment in plain words, and what to do where it did not."""

from __future__ import annotations

from collections.abc import Mapping
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
WHOLLY_DEDUCTED = _("这次的钱全部抵扣了该退回的款，没有打到卡上")
TODO: Mapping[str, object] = {
    "account": _("请带身份证和银行卡，到镇（街道）改卡号，改好就补发。"),
    "returned": _("我们会重新发。着急请打电话问。"),
    "held": _("为什么，请打电话问。"),
    "excluded": _("为什么，请打电话问。"),
}
"""What the family can do, by what a bank says must be mended, or by the state of a line."""


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


def _arrival(
    key: int, month: date, fen: int, state: str, form: str | None, code: str | None, said: date | None
) -> Arrival:
    known = form_named(form).code_on(code, said) if form and code and said and state == "returned" else None
    mend = known.mend if known is not None else ""
    return Arrival(
        key,
        month,
        fen,
        state,
        WHOLLY_DEDUCTED if (fen, state) == (0, "paid") else WORDS.get(state, state),
        said if state in ("paid", "returned") else None,
        known.title if known is not None else (code or "") if state == "returned" else "",
        TODO.get(mend) or TODO.get(state, ""),
    )
