"""Ordering help on the residents' pages (本人下单): for whom, what, from where; what became of it, taking it back, rating it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.kernel.cases.own.homes import Home, helped, home_of, myself
from anmin.kernel.delivery.orders import actions, queries
from anmin.kernel.delivery.orders.actions import OrderProblem
from anmin.kernel.delivery.orders.offers import open_offers
from anmin.kernel.delivery.orders.powers import OF_RESIDENTS
from anmin.kernel.delivery.orders.words import kind_of_help
from anmin.portal.pages import Visit, own
from anmin.portal.places import contacts

LONGEST = 500


@own
def orders(visit: Visit) -> HttpResponse:
    """Every order for me and for those who let me act for them."""
    rows = [(row, kind_of_help(row.kind)) for row in queries.own_orders(visit.me)]
    return visit.page("orders", rows=rows)


@own
def order_new(visit: Visit) -> HttpResponse:
    """First for whom and what; then from where and what to mind, with what public money would pay."""
    asked = visit.posted or visit.request.GET
    home, kind = _home(visit, str(asked.get("person", ""))), str(asked.get("kind", ""))
    if home is None or kind not in OF_RESIDENTS:
        errors = [("person", _("请选择替谁、要什么帮助。"))] if asked.get("asked") or visit.posted else []
        return _choose(visit, kind, errors)
    errors = []
    if visit.posted is not None:
        try:
            made = actions.order_own(
                by=visit.me,
                household=home.household,
                person=home.person,
                kind=kind,
                place=visit.posted.get("place", "")[:100],
                on=visit.today,
                words=visit.posted.get("words", "").replace("\x00", "")[:LONGEST],
            )
            return visit.go("order", made.number)
        except OrderProblem as problem:
            errors = [("place", str(problem))]
    division = home.household.division
    return visit.page(
        "order_place",
        status=422 if errors else 200,
        errors=errors,
        home=home,
        kind=kind,
        title=kind_of_help(kind),
        offers=open_offers(kind, division, visit.today),
        allowances=queries.allowances(home.person, division, visit.today),
        written=visit.posted or {},
    )


@own
def order(visit: Visit, number: str) -> HttpResponse:
    """One order: where it stands, whom to call; taking it back before it is given out, rating it once it was served."""
    row = queries.own_order(visit.me, number)
    if row is None:
        raise Http404
    errors = []
    if visit.posted is not None:
        try:
            if visit.posted.get("what") == "rate":
                stars = visit.posted.get("stars", "")
                words = visit.posted.get("words", "").replace("\x00", "")[:LONGEST]
                actions.rate(
                    by=visit.me, order=row, stars=int(stars) if stars in set("12345") else 0, words=words
                )
            else:
                actions.cancel(by=visit.me, order=row, reason=_("本人取消"))
            return visit.go("order", number)
        except OrderProblem as problem:
            errors = [("stars", str(problem))]
    return visit.page(
        "order",
        status=422 if errors else 200,
        errors=errors,
        row=row,
        title=kind_of_help(row.kind),
        allowances=queries.allowances_of(row, visit.today),
        contacts=contacts(row.division, visit.today),
    )


def _choose(visit: Visit, kind: str, errors: list[tuple[str, str]]) -> HttpResponse:
    people = [one for one in (myself(visit.me), *helped(visit.me)) if one is not None]
    people = [one for one in people if visit.me.may("apply", one.pk)]
    kinds = [(key, kind_of_help(key)) for key in OF_RESIDENTS]
    status = 422 if errors else 200
    return visit.page("order_new", status=status, people=people, kinds=kinds, kind=kind, errors=errors)


def _home(visit: Visit, key: str) -> Home | None:
    return home_of(visit.me, int(key)) if key.isdigit() and len(key) < 19 else None
