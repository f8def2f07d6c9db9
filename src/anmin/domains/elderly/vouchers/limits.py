"""What a voucher pays in a month (养老服务消费补贴): moderately disabled and worse, up to the cap of the place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from anmin.domains.elderly.assessment.scoring import LEVELS, Level
from anmin.domains.elderly.entitled.predicates import ELDER
from anmin.domains.elderly.meals.actions import age_on
from anmin.domains.elderly.places import found, number
from anmin.domains.elderly.procedures.beds import in_force
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.orders.powers import OF_ELDERS
from anmin.kernel.people.models import Person
from anmin.lib.money import format_yuan


@dataclass(frozen=True)
class Voucher:
    """A person's voucher in a month, in fen. `because` says why there is none; `is_verified` is of the cap.

    `waiting` is how many services of the month are not settled yet: they may still draw on what is left.
    """

    cap: int
    used: int
    waiting: int = 0
    because: str = ""
    is_verified: bool = False

    @property
    def left(self) -> int:
        """What may still be paid."""
        return max(0, self.cap - self.used)


def voucher_of(person: Person, division: str, day: date, *, but: int = 0) -> Voucher:
    """The voucher of somebody in the month of a day; `but` leaves one order out of what is used."""
    held = in_force(person.pk, day)
    least = number("voucher_least_level", division, day)
    cap = found("voucher_month", division, day)
    if held is None:
        return Voucher(0, 0, because="没有有效的能力评估，不能用养老服务消费补贴；请先评估。")
    if held.final < least:
        ours, asked = LEVELS[Level(held.final)], LEVELS[Level(least)]
        return Voucher(0, 0, because=f"评估结果为{ours}，养老服务消费补贴要{asked}及以上。")
    if cap is None or not isinstance(cap.urban, int):
        return Voucher(0, 0, because="本地没有规定养老服务消费补贴的月上限，请先在参数里写明。")
    first = day.replace(day=1)
    last = (first + timedelta(32)).replace(day=1) - timedelta(1)
    rows = Order.objects.filter(person=person, served_on__range=(first, last)).exclude(pk=but)
    settled = rows.filter(fund=Order.Fund.VOUCHER, state="settled")
    used = settled.aggregate(fen=Sum("subsidy"))["fen"] or 0
    waiting = rows.filter(kind__in=OF_ELDERS, state__in=("served", "rated")).count()
    return Voucher(cap.urban, used, waiting, is_verified=cap.verified)


def against(order: Order, fund: str, subsidy: int, on: date) -> str:
    """Why a voucher does not pay so much of an order; empty where it does."""
    if fund != Order.Fund.VOUCHER:
        return ""
    if order.person is None:
        return "养老服务消费补贴是给本人的，这张服务单没有写是谁。"
    held = voucher_of(order.person, order.division, order.served_on or on, but=order.pk)
    if held.because:
        return held.because
    if subsidy > held.left:
        return (
            f"养老服务消费补贴每月最多 {format_yuan(held.cap)} 元，当月已用 {format_yuan(held.used)} 元，"
            f"还剩 {format_yuan(held.left)} 元。"
        )
    return ""


def told(person: Person, division: str, on: date) -> str:
    """What resident, provider and clerk are told of the voucher before help is ordered and served; empty for the young."""
    if age_on(person.birth_day, on) < ELDER:
        return ""
    held = voucher_of(person, division, on)
    if held.because:
        return f"{held.because}不影响下单和服务，费用自己付。"
    waiting = f"还有 {held.waiting} 次服务没有结算，也从这里面出；" if held.waiting else ""
    return (
        f"养老服务消费补贴每月最多 {format_yuan(held.cap)} 元，{on.month} 月已用 {format_yuan(held.used)} 元，"
        f"还剩 {format_yuan(held.left)} 元；{waiting}超出的部分自己付。"
    ) + ("" if held.is_verified else "（上限待核实）")
