"""Asking to check again and complaining about one's own matter (申请复核、投诉): from a refusal, a benefit or a case."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.appeals.queries import FAMILY, is_appeal
from anmin.kernel.cases.own import actions
from anmin.kernel.cases.own.benefits import is_decided
from anmin.kernel.cases.own.road import own_case
from anmin.kernel.papers.offices import remedy
from anmin.portal.pages import Visit, own
from anmin.portal.places import contacts

LONGEST = 1000


@own
def appeal(visit: Visit, number: str) -> HttpResponse:
    """One question and one answer: what is wrong. What goes to the government or the court stands beside it."""
    found = own_case(visit.me, number, "apply")
    if found is None or is_appeal(found):
        raise Http404
    decided, trouble, chosen = is_decided(found), [], ""
    if visit.posted is not None:
        chosen = visit.posted.get("matter", "")
        words = visit.posted.get("words", "").replace("\x00", "").strip()[:LONGEST]
        try:
            row = actions.appeal(
                by=visit.me, case=found, matter=chosen if chosen in FAMILY else "", words=words
            )
            return visit.go("case", row.number)
        except StepRefused as refused:
            trouble = [("words" if chosen in FAMILY else "matter", row.words) for row in refused.obstacles]
    return visit.page(
        "appeal",
        status=422 if trouble else 200,
        case=found,
        decided=decided,
        chosen=chosen or ("recheck" if decided else "complaint"),
        written=visit.posted or {},
        errors=trouble,
        remedy=remedy(found.division, visit.today) if decided else None,
        contacts=contacts(found.division, visit.today),
    )
