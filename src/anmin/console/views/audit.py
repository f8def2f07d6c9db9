"""The book of acts for those who watch over it (审计)."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from anmin.console.views.desk import Desk, needs
from anmin.kernel.audit import queries as audit

ROWS = 50


@needs("audit.read")
def act_list(desk: Desk) -> HttpResponse:
    """Acts, newest first, by act, day and place."""
    return _page(desk)


@require_POST
@needs("audit.read")
def verify(desk: Desk) -> HttpResponse:
    """Walk the whole book now and say what was found."""
    return _page(desk, verdict=audit.verification())


def _page(desk: Desk, verdict: audit.Verdict | None = None) -> HttpResponse:
    try:
        day: date | None = date.fromisoformat(desk.request.GET.get("day", ""))
    except ValueError:
        day = None
    act, division = desk.written("act")[:100], desk.written("division")[:12]
    found = audit.acts(act=act, day=day, division=division)
    page = Paginator(found, ROWS).get_page(desk.request.GET.get("page"))
    chosen = {"act": act, "division": division, "day": day.isoformat() if day else ""}
    return desk.page("audit", "audit", page_of=page, chosen=chosen, verdict=verdict)
