"""Benefits that are due for review, and opening the review (动态复核)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.table import find
from anmin.kernel.cases.takeover.queries import review_reason
from anmin.kernel.cases.upkeep import queries as upkeep
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements import queries as entitlements

ROWS = 50
START = "case.accept", "case.opine", "case.confirm", "children.visit", "children.decide"


@needs("case.read")
def review_list(desk: Desk) -> HttpResponse:
    """Benefits whose review is due and not under way, the most overdue first."""
    page = Paginator(upkeep.due_for_review(desk.reader, desk.today), ROWS).get_page(
        desk.request.GET.get("page")
    )
    heads = find.heads_of([row.household for row in page.object_list], desk.today)
    keys = [person for person, _name in heads.values()]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["cases"])
    rows: list[dict[str, Any]] = [
        {
            "row": row,
            "name": row.person.name if row.person is not None else heads.get(row.household_id, (0, "—"))[1],
            "place": full_name(row.division),
            "title": entitlements.title_of_benefit(row.benefit),
            "may_open": upkeep.may_review(desk.reader, row, desk.today),
        }
        for row in page.object_list
    ]
    return desk.page(
        "reviews", "cases", page_of=page, rows=rows, may_open=any(one["may_open"] for one in rows)
    )


@require_POST
@needs(*START)
def review_open(desk: Desk, pk: int) -> HttpResponse:
    """Open the review of a benefit and start its clock; one that is under way is opened instead."""
    row = entitlements.entitlement_numbered(desk.reader, pk)
    if row is None or not upkeep.may_review(desk.reader, row, desk.today):
        raise Http404
    under_way = find.about_benefit(desk.reader, pk)
    if under_way is not None:
        return HttpResponseRedirect(reverse("console:case", args=[under_way.number]))
    why = review_reason(row)
    try:
        case = open_upkeep(by=desk.reader, entitlement=row, on=desk.today, reason=why or _("到期复核"))
        take_step(by=desk.reader, case=case, action="start", on=desk.today, seen=case.last_step, reason=why)
    except StepRefused as refused:
        messages.error(desk.request, str(refused))
        return HttpResponseRedirect(reverse("console:reviews"))
    messages.success(desk.request, _("已启动复核。"))
    return HttpResponseRedirect(reverse("console:case", args=[case.number]))
