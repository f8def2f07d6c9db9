"""Publicity (公示): what would hang beside what is kept, put up one or many, objections, print, take down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.counterwords import worded
from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.verification import seen_in
from anmin.kernel.access.fields import masked
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StaleCase, StepRefused
from anmin.kernel.cases.papers.queries import wall_of
from anmin.kernel.cases.publicity import actions, queries
from anmin.kernel.cases.queries import case_numbered, progress, ways_on, work_list
from anmin.kernel.law.clocks import last_day_of_publicity

ROWS = 50
VIEWS = ("due", "up", "objected", "over")
PUBLISH = ("case.publish", "case.read")  # who may not put up may still look


@dataclass(frozen=True)
class Side:
    """A case that may be put up: what the office knows, what the wall would show, and until when."""

    case: Any
    preview: queries.Preview
    last_day: Any
    number: str
    address: str
    members: list[str]
    is_open: bool
    obstacle: str


@needs(*PUBLISH)
def publicity(desk: Desk) -> HttpResponse:
    """Cases to be put up, what hangs, what was objected to, what has run out."""
    view = desk.written("view") if desk.written("view") in VIEWS else "due"
    if desk.request.method == "POST":
        return _put_up(desk) if desk.request.POST.get("what") == "publish" else _take_down(desk)
    sides = _sides(desk) if view == "due" else []
    rows = _sheets(desk, view) if view != "due" else []
    page = Paginator(sides or rows, ROWS).get_page(desk.request.GET.get("page"))
    keys = [row.case.applicant_id for row in page.object_list]
    _note(desk, keys, "list")
    return desk.page(
        "publicity",
        "publicity",
        view=view,
        page_of=page,
        counts={
            "due": len(sides) if view == "due" else len(_due(desk)),
            **{one: len(_sheets(desk, one)) for one in VIEWS[1:]},
        },
        may=desk.reader.may("case.publish"),
    )


@needs(*PUBLISH)
def publicity_case(desk: Desk, number: str) -> HttpResponse:
    """One case in public: the sheet as it hangs, what is objected, and how that is settled."""
    case = case_numbered(desk.reader, number)
    if case is None:
        raise Http404
    given, refusals, stale = desk.request.POST, [], []
    if desk.request.method == "POST":
        try:
            _answer(desk, case, given)
            return HttpResponseRedirect(reverse("console:publicity_case", args=[number]))
        except StaleCase as moved:
            stale = moved.steps
        except StepRefused as trouble:
            refusals = worded(trouble)
    case = case_numbered(desk.reader, number)
    _note(desk, [case.applicant_id], "page", case.division)
    ways = {way.step.action: way for way in ways_on(case, by=desk.reader, on=desk.today)}
    return desk.page(
        "publicity_case",
        "publicity",
        case=case,
        progress=progress(case),
        sheets=list(case.publicities.order_by("-round")),
        side=_side(desk, case),
        objections=list(case.objections.select_related("received_by", "settled_by").order_by("-pk")),
        ways=ways,
        typed=given if refusals or stale else {},
        refusals=refusals,
        stale=stale,
    )


@needs(*PUBLISH)
def publicity_wall(desk: Desk) -> HttpResponse:
    """What hangs today in the reader's divisions, a page a village, for the printer: nothing but the public line."""
    found = [row for code in desk.scope.codes for row in queries.hanging(code, desk.today)]
    audit.record(
        by=desk.reader.user,
        act="cases.print_wall",
        subject="publicity",
        after={"sheets": len(found)},
        division=desk.home,
    )
    return desk.page(
        "publicity_wall", "publicity", wall=wall_of(found, on=desk.today) if found else "", count=len(found)
    )


def _answer(desk: Desk, case: Any, given: Any) -> None:
    what = given.get("what", "")
    if what == "object":
        actions.object_to(
            by=desk.reader,
            case=case,
            words=given.get("words", "")[:1000],
            objector=given.get("objector", "")[:60],
            on=desk.today,
            seen=seen_in(given),
        )
        messages.success(desk.request, _("异议已登记，本件暂停，公示单已撤下。"))
    elif what == "settle":
        key = given.get("objection", "")
        row = next((one for one in case.objections.all() if str(one.pk) == key), None)
        if row is None:
            raise Http404
        actions.settle(
            by=desk.reader,
            objection=row,
            is_upheld=given.get("upheld") == "1",
            answer=given.get("answer", "")[:1000],
            on=desk.today,
            seen=seen_in(given),
        )
        messages.success(desk.request, _("异议已办结。请重新提出审核意见。"))
    elif what == "publish":
        actions.publish(by=desk.reader, case=case, on=desk.today, seen=seen_in(given))
        messages.success(desk.request, _("已公示。请打印公示单张贴。"))


def _put_up(desk: Desk) -> HttpResponse:
    """Put up what was selected; what cannot be is listed with its reason, and the rest stands."""
    given, done, refused = desk.request.POST, 0, []
    for number in given.getlist("number")[:ROWS]:
        case = case_numbered(desk.reader, number)
        if case is None:
            continue
        seen = given.get(f"seen-{number}", "")
        try:
            actions.publish(
                by=desk.reader,
                case=case,
                on=desk.today,
                seen=int(seen) if seen.isdigit() and len(seen) < 9 else -1,
            )
            done += 1
        except (StepRefused, StaleCase) as trouble:
            refused.append(f"{number}：{trouble}")
    if done:
        messages.success(desk.request, _("已公示 %(n)d 件。请打印公示单张贴。") % {"n": done})
    if refused:
        messages.error(
            desk.request, _("有 %(n)d 件没有公示：%(why)s") % {"n": len(refused), "why": "；".join(refused)}
        )
    if not done and not refused:
        messages.error(desk.request, _("没有选中任何一件，请先打勾。"))
    return HttpResponseRedirect(reverse("console:publicity") + ("?view=up" if done else ""))


def _take_down(desk: Desk) -> HttpResponse:
    if not desk.reader.may("case.publish"):
        raise Http404
    count = actions.take_down_due(by=desk.reader, on=desk.today)
    messages.success(desk.request, _("已撤下 %(n)d 份期满的公示单，名单不再保留。") % {"n": count})
    return HttpResponseRedirect(reverse("console:publicity") + "?view=over")


def _due(desk: Desk) -> list[Any]:
    """Cases that stand where they can be put up, by their last opinion."""
    return [
        case
        for case in work_list(desk.reader, states=["opined"])[: ROWS * 4]
        if queries.last_opinion(case).get("publicity") == "due"
    ]


def _sides(desk: Desk) -> list[Side]:
    return [side for case in _due(desk) if (side := _side(desk, case)) is not None]


def _side(desk: Desk, case: Any) -> Side | None:
    preview = queries.preview(case, on=desk.today)
    if preview is None:
        return None
    way = next(
        (one for one in ways_on(case, by=desk.reader, on=desk.today) if one.step.action == "publish"), None
    )
    held = case.applicant.identifiers.filter(kind="resident", last_day__isnull=True).order_by("-pk").first()
    return Side(
        case,
        preview,
        last_day_of_publicity(desk.today, preview.days),
        masked("number", held.value) if held is not None else "",
        f"{full_name(case.division)} {case.household.address}".strip(),
        [row.person.name for row in case.members.select_related("person").order_by("position")],
        way is not None and way.is_open,
        "；".join(one.words for one in way.obstacles) if way is not None else "",
    )


def _sheets(desk: Desk, view: str) -> list[Any]:
    rows = queries.publicities(desk.reader)
    if view == "up":
        rows = rows.filter(withdrawn_on__isnull=True, last_day__gte=desk.today)
    elif view == "objected":
        rows = rows.filter(case__objections__isnull=False).distinct()
    else:
        rows = rows.filter(withdrawn_on__isnull=True, last_day__lt=desk.today)
    return list(rows[: ROWS * 4])


def _note(desk: Desk, keys: Iterable[int], klass: str, division: str = "") -> None:
    whose = sorted(set(keys))
    take(reader=desk.reader, klass=klass, person_ids=whose)
    audit.record_reads(
        by=desk.reader.user, person_ids=whose, via=desk.reader.via, fields=["publicity"], division=division
    )
