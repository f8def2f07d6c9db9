"""One case: its page, the steps taken on it, what counts where sides differ, who handles it (办件页)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console import casechain, casepage, casesteps, palette
from anmin.console.casetable import filters_of
from anmin.console.casewords import CHANNELS, INDICATORS, word_of
from anmin.console.keeping import keeps_typed, kept_for, sign_of
from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.console.words import phrases
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases import queries
from anmin.kernel.cases.actions import StaleCase, StepRefused, assign
from anmin.kernel.cases.appeals import queries as appeals
from anmin.kernel.cases.deaths import queries as deaths
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.queries import Case
from anmin.kernel.cases.table import about, returns, staff
from anmin.kernel.cases.table.explained import explanation_of
from anmin.kernel.cases.table.queries import around, stands_in
from anmin.kernel.cases.transferring import actions as transferring
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import VerificationProblem
from anmin.kernel.entitlements.queries import replay
from anmin.kernel.exchange.checks.actions import CheckProblem
from anmin.lib.calendar import load_calendar
from anmin.policy.errors import PolicyError

MOST_POINTS = 4
HOW, LEAST_HOW = 200, 5
CONSENT = "case.file", "case.accept", "case.confirm", "case.confirm_in_town"
"""Powers of those who ask the family whether it would go on in another layer."""
Troubles = list[tuple[str, str]]
"""What went wrong: an anchor on the page (or nothing) and words."""


@needs("case.read")
def case_page(desk: Desk, number: str) -> HttpResponse:
    """The case in its fixed order; what somebody typed before their session ended is there again."""
    return _page(desk, number, typed=kept_for(desk.request, number))


@needs("case.read")
def case_why(desk: Desk, number: str) -> HttpResponse:
    """Every line of the calculation with its article, rates and facts: part of the case page, or a page to print."""
    case = _case(desk, number)
    names = _named(desk, case)
    _conclusion, reasons, people = casepage.conclusion_of(desk.reader, case, names, desk.today)
    _differences, matrix = casepage.differences_of(case, names)
    return desk.page(
        "parts/why" if desk.request.headers.get("HX-Request") else "case_why",
        "cases",
        case=case,
        title=queries.procedure_of(case).title,
        why=reasons,
        people=people,
        told_by=casepage.sources_of(matrix, list(names)),
        is_split=True,
    )


@needs("case.read")
def case_explanation(desk: Desk, number: str) -> HttpResponse:
    """The same reasons as JSON for programs; read like the page, and written down like it."""
    case, how = _case(desk, number), {"ensure_ascii": False, "indent": 1}
    _named(desk, case)
    try:
        told = explanation_of(desk.reader, case, desk.today, phrases())
    except PolicyError as trouble:
        content = {"error": trouble.what, "todo": trouble.todo}
        return JsonResponse(content, status=422, json_dumps_params=how)
    return JsonResponse(told, json_dumps_params=how)


@keeps_typed
@require_POST
@needs("case.read")
def case_step(desk: Desk, number: str) -> HttpResponse:
    """Take a step. The same form sent twice is one step; a page that is no longer true is told what happened since."""
    case, given = _case(desk, number), desk.request.POST
    action, seen = given.get("action", ""), given.get("seen", "")
    asked = casesteps.Taking(
        desk.reader, desk.today, case, action, int(seen) if seen.isdigit() and len(seen) < 9 else -1, given
    )
    try:
        if since := about.since(case, asked.seen):
            raise StaleCase(since)
        after = casesteps.take(asked)
    except StaleCase as stale:
        if _is_own_again(desk, action, stale):
            return _onward(desk, case, case.number)
        return _page(desk, case.number, typed=given, stale=stale.steps)
    except StepRefused as refused:
        return _page(desk, case.number, typed=given, troubles=_troubles(desk, case, refused))
    except PolicyError as trouble:
        words = trouble.what + (f" {trouble.todo}" if trouble.todo else "")
        return _page(desk, case.number, typed=given, troubles=[("", words)])
    except (CheckProblem, VerificationProblem) as trouble:
        return _page(desk, case.number, typed=given, troubles=[("", str(trouble))])
    messages.success(desk.request, _("已办理：%(number)s") % {"number": number})
    return _onward(desk, case, after)


@keeps_typed
@require_POST
@needs("case.read")
def case_adopt(desk: Desk, number: str) -> HttpResponse:
    """Say which value counts where sides differ."""
    case, given = _case(desk, number), desk.request.POST
    person, name = given.get("person", ""), given.get("name", "")
    row = about.fact_named(case, name, person)
    if row is None:
        raise Http404
    try:
        basis = given.get("basis", "")
        written = given.get("value", "").strip()
        verification.adopt(
            by=desk.reader,
            case=case,
            name=name,
            person=row.person_id,
            basis=basis,
            value=verification.read_written(name, written) if basis == "judged" and written else None,
            reason=given.get("why", ""),
            on=desk.today,
        )
    except (VerificationProblem, StepRefused, PolicyError) as trouble:
        words = trouble.what if isinstance(trouble, PolicyError) else str(trouble)
        return _page(desk, case.number, typed=given, troubles=[(f"fact-{row.pk}", words)])
    messages.success(desk.request, _("已认定。"))
    return HttpResponseRedirect(f"{_href(desk, case.number)}#differences")


@require_POST
@needs("case.read")
def case_assign(desk: Desk, number: str) -> HttpResponse:
    """Give a case to somebody, or put it back on the common table."""
    case = _case(desk, number)
    if not any(desk.reader.may(power, case.division) for power in (*staff.TAKES, "caseload.assign")):
        return _page(desk, case.number, troubles=[("handler", _("您的岗位不能分派办件。"))])
    key = desk.request.POST.get("handler", "")
    user = staff.user_among(staff.takers(case, desk.today), key)
    if key and user is None:
        return _page(desk, case.number, troubles=[("handler", _("这位工作人员不在这个地方办件，请重选。"))])
    assign(by=desk.reader, case=case, handler=user)
    messages.success(desk.request, _("已分派。"))
    return HttpResponseRedirect(_href(desk, case.number))


@require_POST
@needs("case.read")
def case_consent(desk: Desk, number: str) -> HttpResponse:
    """Note that the applicant, who was asked, agrees to go on in another layer if this one fails, and how they said so."""
    case, how = _case(desk, number), desk.request.POST.get("how", "").replace("\x00", "").strip()[:HOW]
    if not any(desk.reader.may(power, case.division) for power in CONSENT):
        trouble = _("您的岗位不能登记转办同意。")
    elif len(how) < LEAST_HOW:
        trouble = _("请写明怎样征得同意，至少 5 个字，例如：电话里本人同意。")
    else:
        try:
            transferring.agree_to_transfer(by=desk.reader, case=case, how=how)
        except StepRefused as refused:
            trouble = str(refused)
        else:
            messages.success(desk.request, _("已登记：同意不符合时转其他类别。"))
            return HttpResponseRedirect(f"{_href(desk, number)}#papers")
    return _page(desk, number, typed=desk.request.POST, troubles=[("how", trouble)])


def _case(desk: Desk, number: str) -> Case:
    case = queries.case_numbered(desk.reader, number)
    if case is None:
        raise Http404
    return case


def _list_of(desk: Desk) -> str:
    """The list that the reader works through, as the address of the page carries it."""
    return urlencode(filters_of(desk.request.GET).as_query())


def _href(desk: Desk, number: str) -> str:
    query = _list_of(desk)
    return reverse("console:case", args=[number]) + (f"?{query}" if query else "")


def _onward(desk: Desk, case: Case, after: str) -> HttpResponse:
    """Back to the case, or on to the next one of the list where this one has left it."""
    if after == case.number and _list_of(desk):
        asked = filters_of(desk.request.GET)
        if not stands_in(desk.reader, asked, desk.today, case):
            before, following = around(desk.reader, asked, desk.today, case)
            onward = following or before
            if onward is not None:
                return HttpResponseRedirect(_href(desk, onward.number))
    return HttpResponseRedirect(_href(desk, after))


def _is_own_again(desk: Desk, action: str, stale: StaleCase) -> bool:
    """Whether what happened since is exactly this step by this reader: the button was pressed twice."""
    user = desk.reader.user
    return len(stale.steps) == 1 and stale.steps[0].action == action and stale.steps[0].by == user


def _troubles(desk: Desk, case: Case, refused: StepRefused) -> Troubles:
    """Every hindrance; a discrepancy becomes one line for each fact that is still open, linked to it."""
    found: Troubles = []
    names = casepage.names_of(desk.reader, case)
    for row in refused.obstacles:
        if row.code == "discrepancy":
            open_ones = [one for one in casepage.differences_of(case, names)[0] if one.is_open]
            found += [
                (
                    f"fact-{one.pk}",
                    _("“%(what)s”（%(who)s）各方不一致，请先认定") % {"what": one.title, "who": one.who},
                )
                for one in open_ones
            ]
        else:
            found.append(("", row.words))
    return found


def _named(desk: Desk, case: Case) -> dict[int, str]:
    """What the people of a case are called; that they were read is counted and written down."""
    names = casepage.names_of(desk.reader, case)
    keys = [case.applicant_id, *names]
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["case"], division=case.division
    )
    return names


def _page(
    desk: Desk,
    number: str,
    *,
    typed: Any = None,
    troubles: Troubles | None = None,
    stale: Any = (),
) -> HttpResponse:
    case = _case(desk, number)
    names = _named(desk, case)
    conclusion, reasons, people = casepage.conclusion_of(desk.reader, case, names, desk.today)
    differences, matrix = casepage.differences_of(case, names)
    clue = deaths.clue_of(case, desk.today)
    draft = deaths.draft_to_family(case, names.get(clue.person, ""), desk.today) if clue is not None else []
    open_steps, shut_steps = casesteps.offers(
        desk.reader, case, desk.today, conclusion.refusal, "\n".join(draft)
    )
    progress, said = queries.progress(case), about.application_of(case)
    calendar = load_calendar(on_unknown="provisional")
    before, following = (None, None)
    if _list_of(desk):
        before, following = around(desk.reader, filters_of(desk.request.GET), desk.today, case)
    palette.remember(desk.request, case.number)
    replayed = None
    if desk.request.GET.get("replay") and conclusion.decision is not None:
        replayed = replay(conclusion.decision)
    return desk.page(
        "case",
        "cases",
        case=case,
        title=queries.procedure_of(case).title,
        law=queries.procedure_of(case).law,
        progress=progress,
        left=None if case.due is None else calendar.working_days_between(desk.today, case.due),
        place=full_name(case.division),
        channel=word_of(CHANNELS, case.channel),
        causes=casepage.causes_of(case),
        changes=casepage.changes_of(case, names),
        names=names,
        shows_person=set(names),
        conclusion=conclusion,
        why=reasons,
        people=people,
        told_by=casepage.sources_of(matrix, list(names)),
        differences=differences,
        matrix=matrix,
        may_adopt=case.closed_on is None
        and any(desk.reader.may(power, case.division) for power in verification.ADOPT),
        chain=casechain.links_of(desk.reader, case, desk.request.GET.get("chain", "")),
        appeals=appeals.appeals_of(case),
        appealed=appeals.appealed(desk.reader, case),
        question=appeals.question_of(case) if appeals.is_appeal(case) else "",
        may_appeal=bool(appeals.raisable(desk.reader, case, desk.today)),
        coming=about.coming(case),
        said=said,
        may_agree=said is not None
        and not said.agrees_to_transfer
        and transferring.may_agree(case)
        and any(desk.reader.may(power, case.division) for power in CONSENT),
        materials=casepage.materials_of(case),
        publicities=about.publicities_of(case),
        objections=about.objections_of(case),
        samples=about.samples_of(case),
        clue=clue,
        draft=draft,
        benefit=casepage.benefit_of(case, desk.today),
        returned=casechain.returned_of(desk.reader, case, names),
        open_steps=open_steps,
        shut_steps=shut_steps,
        takers=staff.takers(case, desk.today),
        replayed=replayed,
        query=_list_of(desk),
        previous=_href(desk, before.number) if before is not None else "",
        following=_href(desk, following.number) if following is not None else "",
        indicators=INDICATORS,
        typed=typed or {},
        who=sign_of(desk.request),
        troubles=troubles or [],
        stale=[casechain.step_line(case, step) for step in stale],
    )


@keeps_typed
@needs("case.read")
def case_return(desk: Desk, number: str) -> HttpResponse:
    """Send a case back, point by point: each tied to a field, with what is to be mended."""
    case, given = _case(desk, number), desk.request.POST
    way = (given if desk.request.method == "POST" else desk.request.GET).get("way", "")
    step = queries.procedure_of(case).step(case.state, way) if way in casesteps.RETURNS else None
    if step is None:
        raise Http404
    names = casepage.names_of(desk.reader, case)
    fields = returns.fields_of(case, names)
    rows = [
        {"what": what, "words": words}
        for what, words in zip(given.getlist("what"), given.getlist("words"), strict=False)
    ]
    troubles: Troubles = []
    stale: list[Any] = []
    if desk.request.method == "POST":
        points, troubles = casesteps.points_of(fields, rows)
        if not troubles:
            seen = given.get("seen", "")
            try:
                deciding.send_for_fixing(
                    by=desk.reader,
                    case=case,
                    points=points,
                    on=desk.today,
                    seen=int(seen) if seen.isdigit() and len(seen) < 9 else -1,
                    to_field=way == "return_to_field",
                )
            except StaleCase as moved:
                if _is_own_again(desk, way, moved):
                    return _onward(desk, case, case.number)
                stale = [casechain.step_line(case, one) for one in moved.steps]
            except StepRefused as refused:
                troubles = [("", row.words) for row in refused.obstacles]
            else:
                messages.success(desk.request, _("已退回，补正以后仍由您审核。"))
                return _onward(desk, case, case.number)
    return desk.page(
        "case_return",
        "cases",
        case=_case(desk, number),
        title=step.title,
        way=way,
        fields=fields,
        rows=(rows + [{"what": "", "words": ""}] * MOST_POINTS)[:MOST_POINTS],
        troubles=troubles,
        stale=stale,
        who=sign_of(desk.request),
        query=_list_of(desk),
    )
