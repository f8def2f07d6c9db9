"""The lists behind every figure and the page of one household with its why (住户)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Sum
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.console import householdpage
from anmin.console.householdpage import Asked, address
from anmin.console.places import crumbs_of, full_name, place_name, places_below
from anmin.console.purposes import ask_purpose, purpose_of
from anmin.console.views.desk import Desk, desk
from anmin.console.why import Why, why
from anmin.console.words import phrases, term_of
from anmin.kernel.access.taking.actions import stand_in, take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.people import queries as people
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.queries import HouseholdResult, Run
from anmin.kernel.screening.rulebooks import LAYER, rulebook
from anmin.policy.codes import Code, Coverage, Layer, Settlement
from anmin.policy.errors import PolicyError
from anmin.policy.evaluate import Household, Outcome

ROWS = 50
GAP_CLASSES = {
    Coverage.MISSED: "tag-amber",
    Coverage.WITHOUT_GROUND: "tag-red",
    Coverage.COVERED: "tag-green",
}


@desk
def household_list(desk: Desk) -> HttpResponse:
    """Households by layer, coverage, place or number; the total equals the figure that led here."""
    run, given = desk.run, desk.request.GET
    if run is None:
        return desk.page("households", "households", list_title=_("住户"))
    layer, coverage = _code(Layer, given.get("layer", "")), _code(Coverage, given.get("coverage", ""))
    division, search = desk.written("division"), desk.written("search")
    uncovered = given.get("uncovered") == "1"
    if division and not desk.reaches(division):
        raise Http404
    found = screening.households(
        run,
        desk.scope,
        layer=None if layer is None else int(layer),
        coverage=None if coverage is None else int(coverage),
        division=division or None,
        uncovered=uncovered,
        search=search,
    )
    page = Paginator(found, ROWS).get_page(given.get("page"))
    _note_reading(desk, [row.number for row in page.object_list], "list", "households")
    page.object_list = [_row(row, run) for row in page.object_list]
    what = [term_of(one) for one in (layer, coverage) if one is not None]
    what += [_("监测线以下还没有保障的户")] if uncovered else []
    what = what or [_("有结果的住户")]
    where = place_name(division) if division else place_name(desk.home)
    return desk.page(
        "households",
        "households",
        list_title=f"{where} · {' · '.join(what)}",
        page_of=page,
        sum_fen=found.aggregate(sum=Sum("aid_month"))["sum"] or 0,
        layers=screening.LAYERS,
        coverages=[one for one in Coverage if one is not Coverage.NONE],
        places=places_below(desk.home),
        chosen={
            "layer": layer.name if layer is not None else "",
            "coverage": coverage.name if coverage is not None else "",
            "division": division,
            "search": search,
        },
        is_filtered=bool(layer or coverage or division or search or uncovered),
        uncovered=uncovered,
        run_named=given.get("run", ""),
    )


@desk
def find(desk: Desk) -> HttpResponse:
    """Open the household with this number, or the list of those that begin so."""
    number = desk.written("number").upper()
    if number and desk.run and screening.household_facts(desk.run, desk.scope, number) is not None:
        return HttpResponseRedirect(reverse("console:household", args=[number]))
    return HttpResponseRedirect(f"{reverse('console:households')}{address(search=number)}")


def _note_reading(desk: Desk, numbers: Iterable[str], klass: str, field: str, purpose: str = "") -> None:
    """Count and write down whose circumstances a page, a sheet or a file shows."""
    wanted = list(numbers)
    found = people.living_in(desk.reader, wanted, desk.today)
    keys = [key for number in wanted for key in found.get(number, [])]
    unknown = [stand_in(number) for number in wanted if number not in found]
    take(reader=desk.reader, klass=klass, person_ids=[*keys, *unknown])
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=[field], purpose=purpose
    )


def _given_out(desk: Desk, opened: Opened, field: str, purpose: str) -> str:
    """Write down that a household's reasons leave the screen, for what, and give the watermark that goes along."""
    number, mark = opened.household.key, f"{watermark(desk.reader, timezone.localtime())} · {purpose}"
    _note_reading(desk, [number], "page", field, purpose)
    with transaction.atomic():
        audit.record(
            by=desk.reader.user,
            act=f"screening.household.{field}",
            subject=number,
            division=opened.household.division,
            purpose=purpose,
            after={"run": opened.run.pk, "watermark": mark},
        )
    return mark


@dataclass(frozen=True)
class Opened:
    """A household as the reader opened it: the calculation of the day, what is asked, and why."""

    run: Run
    on: date
    household: Household
    stored: HouseholdResult | None
    outcome: Outcome | None
    trouble: str
    rows: list[Asked]
    chosen: Asked | None
    why: Why | None

    @property
    def is_other_day(self) -> bool:
        """Whether another day than the run's is shown."""
        return self.on != self.run.on


@desk
def household_page(desk: Desk, number: str) -> HttpResponse:
    """One household: what it may receive, and why (为什么)."""
    opened = _open(desk, number)
    _note_reading(desk, [number], "page", "why")
    context = _page(opened)
    if desk.request.GET.get("replay") and opened.outcome is not None and not opened.is_other_day:
        context["replay"] = _replay(opened)
    return desk.page("household", "households", **context)


@desk
def household_print(desk: Desk, number: str) -> HttpResponse:
    """The same reasons as a sheet of paper to hand over (告知书附件)."""
    opened = _open(desk, number)
    purpose = purpose_of(desk.request.GET)
    if not purpose:
        return _asked_what_for(desk, number, _("打印说明"))
    mark = _given_out(desk, opened, "print", purpose)
    return desk.page("household_print", "households", today=desk.today, watermark=mark, **_page(opened))


@desk
def explanation_json(desk: Desk, number: str) -> HttpResponse:
    """The same content as JSON for programs."""
    opened = _open(desk, number)
    if opened.why is None:
        trouble = {"error": opened.trouble or str(_("没有可以说明的结果"))}
        return JsonResponse(trouble, status=422, json_dumps_params={"ensure_ascii": False})
    purpose = purpose_of(desk.request.GET)
    if not purpose:
        return _asked_what_for(desk, number, _("取计算说明的文件"))
    content = {
        "watermark": _given_out(desk, opened, "file", purpose),
        "run": {
            "number": opened.run.pk,
            "on": opened.run.on.isoformat(),
            "fingerprint": opened.run.fingerprint,
        },
        "household": number,
        "explanation": opened.why.explanation.as_json(),
    }
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _asked_what_for(desk: Desk, number: str, title: str) -> HttpResponse:
    back = reverse("console:household", args=[number])
    return ask_purpose(desk, "households", title=title, usual="answer", back=back)


def _open(desk: Desk, number: str) -> Opened:
    """Fetch and calculate; a household outside the reader's scope is as absent as one that does not exist."""
    run = desk.run
    household = screening.household_facts(run, desk.scope, number) if run else None
    if run is None or household is None:
        raise Http404
    on = desk.day()
    stored = screening.household_result(run, desk.scope, number)
    try:
        outcome = screening.outcome(run, household, on)
    except PolicyError as trouble:
        return Opened(run, on, household, stored, None, str(trouble), [], None, None)
    rows = householdpage.asked_of(outcome)
    chosen = householdpage.chosen_of(rows, householdpage.overall(outcome), desk.request.GET.get("why", ""))
    reasons = None
    if chosen is not None:
        found = screening.explanation(outcome, chosen.name, chosen.member, phrases())
        reasons = why(found, rulebook().facts)
    return Opened(run, on, household, stored, outcome, "", rows, chosen, reasons)


def _page(opened: Opened) -> dict[str, Any]:
    outcome, chosen, run = opened.outcome, opened.chosen, opened.run
    number = opened.household.key
    day = opened.on.isoformat() if opened.is_other_day else ""
    key = chosen.key if chosen else ""
    total = householdpage.total_of(opened.rows)
    layer = Layer(outcome.values.get(LAYER, 0)) if outcome else Layer.NONE
    coverage = Coverage(opened.stored.coverage) if opened.stored else Coverage.NONE

    def line(row: Asked) -> dict[str, Any]:
        return {
            **row.__dict__,
            "href": f"{address(why=row.key, on=day)}#why",
            "is_chosen": chosen is not None and row.key == chosen.key,
        }

    here = reverse("console:household", args=[number])
    try_rule = chosen.name if chosen else ""
    return {
        "number": number,
        "on": opened.on,
        "is_other_day": opened.is_other_day,
        "plain_href": here,
        "place": full_name(opened.household.division),
        "crumbs": crumbs_of(opened.household.division, run.city),
        "settlement": term_of(Settlement(opened.household.settlement)),
        "members": householdpage.members_of(outcome) if outcome else [],
        "people": householdpage.people_of(outcome) if outcome else [],
        "size": len(opened.household.members),
        "total_fen": total,
        "layer": term_of(layer),
        "gap": term_of(coverage) if coverage is not Coverage.NONE else "",
        "gap_class": GAP_CLASSES.get(coverage, ""),
        "benefits": [line(row) for row in opened.rows if row.granted],
        "others": [line(row) for row in opened.rows if not row.granted],
        "overall": [line(row) for row in householdpage.overall(outcome)] if outcome else [],
        "chosen": chosen,
        "why": opened.why,
        "provenance": screening.provenance(run),
        "sentence": householdpage.sentence_of(chosen, opened.why) if chosen and opened.why else "",
        "shortfalls": householdpage.shortfalls_of(outcome, opened.why) if outcome and opened.why else [],
        "trouble": opened.trouble,
        "replay_href": f"{address(why=key, replay=1)}#replay",
        "try_href": f"{reverse('console:try', args=[try_rule])}{address(household=number)}"
        if try_rule
        else "",
        "print_href": f"{reverse('console:print', args=[number])}{address(why=key, on=day)}",
        "json_href": f"{reverse('console:explain', args=[number])}{address(why=key, on=day)}",
    }


def _replay(opened: Opened) -> dict[str, Any]:
    """The stored result beside the same calculation made again."""
    assert opened.outcome is not None
    if opened.stored is None:
        return {"same": not householdpage.total_of(opened.rows), "compared": 1, "differences": []}
    found = screening.replay(opened.stored, opened.outcome)
    titles = {rule.name: term_of(rule) for rule in opened.outcome.plan.rules}
    compared = len(opened.stored.values) + sum(len(row) for row in opened.stored.people.values())
    return {
        "same": found.agrees,
        "compared": compared,
        "differences": [
            {
                "title": titles.get(name.split("[")[0], name),
                "stored": householdpage.stored_shown(opened.outcome, name, stored),
                "computed": householdpage.stored_shown(opened.outcome, name, now),
            }
            for name, stored, now in found.differences
        ],
    }


def _row(row: HouseholdResult, run: Run) -> dict[str, Any]:
    coverage = Coverage(row.coverage)
    return {
        "number": row.number,
        "href": reverse("console:household", args=[row.number]),
        "place": full_name(row.division),
        "settlement": term_of(Settlement(row.settlement)),
        "members": row.members,
        "layer": term_of(Layer(row.layer)),
        "gap": term_of(coverage) if coverage is not Coverage.NONE else "",
        "gap_class": GAP_CLASSES.get(coverage, ""),
        "aid_month": row.aid_month,
        "run": run.pk,
    }


def _code(codes: type[Code], name: str) -> Any:
    return codes[name] if name in codes.__members__ else None
