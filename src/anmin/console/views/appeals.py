"""Appeals against a case (复核、投诉、复议、诉讼): written down by staff, each with a clock and other people than before."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.views.desk import Desk, needs
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.appeals import queries
from anmin.kernel.cases.appeals.actions import file_appeal
from anmin.kernel.cases.matters import kind_of
from anmin.kernel.cases.queries import case_numbered

TAKE_IN = ("case.accept", "case.file", "case.confirm", "case.stop", "children.visit", "children.decide")


@needs(*TAKE_IN)
def case_appeal(desk: Desk, number: str) -> HttpResponse:
    """Write an appeal down: what kind, and what is wrong in the words of whoever raised it."""
    case = case_numbered(desk.reader, number)
    kinds = [] if case is None else queries.raisable(desk.reader, case, desk.today)
    if case is None or not kinds:
        raise Http404
    given, troubles = desk.request.POST, []
    if desk.request.method == "POST":
        try:
            row = file_appeal(
                by=desk.reader,
                case=case,
                matter=given.get("matter", ""),
                words=given.get("words", "").replace("\x00", ""),
                on=desk.today,
            )
        except StepRefused as refused:
            troubles = [("words", row.words) for row in refused.obstacles]
        else:
            messages.success(desk.request, _("已登记，期限从明天起算。"))
            return HttpResponseRedirect(reverse("console:case", args=[row.number]))
    return desk.page(
        "case_appeal",
        "cases",
        case=case,
        kinds=[(kind_of(one.matter), one.title, next(iter(one.limits.values()))) for one in kinds],
        chosen=given.get("matter", ""),
        words=given.get("words", ""),
        troubles=troubles,
    )
