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
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.procedures import Procedure
from anmin.kernel.cases.queries import case_numbered

TAKE_IN = ("case.accept", "case.file", "case.confirm", "case.stop")


@needs(*TAKE_IN)
def case_appeal(desk: Desk, number: str) -> HttpResponse:
    """Write an appeal down: what kind, and what is wrong in the words of whoever raised it."""
    case = case_numbered(desk.reader, number)
    if case is None or queries.is_appeal(case):
        raise Http404
    if not any(desk.reader.may(power, case.division) for power in TAKE_IN):
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
    procedures = [procedure_for(key, case.division, desk.today) for key in queries.APPEALS]
    kinds = [one for one in procedures if _may_begin(desk, one, case.division)]
    return desk.page(
        "case_appeal",
        "cases",
        case=case,
        kinds=[(one.matter, one.title, next(iter(one.limits.values()))) for one in kinds],
        chosen=given.get("matter", ""),
        words=given.get("words", ""),
        troubles=troubles,
    )


def _may_begin(desk: Desk, procedure: Procedure, division: str) -> bool:
    step = procedure.step(procedure.initial, "submit")
    return step is not None and any(desk.reader.may(power, division) for power in step.who)
