"""Orders of help: what was asked for, and its way to the settlement."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.field.pages import Phone, phone, written
from anmin.kernel.delivery.orders import actions, powers, queries
from anmin.kernel.delivery.orders.offers import offers
from anmin.kernel.delivery.orders.words import kind_of_help
from anmin.kernel.people import queries as people

MOST = 100


@phone(*powers.LOOK)
def order_list(phone: Phone) -> HttpResponse:
    """Every order of the place, what waits first."""
    found = list(queries.orders(phone.reader)[:MOST])
    phone.note([row.person_id for row in found if row.person_id], "list", "orders")
    return phone.page("orders", "orders", rows=[(row, kind_of_help(row.kind)) for row in found])


@phone(*powers.LOOK)
def order(phone: Phone, number: str) -> HttpResponse:
    """One order and what may be done with it now."""
    row = queries.order_numbered(phone.reader, number)
    if row is None:
        raise Http404
    trouble = ""
    if phone.request.method == "POST":
        try:
            _do(phone, row)
            return phone.go("order", number)
        except actions.OrderProblem as problem:
            trouble = str(problem)
    phone.note([row.person_id] if row.person_id else [], "page", "order", row.division)
    may_dispatch = powers.may(phone.reader, powers.dispatch_powers(row.kind), row)
    return phone.page(
        "order",
        "orders",
        status=422 if trouble else 200,
        order=row,
        kind=kind_of_help(row.kind),
        trouble=trouble,
        may_work=powers.may(phone.reader, powers.work_powers(row.kind), row),
        may_dispatch=may_dispatch,
        may_settle=powers.may(phone.reader, powers.settle_powers(row.kind), row),
        offers=offers(phone.reader, row.kind, row.division, phone.today) if may_dispatch else [],
        funds=queries.Order.Fund.choices,
        allowances=queries.allowances_of(row, phone.today),
    )


@phone()
def order_new(phone: Phone, number: str) -> HttpResponse:
    """Order help for somebody of a household (下单): for whom, what, and in their own words."""
    home = phone.home(number)
    members = [row for row in people.members_on(phone.reader, home, phone.today) if not row.person.died_on]
    trouble, posted = "", phone.request.POST
    asked = written(posted, "person") or phone.request.GET.get("person", "")
    if phone.request.method == "POST":
        who = next((row.person for row in members if str(row.person_id) == asked), None)
        try:
            if who is None:
                raise actions.OrderProblem(_("请选择是谁。"))
            made = actions.order_help(
                by=phone.reader,
                kind=written(posted, "kind"),
                household=home,
                person=who,
                on=phone.today,
                words=written(posted, "words"),
            )
            return phone.go("order", made.number)
        except actions.OrderProblem as problem:
            trouble = str(problem)
    phone.note([row.person_id for row in members], "page", "order", home.division)
    return phone.page(
        "order_new",
        "homes",
        status=422 if trouble else 200,
        home=home,
        members=members,
        asked=asked,
        kind=written(posted, "kind"),
        words=written(posted, "words"),
        kinds=[(key, kind_of_help(key)) for key in powers.KINDS if key != powers.PROTECT],
        trouble=trouble,
    )


def _do(phone: Phone, row: queries.Order) -> None:
    posted, by, on = phone.request.POST, phone.reader, phone.today
    what = written(posted, "what")
    if what == "dispatch":
        due = _day(written(posted, "due")) or on
        name, place = written(posted, "provider"), written(posted, "place")
        actions.dispatch(by=by, order=row, provider=name, place=place, due=due, on=on)
    elif what == "serve":
        day = _day(written(posted, "served_on")) or on
        minutes = _whole(written(posted, "minutes"))
        actions.record_service(by=by, order=row, on=day, minutes=minutes, words=written(posted, "words"))
    elif what == "rate":
        actions.rate(by=by, order=row, stars=_whole(written(posted, "stars")), words=written(posted, "words"))
    elif what == "settle":
        price, subsidy = _fen(written(posted, "price")), _fen(written(posted, "subsidy"))
        actions.settle(by=by, order=row, price=price, subsidy=subsidy, fund=written(posted, "fund"), on=on)
    elif what == "cancel":
        actions.cancel(by=by, order=row, reason=written(posted, "words"))
    else:
        raise actions.OrderProblem(_("请选择要做什么。"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _fen(text: str) -> int:
    """Yuan as people type them, in fen; what is no amount is refused by the action."""
    whole, _point, rest = text.partition(".")
    if not whole.isdigit() or len(whole) > 8 or len(rest) > 2 or (rest and not rest.isdigit()):
        return -1
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)
