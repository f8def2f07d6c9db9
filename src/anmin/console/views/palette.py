"""What the command palette finds, as JSON; what was typed is never part of an address."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from anmin.console.palette import found
from anmin.console.views.desk import Desk, desk
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit

LONGEST = 60


@require_POST
@desk
def palette(desk: Desk) -> HttpResponse:
    """Cases, people and pages for a text."""
    text = desk.request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]
    items, shown = found(desk.request, desk.reader, text)
    keys = list(dict.fromkeys(shown))
    if keys:
        take(reader=desk.reader, klass="list", person_ids=keys)
        audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["list"])
    answer = JsonResponse(
        {"items": [asdict(one) for one in items]}, json_dumps_params={"ensure_ascii": False}
    )
    answer["Cache-Control"] = "no-store"
    return answer
