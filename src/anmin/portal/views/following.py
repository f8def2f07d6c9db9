"""Following a matter: where it stands, what I get and why, what was refused and how to appeal."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.appeals.queries import answer_of, appeals_of, is_appeal, question_of
from anmin.kernel.cases.changes.kinds import kinds
from anmin.kernel.cases.own import actions
from anmin.kernel.cases.own.benefits import own_benefit, own_benefits, refusal_of, refusals, sums_of
from anmin.kernel.cases.own.road import own_case, own_cases, road_of
from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.papers.offices import remedy
from anmin.kernel.papers.queries import pdf_again
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.payments.banks.arrivals import newest_and_missing, own_arrivals
from anmin.portal.language import phrases
from anmin.portal.pages import Visit, own
from anmin.portal.places import contacts
from anmin.portal.plain import told_of
from anmin.portal.views import errors


@own
def cases(visit: Visit) -> HttpResponse:
    """Every matter of mine and of those who let me see theirs."""
    roads = [road_of(row, visit.today) for row in own_cases(visit.me)]
    return visit.page("cases", roads=roads)


@own
def case(visit: Visit, number: str) -> HttpResponse:
    """One matter: today's stage, the next day, whom to call, what I must do."""
    found = own_case(visit.me, number)
    if found is None:
        raise Http404
    actions.note_seen(by=visit.me, persons=[found.applicant_id], what="case")
    return visit.page(
        "case",
        road=road_of(found, visit.today),
        contacts=contacts(found.division, visit.today),
        can_withdraw=found.closed_on is None and not is_appeal(found),
        refusal=refusal_of(found),
        is_appeal=is_appeal(found),
        question=question_of(found) if is_appeal(found) else "",
        answer=answer_of(found) if is_appeal(found) else "",
        appeals=appeals_of(found),
    )


@own
def receipt(visit: Visit, number: str) -> HttpResponse:
    """The application as a PDF."""
    found = own_case(visit.me, number, "apply", "progress")
    if found is None:
        raise Http404
    try:
        signer = actions.applicant_of(visit.me, found.applicant_id)
        paper = make_paper(by=signer, case=found, kind="application", on=visit.today, by_hand=True)
    except PaperProblem as trouble:
        return errors.refused(visit.request, _("现在做不出 PDF"), trouble.what)
    answer = HttpResponse(pdf_again(paper).pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return answer


@own
def withdraw(visit: Visit, number: str) -> HttpResponse:
    """Take an application back, after being asked once."""
    found = own_case(visit.me, number, "apply")
    if found is None or found.closed_on is not None:
        raise Http404
    trouble: list[tuple[str, str]] = []
    if visit.posted is not None:
        reason = visit.posted.get("reason", "").strip()[:200]
        if not reason:
            trouble = [("reason", _("请写一写为什么不申请了。"))]
        else:
            try:
                actions.withdraw(by=visit.me, case=found, seen=found.last_step, reason=reason)
                return visit.go("case", number)
            except (StepRefused, StaleCase) as refused:
                trouble = [("reason", str(refused))]
    return visit.page("withdraw", status=422 if trouble else 200, case=found, errors=trouble)


@require_POST
@own
def supply(visit: Visit, number: str) -> HttpResponse:
    """Say that what was missing is there now."""
    found = own_case(visit.me, number, "apply")
    if found is None:
        raise Http404
    road = road_of(found, visit.today)
    keys = [row.key for row in road.lacking.papers] if road.lacking is not None else []
    try:
        actions.supply(by=visit.me, case=found, keys=keys, seen=found.last_step)
    except (StepRefused, StaleCase) as refused:
        return errors.refused(visit.request, str(refused), "")
    return visit.go("case", number)


@own
def benefits(visit: Visit) -> HttpResponse:
    """What I get, how much this month, and what was refused or stopped."""
    arrivals = own_arrivals()
    rows = [(one, newest_and_missing(arrivals.get(one.row.pk, []))) for one in own_benefits(visit.me)]
    return visit.page("benefits", benefits=rows, refusals=refusals(visit.me))


@own
def benefit(visit: Visit, number: int) -> HttpResponse:
    """Why this amount, in plain words, on one sheet; what changes to tell."""
    found = own_benefit(visit.me, number)
    if found is None:
        raise Http404
    sums, why = sums_of(found.decision, phrases())
    return visit.page(
        "benefit",
        one=found,
        has_case=own_case(visit.me, found.decision.case_number) is not None,
        sums=sums,
        told=told_of(found, why, visit.me),
        arrivals=own_arrivals().get(found.row.pk, []),
        changes=[kind.plain for kind in kinds().values()],
        contacts=contacts(found.row.division, visit.today),
    )


@own
def refusal(visit: Visit, number: str) -> HttpResponse:
    """What was refused or stopped: the numbers against the standard, the clause, how, where and until when to appeal."""
    found = own_case(visit.me, number)
    row = refusal_of(found) if found is not None else None
    if found is None or row is None:
        raise Http404
    return visit.page(
        "refusal",
        row=row,
        case=found,
        remedy=remedy(found.division, visit.today),
        contacts=contacts(found.division, visit.today),
    )
