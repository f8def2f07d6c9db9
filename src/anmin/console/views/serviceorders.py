"""Orders of help at the desk (服务单): what waits first, by state and kind, each with its page of handling."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse

from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.orders.powers import KINDS, LOOK
from anmin.kernel.delivery.orders.queries import Order, orders
from anmin.kernel.delivery.orders.words import kind_of_help

ROWS = 50


@needs(*LOOK)
def order_list(desk: Desk) -> HttpResponse:
    """The orders of the reader's divisions; whoever they are for is counted and written down."""
    state, kind = desk.written("state"), desk.written("kind")
    rows = orders(desk.reader)
    if state in Order.State.values:
        rows = rows.filter(state=state)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    page = Paginator(rows, ROWS).get_page(desk.request.GET.get("page"))
    persons = [row.person_id for row in page.object_list if row.person_id is not None]
    take(reader=desk.reader, klass="list", person_ids=persons)
    audit.record_reads(by=desk.reader.user, person_ids=persons, via=desk.reader.via, fields=["orders"])
    return desk.page(
        "orders",
        "orders",
        page_of=page,
        rows=[(row, kind_of_help(row.kind)) for row in page.object_list],
        state=state,
        kind=kind,
        states=Order.State.choices,
        kinds=[(key, kind_of_help(key)) for key in KINDS],
        query=f"state={state}&kind={kind}",
        is_filtered=bool(state or kind),
    )
