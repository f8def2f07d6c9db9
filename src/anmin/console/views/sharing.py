"""Requests for data by departments (数据共享申请): found in order, granted or refused, each with its clock."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.views.desk import Desk, needs
from anmin.kernel.exchange.sharing import actions, queries
from anmin.kernel.exchange.sharing.actions import SharingProblem

LOOK = ("sharing.decide", "partners.manage")


@needs(*LOOK)
def request_list(desk: Desk) -> HttpResponse:
    """Requests that wait, those due first; and those that were answered."""
    rows = [queries.pending(row, desk.today) for row in queries.sharing_requests()]
    return desk.page(
        "sharings",
        "sharings",
        waiting=[row for row in rows if row.is_open],
        answered=[row for row in reversed(rows) if not row.is_open][:50],
    )


@needs(*LOOK)
def request_page(desk: Desk, pk: int) -> HttpResponse:
    """One request: who wants what on which basis for what, and what came of it."""
    row = queries.sharing_request_numbered(pk)
    if row is None:
        raise Http404
    return desk.page(
        "sharing",
        "sharings",
        one=queries.pending(row, desk.today),
        may_decide=desk.reader.may("sharing.decide") and row.asker_id != desk.reader.user.pk,  # type: ignore[union-attr]
        may_make_key=desk.reader.may("partners.manage"),
    )


@require_POST
@needs("sharing.decide")
def decide(desk: Desk, pk: int) -> HttpResponse:
    """Find in order, grant, or refuse with a reason."""
    row = queries.sharing_request_numbered(pk)
    if row is None:
        raise Http404
    what, reason = desk.request.POST.get("what", ""), desk.request.POST.get("reason", "")
    try:
        if what == "accept":
            actions.accept_sharing(by=desk.reader.user, request=row, on=desk.today)
        elif what in ("grant", "refuse"):
            actions.decide_sharing(
                by=desk.reader.user, request=row, is_granted=what == "grant", on=desk.today, reason=reason
            )
        messages.success(desk.request, _("已办理。"))
    except SharingProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(reverse("console:sharing", args=[pk]))
