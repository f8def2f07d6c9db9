"""Benefits without application: whom to ask, what they answered, and the batch that a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.alertwords import benefit_words
from anmin.console.moneywords import POWERS
from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.monitoring import lateness
from anmin.kernel.access.taking.actions import take
from anmin.kernel.alerts.offers import actions, queries
from anmin.kernel.alerts.offers.rules import direct, offering, waiting
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.table import find
from anmin.kernel.entitlements.queries import each_period

ROWS = 50
VIEWS = {
    "ready": gettext_lazy("待联系"),
    "again": gettext_lazy("要再问的"),
    "agreed": gettext_lazy("已同意，待审核"),
    "granted": gettext_lazy("已批准"),
    "refused": gettext_lazy("本人不要"),
    "excluded": gettext_lazy("已排除"),
}
ANSWERS = {
    "agreed": gettext_lazy("本人同意"),
    "refused": gettext_lazy("本人不要"),
    "silent": gettext_lazy("没有回音"),
}


@needs("alert.read")
def offer_list(desk: Desk) -> HttpResponse:
    """Lists of offers; those that agreed are approved in a batch."""
    name = desk.written("view") if desk.written("view") in VIEWS else "ready"
    may_approve = name == "agreed" and desk.reader.may(actions.APPROVE)
    if desk.request.method == "POST" and may_approve:
        return _approve(desk)
    page = Paginator(queries.view(desk.reader, name, desk.today), ROWS).get_page(desk.request.GET.get("page"))
    rows = _rows(list(page.object_list), desk)
    counted = queries.counts(desk.reader, desk.today)
    return desk.page(
        "offers",
        "offers",
        page_of=page,
        rows=rows,
        view=name,
        title=VIEWS[name],
        views=[(key, words, counted[key]) for key, words in VIEWS.items()],
        may_approve=may_approve,
        **lateness(desk),
        waiting=waiting(desk.home or "000000", desk.today),
        direct=[(benefit_words(one.benefit), one) for one in direct()],
        may_see_money=any(desk.reader.may(power) for power in POWERS),
    )


def _approve(desk: Desk) -> HttpResponse:
    chosen = [int(key) for key in desk.request.POST.getlist("offer") if key.isdigit()]
    done = actions.approve(
        by=desk.reader, offers=list(queries.offers(desk.reader).filter(pk__in=chosen)), on=desk.today
    )
    if done.granted:
        messages.success(
            desk.request,
            _("批准了 %(n)s 条：按月的下月起发，按年的到当地规定的月份发。") % {"n": len(done.granted)},
        )
    for row, why in done.returned:
        messages.error(desk.request, f"{row.household.number} · {why}")
    if not chosen:
        messages.error(desk.request, _("请先选中要审核的。"))
    return HttpResponseRedirect(f"{reverse('console:offers')}?view=agreed")


@needs("alert.read")
def offer_page(desk: Desk, pk: int) -> HttpResponse:
    """One offer: why it is there, what was said, and the form for the answer."""
    row = queries.offer_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    refusals: list[tuple[str, str]] = []
    given = desk.request.POST
    if desk.request.method == "POST":
        try:
            actions.note_answer(
                by=desk.reader,
                offer=row,
                answer=given.get("answer", ""),
                on=desk.today,
                words=given.get("words", ""),
                seen_alive=bool(given.get("alive")),
            )
            messages.success(desk.request, _("已记下。"))
            return HttpResponseRedirect(reverse("console:offer", args=[pk]))
        except actions.OfferRefused as trouble:
            refusals = [("answer", str(trouble))]
    (shown,) = _rows([row], desk)
    return desk.page(
        "offer",
        "offers",
        offer=row,
        shown=shown,
        given=given,
        refusals=refusals,
        answers=ANSWERS.items(),
        may=desk.reader.may("alert.handle", row.division)
        and row.state in ("ready", "silent", "returned", "agreed"),
    )


def _rows(offers: Sequence[Any], desk: Desk) -> list[dict[str, Any]]:
    """Rows with the name of whom to ask; whoever is named here is noted as read."""
    heads = find.heads_of([row.household for row in offers], desk.today)
    rows = []
    for row in offers:
        key, name = heads.get(row.household_id, (0, "—"))
        if row.person is not None:
            key, name = row.person_id, row.person.name
        rows.append(
            {
                "row": row,
                "key": key,
                "name": name,
                "place": full_name(row.division),
                "title": benefit_words(row.benefit),
                "each": each_period(row.benefit),
                "visit": row.state == "silent" and row.tries >= offering()["tries"],
            }
        )
    keys = [row["key"] for row in rows if row["key"]]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["offers"])
    return rows
