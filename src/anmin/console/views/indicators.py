"""Indicators (指标): a figure by division and period with chart and map, and the list whose count equals it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from anmin.console.kit.cells import Cell, column_words, home_of, plain
from anmin.console.kit.figures import (
    PARTS,
    PERIODS,
    children_of,
    definition_of,
    list_href,
    map_of,
    place_row,
    said,
    unit_of,
)
from anmin.console.kit.lists import Line
from anmin.console.places import crumbs_of, full_name, map_credit, place_name
from anmin.console.views.desk import Desk, desk
from anmin.console.words import is_chinese, term_of
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.indicators import queries
from anmin.kernel.indicators.declaring import Indicator
from anmin.kernel.indicators.periods import Period, period_written
from anmin.lib.divisions import canonical

ROWS, BEFORE = 50, 6


@desk
def indicator_page(desk: Desk, line: str, name: str) -> HttpResponse:
    """One figure: here, in each place below, in the periods before."""
    one, period, division = _asked(desk, line, name)
    total = queries.figure(desk.reader, one, period, division)
    places = children_of(division)
    rows = [place_row(one, period, row) for row in queries.figures(desk.reader, one, period, places)]
    label = f"{term_of(one)}，{period.key}"
    map_, legend = map_of(division, rows, label)
    former, at = [], period
    for _number in range(BEFORE):
        found = queries.figure(desk.reader, one, at, division)
        former.append({"period": at.key, "said": said(one, found), "href": list_href(one, at, division)})
        at = at.before
    return desk.page(
        "indicator",
        "registers",
        one=one,
        unit=unit_of(one),
        definition=definition_of(one),
        period=period,
        period_word=PERIODS[one.period],
        division=division,
        place=place_name(division),
        total=total,
        said=said(one, total),
        parts=[
            (PARTS[part], list_href(one, period, division, part))
            for part in queries.PARTS
            if one.is_share or part == "counted"
        ],
        rows=rows,
        ranked=sorted(rows, key=lambda row: -row.height),
        top=max((row.height for row in rows), default=0),
        map=map_,
        legend=legend,
        map_credit=map_credit() if map_ else "",
        former=former,
        up=[
            {"name": row["name"], "href": f"?division={code}&period={period.key}"}
            for code, row in _above(division, home_of(desk.reader, one.read))
        ],
    )


@desk
def indicator_list(desk: Desk, line: str, name: str) -> HttpResponse:
    """The list behind a figure; persons on it are counted and written down."""
    one, period, division = _asked(desk, line, name)
    part = desk.written("part")
    part = part if part in queries.PARTS and one.is_share else "counted"
    found = queries.behind(desk.reader, one, period, division=division, part=part)
    page = Paginator(found if found.ordered else found.order_by("-pk"), ROWS).get_page(
        desk.request.GET.get("page")
    )
    _note_persons(desk, one, page.object_list)
    return desk.page(
        "indicator_list",
        "registers",
        one=one,
        definition=definition_of(one),
        unit=unit_of(one),
        period=period,
        division=division,
        place=full_name(division),
        page_of=page,
        part=PARTS[part] if one.is_share else "",
        said=said(one, queries.figure(desk.reader, one, period, division)),
        heads=_heads(one),
        rows=[_row(one, row) for row in page.object_list],
    )


def _asked(desk: Desk, line: str, name: str) -> tuple[Indicator, Period, str]:
    one = queries.indicator_named(line, name)
    if one is None:
        if not queries.indicators(desk.reader):
            raise PermissionDenied
        raise Http404
    if not any(desk.reader.may(power) for power in one.read):
        raise PermissionDenied
    home = home_of(desk.reader, one.read)
    division = desk.written("division") or home
    try:
        division = canonical(division)
    except ValueError as problem:
        raise Http404 from problem
    if not any(desk.reader.reach(power).touches(division) for power in one.read):
        raise Http404
    return one, period_written(one.period, desk.written("period"), desk.today), division


def _above(division: str, home: str) -> list[tuple[str, dict[str, str]]]:
    return [(row["href"].rstrip("/").rsplit("/", 1)[-1], row) for row in crumbs_of(division, home)]


def _heads(one: Indicator) -> list[str]:
    if one.register is not None and not one.columns:
        return [*[column_words(one.register, name) for name in one.register.columns], _("地区")]
    return [column.title if is_chinese() else column.english for column in one.columns]


def _row(one: Indicator, row: Any) -> dict[str, Any]:
    if one.register is not None and not one.columns:
        made = Line(one.register, row)
        return {"title": made.title, "href": made.href, "cells": [*made.cells, Cell(_("地区"), made.place)]}
    heads = _heads(one)
    cells = [Cell(heads[at], plain(column.cell(row))) for at, column in enumerate(one.columns)]
    return {"title": cells[0].words, "href": "", "cells": cells[1:]}


def _note_persons(desk: Desk, one: Indicator, rows: Any) -> None:
    about = one.register is not None and one.register.is_about_persons
    if one.persons is None and not about:
        return
    keys = [one.persons(row) if one.persons is not None else row.person_id for row in rows]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["register"])
