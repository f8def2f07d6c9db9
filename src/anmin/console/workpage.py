"""What somebody finds when they come in (工作台): what waits for them, what they may enter, which pages are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from anmin.console import casetable
from anmin.console.moneydesk import blocks
from anmin.console.moneywords import POWERS
from anmin.console.places import full_name
from anmin.console.words import is_chinese, term_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.alerts.queries import view
from anmin.kernel.delivery.orders.queries import Order, waiting_orders
from anmin.kernel.delivery.orders.words import kind_of_help
from anmin.kernel.delivery.tasks import Rank, tasks
from anmin.kernel.exchange.checks.queries import orders_shown
from anmin.kernel.exchange.checks.queries import overdue as checks_overdue
from anmin.kernel.exchange.slips.queries import overdue as slips_overdue
from anmin.kernel.exchange.slips.queries import slips_shown
from anmin.kernel.operations.queries import health
from anmin.kernel.payments.approvals.queries import waiting_for
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.people.requests.queries import DECIDE, requests
from anmin.kernel.registers.queries import may_write, registers
from anmin.kernel.registers.waiting import waiting as entries_waiting

BRING = frozenset({"case.survey", "elders.visit", "children.visit"})
COUNTY = 6
"""Whoever works below a county goes from door to door; above it the list of today is not one person's."""


@dataclass(frozen=True)
class Post:
    """A role that the reader holds (岗位): where, and what it may not do."""

    title: str
    place: str
    not_: str


def overview_is_for(reader: Reader) -> bool:
    """Whether the results of screening are somebody's work; all others come in at a page about their own."""
    return reader.may("screening.read")


def waiting_of(reader: Reader, on: date) -> list[dict[str, Any]]:
    """What waits for a reader, from every line of business: title, number, the list of as many rows, whether it is late."""
    rows = [
        *casetable.waiting_for(reader, on),
        *_exchange(reader, on),
        *_money(reader, on),
        *_alerts(reader, on),
        *_visits(reader, on),
        *_orders(reader, on),
        *_entries(reader, on),
    ]
    for path in settings.DESK_WORK:
        rows += [
            {"title": title, "number": number, "href": href, "is_late": is_late}
            for title, number, href, is_late in import_string(path)(reader, on)
        ]
    return rows


def _row(title: str, number: int, href: str, *, is_late: bool = False) -> dict[str, Any]:
    return {"title": title, "number": number, "href": href, "is_late": is_late}


def _exchange(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    if reader.may("checks.start") and (number := orders_shown(reader, on, "open").count()):
        late = checks_overdue(reader, on).exists()
        yield _row(_("在办的经济核对"), number, reverse("console:checks"), is_late=late)
    if reader.may("slips.manage") and (number := slips_shown(reader, on, "open").count()):
        late = slips_overdue(reader, on).exists()
        yield _row(_("没有答复的校核单"), number, reverse("console:slips"), is_late=late)
    if reader.may(DECIDE) and (number := requests(reader, "open").count()):
        yield _row(_("待核定的变更申请"), number, reverse("console:changes"))
    if reader.may("health.read") and (ill := [one for one in health() if one.state != "good"]):
        broken = any(one.state == "broken" for one in ill)
        yield _row(_("要看的系统检查项"), len(ill), reverse("console:system"), is_late=broken)


def _money(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    """What this reader signs, agrees to, decides or mends; what waits for others stands on the month desk only."""
    if not any(reader.may(power) for power in POWERS):
        return
    if number := waiting_for(reader).count():
        yield _row(f"{_('资金')} · {_('待您签字的批次')}", number, reverse("console:money") + "#waiting")
    if number := len(errands.waiting(reader)):
        yield _row(f"{_('资金')} · {_('待您复核的事项')}", number, reverse("console:money_errands"))
    for one in blocks(reader, on):
        if any(reader.may(power) for power in one.powers):
            yield _row(f"{_('资金')} · {one.name}", one.number, one.href)


def _alerts(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    if not reader.may("alert.handle"):
        return
    page = reverse("console:alerts")
    for name, title in (("mine", _("我承办的预警")), ("overdue", _("超期的预警"))):
        if number := view(reader, name, on).count():
            yield _row(title, number, f"{page}?view={name}", is_late=name == "overdue")


def _visits(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    is_near = all(len(code.rstrip("0")) > COUNTY for code in reader.scope.codes) and reader.scope.codes
    if not (is_near and BRING & reader.powers):
        return
    due = [one for one in tasks(reader, on) if one.rank(on) < Rank.LATER]
    if due:
        late = any(one.rank(on) <= Rank.OVERDUE for one in due)
        yield _row(_("今天要走访、办理的"), len(due), reverse("field:today"), is_late=late)


def _orders(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    said = {Order.State.ASKED: _("等派单"), Order.State.RATED: _("等结算")}
    for state, kind, number, late in waiting_orders(reader, on):
        href = f"{reverse('console:orders')}?{urlencode({'state': state, 'kind': kind})}"
        title = f"{_('服务单')} · {kind_of_help(kind)} · {said[Order.State(state)]}"
        yield _row(title, number, href, is_late=late > 0)


def _entries(reader: Reader, on: date) -> Iterator[dict[str, Any]]:
    for one in entries_waiting(reader, on):
        page = reverse("console:register", args=[one.register.line, one.register.name])
        title = f"{term_of(one.register)} · {_(one.label)}"
        if one.late:
            title += _("（超期 %(n)d 件）") % {"n": one.late}
        yield _row(title, one.number, f"{page}?{urlencode({'state': one.state})}", is_late=one.late > 0)


def posts_of(reader: Reader) -> list[Post]:
    """The roles of a reader, each with its place and what it may not do."""
    held = dict.fromkeys((row.role, row.division) for row in reader.held)
    return [
        Post(_(role.title), full_name(code) if code else "", _(role.not_) if is_chinese() else "")
        for role, code in held
    ]


def enterable(reader: Reader) -> list[tuple[str, str]]:
    """What a reader may enter: the title of each register and where its form is."""
    return [
        (term_of(one), reverse("console:register_new", args=[one.line, one.name]))
        for one in registers(reader)
        if one.opens and may_write(reader, one)
    ]
