"""The city page: layers by division on a map and in a table, the month's budget, the gaps (概览)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console import citypage, workpage
from anmin.console.places import crumbs_of, map_credit, place_name
from anmin.console.templatetags.anmin_words import count, percent
from anmin.console.views.desk import Desk, desk
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.queries import Run
from anmin.kernel.screening.rulebooks import rulebook

FIRST = 6
"""So many unverified rates stand open; the others are folded."""


@desk
def city_page(desk: Desk, code: str | None = None) -> HttpResponse:
    """A division and its children; without a code the reader's own, or the reader's work where results are not theirs."""
    if code is None and not workpage.overview_is_for(desk.reader):
        return work_page(desk)
    run, code = desk.run, code or desk.home
    if (not code.isdigit() and code) or (code and not desk.scope.touches(code)):
        raise Http404
    place = {"code": code, "name": place_name(code)}
    waiting = workpage.waiting_of(desk.reader, desk.today) if code == desk.home else []
    if run is None:
        return desk.page("city", "city", place=place, waiting=waiting)
    found = screening.overview(run, desk.scope, code)
    if not found.households and code != desk.home:
        raise Http404
    total = citypage.row_of(run.pk, found, place["name"])
    rows = [
        citypage.row_of(run.pk, row, place_name(row.code))
        for row in screening.city_overview(run, desk.scope, code)
    ]
    unverified = citypage.unverified(rulebook(), run.on, [code, *(row.code for row in rows)])
    shown = citypage.indicator(desk.request.GET.get("show", ""))
    picture, legend = citypage.map_of(
        code, rows, shown, _("%(place)s各地%(what)s地图") % {"place": place["name"], "what": shown.title}
    )
    ranked = sorted(
        (
            {
                "name": row.name,
                "href": row.href,
                "value": shown.value(row),
                "said": shown.said(shown.value(row)),
            }
            for row in rows
        ),
        key=lambda row: -row["value"],
    )
    return desk.page(
        "city",
        "city",
        waiting=waiting,
        place=place,
        crumbs=crumbs_of(code, desk.home),
        total=total,
        figures=citypage.figures(run.pk, total),
        matters=_matters(run, total, len(unverified)) + _target_group(desk, run, found),
        rows=rows,
        layers=[{"short": citypage.SHORT_LAYERS[layer]} for layer in screening.LAYERS],
        shown=shown,
        indicators=[(one.key, one.title) for one in citypage.INDICATORS],
        map=picture,
        legend=legend,
        map_credit=map_credit() if picture else "",
        ranked=ranked,
        top=max((row["value"] for row in ranked), default=0),
        money_unit=citypage.money_unit(),
        budget=citypage.budget(rulebook(), found),
        unverified_first=unverified[:FIRST],
        unverified_rest=unverified[FIRST:],
    )


def work_page(desk: Desk) -> HttpResponse:
    """What waits for somebody whose work is not screening (工作台)."""
    return desk.page(
        "work",
        "city",
        posts=workpage.posts_of(desk.reader),
        waiting=workpage.waiting_of(desk.reader, desk.today),
        new=workpage.enterable(desk.reader),
    )


def _matters(run: Run, total: citypage.Row, unverified: int) -> list[dict[str, Any]]:
    """What a person must look at: gaps first, then what stood in the way of the calculation."""
    return [
        {
            "name": _("符合条件、没有领到（应保未保）"),
            "more": _("测算符合低保或特困条件，名册上没有领取记录；逐户核实后再办"),
            "value": count(total.missed),
            "unit": _("户"),
            "href": total.missed_href,
        },
        {
            "name": _("正在领、测算不符合（在保不符）"),
            "more": _("可能是情况变了，也可能是数据旧了；核实清楚以前不停发"),
            "value": count(total.wrong),
            "unit": _("户"),
            "href": total.wrong_href,
        },
        {
            "name": _("没有算成"),
            "more": _("缺了必要的数，已经列出原因"),
            "value": count(run.broken),
            "unit": _("户"),
            "href": f"{reverse('console:run', args=[run.pk])}#broken",
        },
        {
            "name": _("待核实的标准"),
            "more": _("还没有看到正式文件的数值"),
            "value": count(unverified),
            "unit": _("项"),
            "href": "#unverified",
        },
    ]


def _target_group(desk: Desk, run: Run, found: screening.Overview) -> list[dict[str, Any]]:
    """The gap report of places with a monitoring line: target persons, covered, and the list to verify (应保尽保)."""
    if not found.target:
        return []
    missing = screening.households(run, desk.scope, division=found.code, uncovered=True).count()
    shares = {
        "target": count(found.target),
        "covered": count(found.target_covered),
        "share": percent(found.target_covered, found.target),
        "rest": count(found.target - found.target_covered),
    }
    return [
        {
            "name": _("监测线以下还没有保障的户"),
            "more": _(
                "目标人口 %(target)s 人，已享受低保或特困 %(covered)s 人（%(share)s），还有 %(rest)s 人待逐户核实"
            )
            % shares,
            "value": count(missing),
            "unit": _("户"),
            "href": citypage.list_href(run.pk, uncovered=1, division=found.code),
        }
    ]
