"""The materials of a case (材料): received, held by departments, promised, lacking; then acceptance or the one-time notice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.counterwords import worded
from anmin.console.views.desk import Desk, needs
from anmin.console.views.scans import take_files
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StaleCase, StepRefused, assign
from anmin.kernel.cases.intake import actions, queries
from anmin.kernel.cases.papers import actions as papers
from anmin.kernel.cases.papers.queries import papers_of
from anmin.kernel.cases.queries import case_numbered, procedure_of, progress, ways_on
from anmin.kernel.cases.scans.queries import scans_of
from anmin.kernel.exchange.checks.queries import adults_seen
from anmin.kernel.exchange.consents import queries as consents
from anmin.kernel.papers.words import PaperProblem
from anmin.policy.errors import PolicyError

STATES = {
    "asked": "tag-red",
    "received": "tag-green",
    "promised": "tag-amber",
    "held": "tag",
    "carried": "tag",
}
NOTICES = {"accept": "acceptance", "ask_for_more": "notice_of_missing"}


@needs("case.read")
def materials(desk: Desk, number: str) -> HttpResponse:
    """The checklist of a case, who has not authorised yet, and what leads on."""
    case = _case(desk, number)
    if desk.request.method != "POST":
        return _page(desk, case)
    given = desk.request.POST
    refusals = take_files(desk, case=case)
    try:
        if not refusals and (done := _step(desk, case, given)) is not None:
            return done
    except StaleCase as stale:
        return _page(desk, _case(desk, number), stale=stale.steps)
    except (StepRefused, PolicyError, PaperProblem, PermissionError) as trouble:
        refusals = worded(trouble)
    return _page(desk, _case(desk, number), refusals=refusals)


def _step(desk: Desk, case: Any, given: Any) -> HttpResponse | None:
    what, seen = given.get("what", ""), given.get("seen", "")
    at = int(seen) if seen.isdigit() and len(seen) < 9 else -1
    here = HttpResponseRedirect(reverse("console:case_materials", args=[case.number]))
    if what.startswith(("received-", "promised-")):
        state, key = what.split("-", 1)
        if not desk.reader.may("case.accept", case.division) and not desk.reader.may(
            "case.file", case.division
        ):
            raise PermissionError(_("材料由受理和代办的人员登记，您的岗位没有这项权限"))
        if key not in {row.key for row in queries.materials(case)}:
            raise Http404
        actions.receive_material(by=desk.reader, case=case, key=key, on=desk.today, state=state)
        messages.success(desk.request, _("已记下。"))
    elif what == "supply":
        keys = [key for key in given.getlist("keys") if key in {row.key for row in queries.materials(case)}]
        actions.supply(by=desk.reader, case=case, keys=keys, on=desk.today, seen=at)
        messages.success(desk.request, _("材料已补齐，可以受理。"))
    elif what == "accept":
        _take_over(desk, case)
        actions.accept(by=desk.reader, case=case, on=desk.today, seen=at)
        return _paper(desk, case, "accept", _("已受理，受理通知书已生成。"))
    elif what == "ask_for_more":
        _take_over(desk, case)
        more = given.get("more", "")[:1000].split("\n")
        actions.ask_for_more(by=desk.reader, case=case, on=desk.today, seen=at, more=more)
        return _paper(desk, case, "ask_for_more", _("已一次性告知，告知书已生成，请打印后交给申请人。"))
    else:
        messages.success(desk.request, _("已保存。"))
    return here


def _take_over(desk: Desk, case: Any) -> None:
    """Whoever accepts handles the case from then on, so that papers name somebody to ask."""
    if case.handler is None and desk.reader.user is not None:
        case.handler = assign(by=desk.reader, case=case, handler=desk.reader.user).handler


def _paper(desk: Desk, case: Any, action: str, words: str) -> HttpResponse:
    case.refresh_from_db()
    paper = papers.make_paper(by=desk.reader, case=case, kind=NOTICES[action], on=desk.today)
    messages.success(desk.request, words)
    return HttpResponseRedirect(reverse("console:paper", args=[paper.pk]))


def _case(desk: Desk, number: str) -> Any:
    case = case_numbered(desk.reader, number)
    if case is None:
        raise Http404
    return case


def _page(
    desk: Desk, case: Any, refusals: list[tuple[str, str]] | None = None, stale: list[Any] | None = None
) -> HttpResponse:
    keys = list(case.members.values_list("person_id", flat=True))
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        fields=["materials"],
        division=case.division,
    )
    procedure, rows, scans = procedure_of(case), queries.materials(case), scans_of(case)
    declared = {one.key: one for one in queries.papers_of(procedure)}
    asked = procedure.intake.get("sources", ())
    adults = adults_seen(desk.reader, case.household, desk.today)
    lacking = {
        row.person: row.sources for row in consents.missing_of([one.pk for one in adults], asked, desk.today)
    }
    ways = {way.step.action: way for way in ways_on(case, by=desk.reader, on=desk.today)}
    open_ways = {action for action, way in ways.items() if way.is_open}
    missing = queries.lacking(case, desk.today)
    last = case.steps.filter(action="ask_for_more").order_by("number").last()
    may = desk.reader.may("case.accept", case.division) or desk.reader.may("case.file", case.division)
    return desk.page(
        "case_materials",
        "cases",
        case=case,
        progress=progress(case),
        rows=[
            (row, STATES[row.state], declared.get(row.key), [one for one in scans if one.key == row.key])
            for row in rows
        ],
        beside=[one for one in scans if not one.key and one.paper is None],
        adults=[(one, one.pk not in lacking, len(lacking.get(one.pk, ()))) for one in adults]
        if asked
        else [],
        missing=missing.sentences(),
        told=last,
        ways=open_ways,
        accept=ways.get("accept"),
        may=may and case.closed_on is None,
        may_manage=desk.reader.may("consents.manage", case.division),
        papers=papers_of(desk.reader, case),
        refusals=refusals or [],
        stale=stale or [],
    )
