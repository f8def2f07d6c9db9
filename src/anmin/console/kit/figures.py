"""Indicators as pages show them: a figure in words, the places below, the map, the list behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.charts.maps import NO_DATA, District, district_map, ramp, sequential
from anmin.console.charts.scales import Classes, quantile_classes
from anmin.console.charts.svg import Svg
from anmin.console.places import boards, place_name
from anmin.console.templatetags.anmin_words import count
from anmin.console.words import is_chinese
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.indicators.declaring import Indicator
from anmin.kernel.indicators.periods import Period
from anmin.kernel.indicators.queries import Figure

PERIODS = {"day": gettext_lazy("日期"), "month": gettext_lazy("月份"), "year": gettext_lazy("年份")}
PARTS = {
    "counted": gettext_lazy("计入的"),
    "whole": gettext_lazy("应有的"),
    "lacking": gettext_lazy("还差的"),
}


@dataclass(frozen=True)
class PlaceRow:
    """A division with its figure: `height` is what bars and map show, `href` the list behind."""

    code: str
    name: str
    figure: Figure
    said: str
    height: int
    href: str
    down: str


def children_of(code: str) -> list[str]:
    """The divisions directly below, as far as they are divisions in law."""
    try:
        return [place.code for place in Catalogue.load().children(code) if place.official]
    except (ValueError, LookupError):
        return []


def unit_of(one: Indicator) -> str:
    """What is counted."""
    return one.unit if is_chinese() else one.english_unit


def definition_of(one: Indicator) -> str:
    """What is counted, as a sentence."""
    return one.definition if is_chinese() else one.english_definition


def said(one: Indicator, found: Figure) -> str:
    """A figure in words: a share with both its numbers."""
    if not one.is_share:
        return f"{count(found.value)} {unit_of(one)}"
    if found.per_mille is None:
        return _("没有应有的")
    return f"{found.per_mille / 10:.1f}%（{count(found.value)}/{count(found.whole)}）"


def height(one: Indicator, found: Figure) -> int:
    """The number that bars and map are drawn from."""
    return (found.per_mille or 0) if one.is_share else found.value


def list_href(one: Indicator, period: Period, division: str, part: str = "counted") -> str:
    """The list behind a figure."""
    address = reverse("console:indicator_list", args=[one.line, one.name])
    parts = {"period": period.key, "division": division, "part": "" if part == "counted" else part}
    return f"{address}?{urlencode({key: value for key, value in parts.items() if value})}"


def place_row(one: Indicator, period: Period, found: Figure) -> PlaceRow:
    """One division of the page."""
    address = reverse("console:indicator", args=[one.line, one.name])
    down = f"{address}?{urlencode({'period': period.key, 'division': found.division})}"
    return PlaceRow(
        found.division,
        place_name(found.division),
        found,
        said(one, found),
        height(one, found),
        list_href(one, period, found.division),
        down if children_of(found.division) else "",
    )


def map_of(code: str, rows: Sequence[PlaceRow], label: str) -> tuple[Any, list[tuple[str, str]]]:
    """The map of the places below, wide and narrow, and its legend; nothing where there are no outlines."""
    values = {row.code: row.height for row in rows if row.figure.whole or not row.figure.per_mille}
    classes = quantile_classes(values.values())
    drawn = boards(code, sequential(values, classes)) if values else None
    if drawn is None:
        return None, []
    districts = {row.code: District(row.name, row.said, row.href) for row in rows}
    pictures: tuple[Svg, Svg] = (
        district_map(drawn[0], districts, label=label),
        district_map(drawn[1], districts, label=label, key="small"),
    )
    return pictures, _legend(rows, classes)


def _legend(rows: Sequence[PlaceRow], classes: Classes) -> list[tuple[str, str]]:
    shares = any(row.figure.whole for row in rows)

    def word(value: int) -> str:
        return f"{value / 10:.1f}%" if shares else count(value)

    legend = []
    for number, (above, upto) in enumerate(classes.spans()):
        words = (
            _("%(upto)s 及以下") % {"upto": word(upto)}
            if above is None
            else _("%(above)s 以上至 %(upto)s") % {"above": word(above), "upto": word(upto)}
        )
        legend.append((ramp(number, len(classes.limits)), words))
    return [*legend, (NO_DATA, _("没有数据"))] if any(not row.height for row in rows) else legend
