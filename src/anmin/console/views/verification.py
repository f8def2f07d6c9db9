"""The verification matrix (核查矩阵): each item from each side, what counts and why, and what the rules make of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.counterwords import worded
from anmin.console.keeping import keeps_typed_here, kept_here
from anmin.console.matrixform import MatrixForm, SurveyForm
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.queries import holders_of
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StaleCase, StepRefused, take_step
from anmin.kernel.cases.intake.queries import FormProblem
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.queries import case_numbered, procedure_of, progress, ways_on
from anmin.kernel.cases.relatives.queries import related_staff
from anmin.kernel.cases.verification import actions, queries
from anmin.kernel.exchange.checks import queries as checks
from anmin.policy.errors import PolicyError

READ = ("case.read",)
REFUSED = (StepRefused, PolicyError, actions.VerificationProblem, FormProblem, ProcedureProblem)
SURVEY = frozenset({"case.survey"})
PLAIN_STEPS = ("start_check", "start_survey")


@keeps_typed_here
@needs(*READ)
def case_check(desk: Desk, number: str) -> HttpResponse:
    """The matrix; what was chosen is adopted row by row, and a row that cannot be keeps what was typed."""
    case = _case(desk, number)
    if desk.request.method != "POST":
        return _page(desk, case, MatrixForm(case, kept_here(desk.request)))
    given = desk.request.POST
    form, what = MatrixForm(case, given), given.get("what", "adopt")
    try:
        if what == "adopt":
            done = form.adopt(by=desk.reader, on=desk.today)
            if done:
                messages.success(desk.request, _("已认定 %(n)d 项。") % {"n": done})
            if form.troubles:
                return _page(desk, _case(desk, number), form)
        elif what == "undisputed":
            done = actions.adopt_undisputed(by=desk.reader, case=case, on=desk.today)
            messages.success(desk.request, _("没有分歧的 %(n)d 项已一并认定。") % {"n": done})
        elif what == "take_in":
            _take_in(desk, case, given)
        elif what in PLAIN_STEPS:
            take_step(by=desk.reader, case=case, action=what, on=desk.today, seen=seen_in(given))
            messages.success(desk.request, _("已办理。"))
    except StaleCase as stale:
        return _page(desk, _case(desk, number), form, stale=stale.steps)
    except REFUSED as trouble:
        return _page(desk, _case(desk, number), form, refusals=worded(trouble))
    return HttpResponseRedirect(reverse("console:case-check", args=[number]))


@require_POST
@needs(*READ)
def case_result(desk: Desk, number: str) -> HttpResponse:
    """The result line for what is chosen on the page at this moment; nothing is written."""
    case = _case(desk, number)
    form = MatrixForm(case, desk.request.POST)
    return render(desk.request, "console/parts/result.html", _result(desk, case, form))


@keeps_typed_here
@needs("case.survey", "children.visit")
def case_survey(desk: Desk, number: str) -> HttpResponse:
    """What two people saw at home, first of all on a phone."""
    case = _case(desk, number)
    if desk.request.method != "POST":
        return _survey_page(desk, case, SurveyForm(case, kept_here(desk.request)))
    form = SurveyForm(case, desk.request.POST)
    colleagues = {user.pk: user for user in holders_of(_visitors(case), case.division, desk.today)}
    beside = colleagues.get(form.beside)
    refusals = [] if beside is not None else [("needs_second", _("入户调查须两人一起，请选同行人员"))]
    if beside is not None:
        try:
            form.record(by=desk.reader, beside=beside, on=desk.today, seen=seen_in(desk.request.POST))
        except StaleCase as stale:
            return _survey_page(desk, _case(desk, number), form, stale=stale.steps)
        except FormProblem as trouble:
            form.troubles = trouble.fields
        except REFUSED as trouble:
            refusals = worded(trouble)
        else:
            messages.success(desk.request, _("入户调查已记下。"))
            return HttpResponseRedirect(reverse("console:case-check", args=[number]))
    return _survey_page(desk, _case(desk, number), form, refusals=refusals)


def _visitors(case: Any) -> frozenset[str]:
    """The powers of those who visit the family, as the case's own procedure says: children are seen by their directors."""
    step = procedure_of(case).step(case.state, "record_survey")
    return frozenset(step.who) if step is not None and step.who else SURVEY


def seen_in(given: Any) -> int:
    """The step up to which the page knew the case."""
    text = given.get("seen", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def _take_in(desk: Desk, case: Any, given: Any) -> None:
    key = given.get("order", "")
    order = checks.order_numbered(desk.reader, int(key)) if key.isdigit() and len(key) < 19 else None
    if order is None:
        raise actions.VerificationProblem(_("请选择一份已出的核对报告"))
    actions.take_in_check(by=desk.reader, case=case, order=order, on=desk.today, seen=seen_in(given))
    messages.success(desk.request, _("核对报告已记入。"))


def _result(desk: Desk, case: Any, form: MatrixForm) -> dict[str, Any]:
    """What the rules make of the choices, or why they cannot say."""
    try:
        found = queries.result_of(case, on=desk.today, instead=form.chosen())
    except (PolicyError, ProcedureProblem) as trouble:
        return {"case": case, "result": None, "trouble": worded(trouble)[0][1], "asked": form.reasons_due()}
    why = found.why()
    shown = next((line for line in reversed(why.lines) if line.name == why.name), None)
    return {"case": case, "result": found, "formula": shown, "asked": form.reasons_due()}


def _note(desk: Desk, case: Any, field: str) -> None:
    keys = list(case.members.values_list("person_id", flat=True))
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=[field], division=case.division
    )


def _page(
    desk: Desk,
    case: Any,
    form: MatrixForm,
    refusals: list[tuple[str, str]] | None = None,
    stale: list[Any] | None = None,
) -> HttpResponse:
    _note(desk, case, "matrix")
    ways = {way.step.action: way for way in ways_on(case, by=desk.reader, on=desk.today)}
    survey = (
        case.steps.filter(action="record_survey").select_related("by", "beside").order_by("number").last()
    )
    may = [power for power in actions.ADOPT if desk.reader.may(power, case.division)]
    return desk.page(
        "case_check",
        "cases",
        case=case,
        progress=progress(case),
        form=form.fresh(case),
        survey=survey,
        related=relatives(case),
        ways=ways,
        reports=[
            row
            for row in checks.orders(desk.reader).filter(household=case.household, state="done")[:5]
            if row.valid_until is None or row.valid_until >= desk.today
        ],
        may_adopt=bool(may) and case.closed_on is None,
        refusals=refusals or [],
        stale=stale or [],
        **{key: value for key, value in _result(desk, case, form).items() if key != "case"},
    )


def relatives(case: Any) -> list[tuple[str, str, str]]:
    """Handlers who are near relatives of the family: the handler, the member, what binds them."""
    names = {row.person_id: row.person.name for row in case.members.select_related("person")}
    found = related_staff(case)
    users = {user.pk: user.display_name for user in holders_of(HANDLE, case.division, case.opened_on)}
    return [(users.get(row.user, _("一名工作人员")), names.get(row.person, ""), row.title) for row in found]


HANDLE = frozenset({"case.read"})


def _survey_page(
    desk: Desk,
    case: Any,
    form: SurveyForm,
    refusals: list[tuple[str, str]] | None = None,
    stale: list[Any] | None = None,
) -> HttpResponse:
    _note(desk, case, "survey")
    way = next(
        (one for one in ways_on(case, by=desk.reader, on=desk.today) if one.step.action == form.action), None
    )
    related = {row.user for row in related_staff(case)}
    colleagues = [
        (user.pk, user.display_name, user.pk in related)
        for user in holders_of(_visitors(case), case.division, desk.today)
        if user.pk != getattr(desk.reader.user, "pk", None)
    ]
    return desk.page(
        "case_survey",
        "cases",
        case=case,
        procedure=procedure_of(case),
        form=form,
        way=way,
        colleagues=colleagues,
        related=relatives(case),
        refusals=refusals or [],
        stale=stale or [],
    )


def _case(desk: Desk, number: str) -> Any:
    case = case_numbered(desk.reader, number)
    if case is None:
        raise Http404
    return case
