"""The month desk (月度发放工作台): what blocks the month, whom each run waits for, and sums by place and by state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.banks import queries as banks
from anmin.kernel.payments.budget.queries import Execution
from anmin.kernel.payments.checks.queries import late_by_run, open_by_run
from anmin.kernel.payments.payees.queries import unconfirmed
from anmin.kernel.payments.recovery.queries import TO_REFUND, recoveries
from anmin.kernel.payments.runs.models import PayLine, PayRun
from anmin.kernel.payments.runs.queries import RunSum
from anmin.kernel.payments.sentinels.queries import standing

PREPARE, DECIDE = "payments.prepare", "payments.decide"
WHO = {DECIDE: gettext_lazy("由县级审核人决定"), PREPARE: gettext_lazy("由财务办理")}
"""Who decides an exception, by the power that it asks."""
UNCOUNTED = ("draft", "void")
"""Runs that have no total to compare."""
WAITS = {
    "draft": gettext_lazy("后台计算"),
    "computed": gettext_lazy("后台校验"),
    "checked": gettext_lazy("县级审核人处理异常，财务提交"),
    "submitted": gettext_lazy("审批人签字"),
    "approved": gettext_lazy("财务出代发文件"),
    "filed": gettext_lazy("银行答复"),
    "settled": gettext_lazy("财务对账、办结"),
}


@dataclass(frozen=True)
class Block:
    """Something that holds a month up: how many, where the list is, who deals with it, and with which powers."""

    name: Any
    number: int
    href: str
    who: Any
    powers: tuple[str, ...]


def blocks(reader: Reader, on: date) -> list[Block]:
    """What stands in the way now; each figure opens the list that has as many rows."""
    found = (
        (
            _("待复核的收款账户"),
            unconfirmed(reader).count(),
            "money_accounts",
            "",
            _("另一名财务或审核人"),
            (PREPARE, DECIDE),
        ),
        (
            _("停发线索暂扣"),
            standing(reader, on.replace(day=1)).count(),
            "money_sentinels",
            "",
            _("县级审核人"),
            (DECIDE,),
        ),
        (_("待送交或结果不明"), banks.calls_open(reader).count(), "money_banks", "", _("财务"), (PREPARE,)),
        (
            _("银行答复不明"),
            banks.orders_unknown(reader).count(),
            "money_banks",
            "#unknown",
            _("财务向银行要书面答复"),
            (PREPARE,),
        ),
        (_("隔离的回盘"), banks.quarantined(reader).count(), "money_banks", "", _("另一名财务"), (PREPARE,)),
        (_("退票待处理"), banks.returned_number(reader), "money_returned", "", _("财务联系本人"), (PREPARE,)),
        (
            _("发现多发、待告知"),
            recoveries(reader, "found").count(),
            "money_recoveries",
            "?state=found",
            _("财务或审核人"),
            (PREPARE, DECIDE),
        ),
        (
            _("已撤回、待退还"),
            recoveries(reader, TO_REFUND).count(),
            "money_recoveries",
            f"?state={TO_REFUND}",
            _("财务随发放或凭凭证退还"),
            (PREPARE,),
        ),
    )
    return [
        *_exceptions(reader),
        *(
            Block(name, number, reverse(f"console:{page}") + more, who, powers)
            for name, number, page, more, who, powers in found
            if number
        ),
    ]


def _exceptions(reader: Reader) -> Iterator[Block]:
    """What stands against a run, before it is submitted by who decides it, after it is approved in one."""
    for run, number in late_by_run(reader):
        yield Block(
            _("批次 %(run)s 审批后的新情况") % {"run": run.number},
            number,
            reverse("console:money_run", args=[run.pk]),
            _("县级审核人"),
            (DECIDE,),
        )
    for run, power, number in open_by_run(reader):
        yield Block(
            _("批次 %(run)s 待处理的异常") % {"run": run.number},
            number,
            reverse("console:money_run", args=[run.pk]) + f"?power={power}#exceptions",
            WHO[power],
            (power,),
        )


def waits_for(run: PayRun) -> str:
    """Who has to act next."""
    return str(WAITS.get(run.state, "—"))


def states_of(sums: Iterable[RunSum]) -> list[dict[str, Any]]:
    """How many payments of a run stand where."""
    numbers: dict[str, int] = {}
    for one in sums:
        numbers[one.state] = numbers.get(one.state, 0) + one.number
    return [
        {"state": state, "words": words, "number": numbers[state]}
        for state, words in PayLine.State.choices
        if state in numbers
    ]


@dataclass
class PlaceSum:
    """A place's budget in a year, over all its lines; fen."""

    division: str
    own: int = 0
    available: int = 0
    spent: int = 0


def places_in(rows: Iterable[Execution]) -> list[PlaceSum]:
    """Execution by place."""
    found: dict[str, PlaceSum] = {}
    for row in rows:
        place = found.setdefault(row.division, PlaceSum(row.division))
        place.own += row.own
        place.available += row.available
        place.spent += row.spent
    return [found[code] for code in sorted(found)]
