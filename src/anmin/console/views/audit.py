"""The book of acts for those who watch over it (审计)."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from anmin.console.views.desk import NUMBER, Desk, needs
from anmin.kernel.audit import queries as audit
from anmin.kernel.audit.anchors import anchors

ROWS = 50


@needs("audit.read")
def act_list(desk: Desk) -> HttpResponse:
    """Acts in the reader's divisions, newest first, by who, act, person, day and place."""
    return _page(desk)


@require_POST
@needs("audit.verify")
def verify(desk: Desk) -> HttpResponse:
    """Walk the whole book now and say what was found."""
    return _page(desk, verdict=audit.verification())


def _page(desk: Desk, verdict: audit.Verdict | None = None) -> HttpResponse:
    try:
        day: date | None = date.fromisoformat(desk.request.GET.get("day", ""))
    except ValueError:
        day = None
    person = desk.written("person")
    sought = audit.Sought(
        who=desk.written("who")[:50],
        act=desk.written("act")[:100],
        person=int(person) if NUMBER.fullmatch(person) else None,
        day=day,
        division=desk.written("division")[:12],
    )
    found = audit.acts(
        sought,
        ranges=desk.reader.reach("audit.read").ranges,
        with_unplaced=desk.reader.may("audit.verify"),
    )
    page = Paginator(found, ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "audit",
        "audit",
        page_of=page,
        sought=sought,
        verdict=verdict,
        kept=anchors()[-1:],
        may_verify=desk.reader.may("audit.verify"),
    )
