"""Order help, give the order to somebody, write down what was done, rate it, settle it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.orders.offers import Offer, offers, open_offers
from anmin.kernel.delivery.orders.powers import (
    KINDS,
    OF_RESIDENTS,
    PROTECT,
    dispatch_powers,
    may,
    settle_powers,
    work_powers,
)
from anmin.kernel.delivery.visits.models import Visit
from anmin.kernel.keys.fields import next_keys
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.residents.queries import Resident

State = Order.State
WAYS = {
    State.ASKED: (State.DISPATCHED, State.CANCELLED),
    State.DISPATCHED: (State.SERVED, State.CANCELLED),
    State.SERVED: (State.RATED,),
    State.RATED: (State.SETTLED,),
}
"""Where an order may go from where it is; nothing is settled that was not served and rated."""


def signed(by: Reader | Resident) -> Any:
    """How whoever orders signs in the book of acts."""
    return signature(by) if isinstance(by, Reader) else by


class OrderProblem(ValueError):
    """An order cannot go on so; the message says why."""


@transaction.atomic
def order_help(
    *, by: Reader, kind: str, household: Household, person: Person | None, on: date, words: str = ""
) -> Order:
    """Order help for somebody (下单); raises OrderProblem for what is not offered."""
    user = user_of(by)
    if user is None or kind not in KINDS or kind == PROTECT:
        raise OrderProblem(_("没有这种帮助，请重新选择。"))
    if person is not None and person.died_on is not None:
        raise OrderProblem(_("登记显示已经去世，请核实是为谁下单。"))
    return _ordered(by, kind, household, person, None, on, words)


@transaction.atomic
def order_own(
    *, by: Resident, household: Household, person: Person, kind: str, place: str, on: date, words: str = ""
) -> Order:
    """A resident orders help, for themselves or for somebody who lets them act (本人下单); `place` is where they would like it from.

    Raises:
        OrderProblem: for what is not offered, for whom they may not act, for a place that takes no orders there.
    """
    if kind not in OF_RESIDENTS:
        raise OrderProblem(_("没有这种帮助，请重新选择。"))
    if not by.may("apply", person.pk) or person.died_on is not None:
        raise OrderProblem(_("只能为自己，或者为委托您办事的家里人下单。"))
    offer = next((one for one in open_offers(kind, household.division, on) if one.key == place), None)
    if place and offer is None:
        raise OrderProblem(_("这个服务点现在不能接单，请重新选择。"))
    if Order.objects.filter(person=person, kind=kind, state=State.ASKED).exists():
        raise OrderProblem(_("这种帮助已经下过单，正在等镇（街道）安排；要改的话先取消那一张。"))
    return _ordered(by, kind, household, person, None, on, words, offer)


def ask_for_help(*, by: Reader, visit: Visit, kind: str, on: date) -> Order:
    """Order what a visit found that somebody needs; it waits for the town."""
    return _ordered(by, kind, visit.household, visit.person, visit, on, visit.note)


def _ordered(
    by: Reader | Resident,
    kind: str,
    household: Household,
    person: Person | None,
    visit: Visit | None,
    on: date,
    words: str,
    wanted: Offer | None = None,
) -> Order:
    (pk,) = next_keys(Order, 1)
    row = Order(
        pk=pk,
        number=f"FW{on:%y%m%d}-{pk}",
        kind=kind,
        household=household,
        person=person,
        visit=visit,
        division=household.division,
        level=max(household.level, person.level if person is not None else 1),
        words=words.strip()[:2000],
        asked_on=on,
        asked_by=user_of(by) if isinstance(by, Reader) else None,
        asked_by_person_id=by.person if isinstance(by, Resident) else None,
        provider=wanted.name if wanted is not None else "",
        place=wanted.key if wanted is not None else "",
    )
    row.save(force_insert=True)
    audit.record(
        by=signed(by), act="delivery.order", subject=row, after={"kind": kind}, division=row.division
    )
    return row


@transaction.atomic
def dispatch(*, by: Reader, order: Order, provider: str, due: date, on: date, place: str = "") -> Order:
    """Give an order to whoever does it, until a day (派单): a `place` of a register that serves, or a provider by name."""
    if not may(by, dispatch_powers(order.kind), order):
        raise OrderProblem(_("只有镇街经办能派单；强制报告由县（区）未成年人保护机构受理。"))
    if place:
        offer = next((one for one in offers(by, order.kind, order.division, on) if one.key == place), None)
        if offer is None:
            raise OrderProblem(_("这个服务点现在不能接单，请重新选择。"))
        provider = offer.name
    if not provider.strip() or due < on:
        raise OrderProblem(_("请写明派给谁、哪天以前办好。"))
    return _go(
        by,
        order,
        State.DISPATCHED,
        provider=provider.strip()[:100],
        place=place,
        due=due,
        dispatched_by=user_of(by),
    )


@transaction.atomic
def record_service(*, by: Reader, order: Order, on: date, minutes: int, words: str) -> Order:
    """Write down what was done (服务记录): the day, how long, and what."""
    _may_work(by, order)
    if minutes < 1 or not words.strip():
        raise OrderProblem(_("请写明做了什么、用了多少分钟。"))
    if on < order.asked_on:
        raise OrderProblem(_("服务日期早于下单日期，请核对。"))
    return _go(by, order, State.SERVED, served_on=on, served_minutes=minutes, record=words.strip())


@transaction.atomic
def rate(*, by: Reader | Resident, order: Order, stars: int, words: str = "") -> Order:
    """What the person says of it (评价), one to five; of the service, never of a worker's ranking."""
    _may_work(by, order)
    if not 1 <= stars <= 5:
        raise OrderProblem(_("请选一到五分。"))
    return _go(by, order, State.RATED, rating=stars, rating_words=words.strip())


@transaction.atomic
def settle(*, by: Reader, order: Order, price: int, subsidy: int, on: date, fund: str = "") -> Order:
    """Settle a rated order (结算): fen of the whole and of the public part out of a fund; by another than who gave it out.

    Lines of business say what a fund pays (`ORDER_LIMITS` in the settings); more than that is refused with the reason.
    """
    if not may(by, settle_powers(order.kind), order):
        raise OrderProblem(_("您的岗位不能结算。"))
    user = user_of(by)
    if user is not None and user.pk == order.dispatched_by_id:
        raise OrderProblem(_("派单和结算不能是同一个人，请由另一位办理。"))
    if price < 0 or not 0 <= subsidy <= price:
        raise OrderProblem(_("补贴不能超过价款。"))
    if subsidy and fund not in Order.Fund.values:
        raise OrderProblem(_("请选择补贴从哪里出。"))
    fund = fund if subsidy else ""
    for limit in settings.ORDER_LIMITS if subsidy else ():
        against = import_string(limit)(order, fund, subsidy, on)
        if against:
            raise OrderProblem(against)
    return _go(
        by, order, State.SETTLED, price=price, subsidy=subsidy, fund=fund, settled_on=on, settled_by=user
    )


@transaction.atomic
def cancel(*, by: Reader | Resident, order: Order, reason: str) -> Order:
    """Take an order back that was not served yet (取消), with the reason."""
    _may_work(by, order)
    if not reason.strip():
        raise OrderProblem(_("请写明为什么取消。"))
    return _go(by, order, State.CANCELLED, reason=reason.strip())


def _may_work(by: Reader | Resident, order: Order) -> None:
    """Residents and whoever brings, gives out or settles such help go on with an order; others only look."""
    if isinstance(by, Reader) and not may(by, work_powers(order.kind), order):
        raise OrderProblem(_("您的岗位只能查看服务单，不能办理。"))


def _go(by: Reader | Resident, order: Order, state: str, **known: Any) -> Order:
    row = Order.objects.select_for_update().filter(pk=order.pk).first()
    if row is None or state not in WAYS.get(State(row.state), ()):
        now = (row or order).get_state_display()
        raise OrderProblem(_("服务单现在是“%(now)s”，不能这样办理。请刷新页面。") % {"now": now})
    before = {"state": row.state}
    for name, value in known.items():
        setattr(row, name, value)
    row.state = state
    row.save()
    audit.record(
        by=signed(by),
        act=f"delivery.order_{state}",
        subject=row,
        before=before,
        after={"state": state},
        division=row.division,
    )
    return row
