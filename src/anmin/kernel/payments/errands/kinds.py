"""The kinds of errands (事项种类): who may ask, who must agree, what the worker does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.kernel.payments.errands import doing
from anmin.kernel.payments.errands.doing import Outcome
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.parties import APPROVE, DECIDE, PREPARE


@dataclass(frozen=True)
class Kind:
    """One kind: the power to ask for it, and the power of the second person, empty where one is enough.

    Of several powers one is enough. `needs_words` is true where a reason must be written. `commits` says that it commits
    on its own way and therefore runs outside a transaction; such a kind changes nothing when it is run again.
    """

    key: str
    title: Any
    does: Callable[[Errand, date, datetime], Outcome]
    asks: str | tuple[str, ...] = PREPARE
    seconds: str | tuple[str, ...] = ()
    needs_words: bool = False
    commits: bool = False


KINDS = {
    kind.key: kind
    for kind in (
        Kind("make_files", _("生成代发文件"), doing.make_files),
        Kind("deliver", _("送交银行或查证"), doing.deliver, commits=True),
        Kind("receive", _("导入回盘"), doing.receive),
        Kind("release_return", _("放行隔离的回盘"), doing.release_return, needs_words=True),
        Kind("reject_return", _("作废隔离的回盘"), doing.reject_return, needs_words=True),
        Kind("resend", _("重新发送"), doing.resend, seconds=APPROVE, needs_words=True),
        Kind(
            "declare_refused",
            _("凭银行证明登记拒收"),
            doing.declare_refused,
            seconds=APPROVE,
            needs_words=True,
        ),
        Kind(
            "settle_by_paper",
            _("凭银行书面答复登记"),
            doing.settle_by_paper,
            seconds=APPROVE,
            needs_words=True,
        ),
        Kind("reissue", _("退票重发"), doing.reissue),
        Kind(
            "give_up",
            _("不再发放"),
            doing.give_up,
            asks=(PREPARE, DECIDE),
            seconds=APPROVE,
            needs_words=True,
        ),
        Kind("reconcile", _("三方对账"), doing.reconcile),
        Kind("take_statement", _("导入日终对账单"), doing.take_statement),
        Kind("compare_day", _("日终对账"), doing.compare_day),
        Kind("close_run", _("办结批次"), doing.close_run),
        Kind("void_run", _("作废批次"), doing.void_run, needs_words=True),
        Kind("close_period", _("结账"), doing.close_period, seconds=APPROVE),
        Kind("reopen_period", _("反结账"), doing.reopen_period, seconds=APPROVE, needs_words=True),
        Kind("price_subsidy", _("启动价格临时补贴"), doing.price_subsidy, asks=APPROVE, seconds=APPROVE),
        Kind(
            "continue_rate",
            _("沿用上一标准"),
            doing.continue_rate,
            asks=APPROVE,
            seconds=APPROVE,
            needs_words=True,
        ),
        Kind(
            "take_back_claim",
            _("撤回追回并退款"),
            doing.take_back,
            asks=DECIDE,
            seconds=DECIDE,
            needs_words=True,
        ),
        Kind("refund_by_hand", _("凭付款凭证退还"), doing.refund_by_hand, seconds=APPROVE, needs_words=True),
        Kind("write_off", _("核销追回款"), doing.write_off, asks=DECIDE, seconds=DECIDE, needs_words=True),
    )
}


def registered(kind: Kind) -> Kind:
    """Register a kind; for packages above that have something for two people and the worker to do."""
    KINDS[kind.key] = kind
    return kind
