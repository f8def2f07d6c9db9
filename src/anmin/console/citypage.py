"""What the city page shows: figures that open their lists, the map's indicator, the table with its totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.charts.maps import NO_DATA, District, district_map, ramp, sequential
from anmin.console.charts.scales import quantile_classes
from anmin.console.charts.svg import Svg
from anmin.console.places import boards
from anmin.console.rulepages import rate_shown
from anmin.console.templatetags.anmin_words import count, percent, wan
from anmin.console.words import is_chinese, term_of
from anmin.kernel.screening.queries import LAYERS, Overview
from anmin.kernel.screening.rulebooks import outputs
from anmin.policy.codes import Coverage, Layer
from anmin.policy.plan import make_plan
from anmin.policy.rates import Rate
from anmin.policy.rulebook import Rulebook
from anmin.policy.types import Kind

SHORT_LAYERS = {
    Layer.DIBAO: gettext_lazy("低保"),
    Layer.DIBAO_EXPENDITURE: gettext_lazy("支出型低保"),
    Layer.EDGE: gettext_lazy("低保边缘"),
    Layer.RIGID: gettext_lazy("刚性支出困难"),
    Layer.WATCHED: gettext_lazy("其他困难"),
}
PER_MYRIAD = 10_000
STANDARD = "dibao_standard"
DRILLED = 9
"""Codes up to this length (towns) open a page of their own; villages are the last row."""


@dataclass(frozen=True)
class Cell:
    """A count in the table with the list it opens."""

    name: str
    value: int
    href: str


@dataclass(frozen=True)
class Row:
    """One division of the table, or the total."""

    code: str
    name: str
    href: str
    households: int
    persons: int
    layers: tuple[Cell, ...]
    monthly: int
    missed: int
    missed_href: str
    wrong: int
    wrong_href: str

    @property
    def low_income(self) -> int:
        """Households in any layer."""
        return sum(cell.value for cell in self.layers)


@dataclass(frozen=True)
class Indicator:
    """What the map and the ranked bars can show: a value of a row, and how to write it."""

    key: str
    title: Any
    subtitle: Any
    value: Callable[[Row], int]
    said: Callable[[int], str]


def _households(value: int) -> str:
    return _("%(n)s 户") % {"n": count(value)}


def _share(value: int) -> str:
    return percent(value, PER_MYRIAD)


def _money(value: int) -> str:
    return f"{wan(value)} {money_unit()}"


INDICATORS = (
    Indicator(
        "share",
        gettext_lazy("低收入户占比"),
        gettext_lazy("五个分层的住户占全部住户的比例"),
        lambda row: row.low_income * PER_MYRIAD // row.households if row.households else 0,
        _share,
    ),
    Indicator(
        "dibao",
        gettext_lazy("低保户占比"),
        gettext_lazy("按收入和按支出认定的低保户占全部住户的比例"),
        lambda row: (
            (row.layers[0].value + row.layers[1].value) * PER_MYRIAD // row.households
            if row.households
            else 0
        ),
        _share,
    ),
    Indicator(
        "monthly",
        gettext_lazy("每月应发"),
        gettext_lazy("按当日标准测算的每月应发金额"),
        lambda row: row.monthly,
        _money,
    ),
    Indicator(
        "missed",
        gettext_lazy("应保未保"),
        gettext_lazy("符合条件而没有领到的住户，待逐户核实"),
        lambda row: row.missed,
        _households,
    ),
    Indicator(
        "wrong",
        gettext_lazy("在保不符"),
        gettext_lazy("正在领而测算不符合的住户，待逐户核实"),
        lambda row: row.wrong,
        _households,
    ),
)


def money_unit() -> str:
    """The unit of the `wan` filter."""
    return _("万元") if is_chinese() else "thousand yuan"


def indicator(key: str) -> Indicator:
    """The indicator in the address, or the first."""
    return next((one for one in INDICATORS if one.key == key), INDICATORS[0])


def list_href(run: int, **chosen: object) -> str:
    """The list behind a figure, for the run that the figure comes from."""
    given = {key: value for key, value in chosen.items() if value not in (None, "")}
    return f"{reverse('console:households')}?{urlencode({**given, 'run': run})}"


def row_of(run: int, found: Overview, name: str, *, opens: bool = True) -> Row:
    """A row of the table."""
    cells = tuple(
        Cell(
            str(SHORT_LAYERS[layer]),
            found.layers.get(int(layer), 0),
            list_href(run, layer=layer.name, division=found.code),
        )
        for layer in LAYERS
    )
    drilled = opens and len(found.code) <= DRILLED
    return Row(
        code=found.code,
        name=name,
        href=f"{reverse('console:place', args=[found.code])}?run={run}" if drilled else "",
        households=found.households,
        persons=found.persons,
        layers=cells,
        monthly=found.monthly,
        missed=found.missed,
        missed_href=list_href(run, coverage=Coverage.MISSED.name, division=found.code),
        wrong=found.without_ground,
        wrong_href=list_href(run, coverage=Coverage.WITHOUT_GROUND.name, division=found.code),
    )


def map_of(
    code: str, rows: Sequence[Row], shown: Indicator, label: str
) -> tuple[tuple[Svg, Svg] | None, list[tuple[str, str]]]:
    """The map of the children, wide and narrow, and its legend; no map where there are no outlines."""
    values = {row.code: shown.value(row) for row in rows}
    classes = quantile_classes(values.values())
    drawn = boards(code, sequential(values, classes)) if values else None
    if drawn is None:
        return None, []
    districts = {row.code: District(row.name, shown.said(values[row.code]), row.href) for row in rows}
    wide, narrow = drawn
    legend = [
        (ramp(number, len(classes.limits)), _class_words(above, upto, shown))
        for number, (above, upto) in enumerate(classes.spans())
    ]
    if any(area.value_class is None for area in wide.areas):
        legend.append((NO_DATA, _("没有数据")))
    return (
        district_map(wide, districts, label=label),
        district_map(narrow, districts, label=label, key="small"),
    ), legend


def _class_words(above: int | None, upto: int, shown: Indicator) -> str:
    if above is None:
        return _("%(upto)s 及以下") % {"upto": shown.said(upto)}
    return _("%(above)s 以上至 %(upto)s") % {"above": shown.said(above), "upto": shown.said(upto)}


def figures(run: int, total: Row) -> list[dict[str, Any]]:
    """The big numbers at the top: each layer with its list, and the money of a month."""
    people = _("户")
    rows = [
        {
            "name": cell.name,
            "value": count(cell.value),
            "unit": people,
            "more": _("占 %(share)s") % {"share": percent(cell.value, total.households)},
            "href": cell.href,
        }
        for cell in total.layers
    ]
    money = {
        "name": _("每月应发"),
        "value": wan(total.monthly),
        "unit": money_unit(),
        "more": _("按项目看明细"),
        "href": "#budget",
    }
    return [*rows, money]


def budget(rulebook: Rulebook, found: Overview) -> list[dict[str, Any]]:
    """What each benefit costs a month, in the order of rank."""
    by_amount = {benefit.amount: benefit for benefit in rulebook.benefits.values() if benefit.amount}
    rows = []
    for name, (fen, number) in found.benefits.items():
        benefit = by_amount[name]
        unit = _("%(n)s 人领取") if benefit.unit == "person" else _("%(n)s 户领取")
        rows.append(
            {
                "name": term_of(benefit),
                "fen": fen,
                "more": unit % {"n": count(number)},
                "rank": benefit.rank,
            }
        )
    return sorted(rows, key=lambda row: row["rank"])


@dataclass(frozen=True)
class Unverified:
    """A rate in force that nobody has verified yet, in the division whose entry it is."""

    rate: Rate
    division: str
    shown: str
    note: str
    source: str


def unverified(rulebook: Rulebook, on: date, places: Sequence[str]) -> list[Unverified]:
    """The unverified entries that results in these places rest on, each once."""
    plan = make_plan(rulebook, on, [name for name in outputs(rulebook) if rulebook.version(name, on)])
    found: dict[tuple[str, str], Unverified] = {}
    for rate in plan.rates:
        for code in places:
            entry = rulebook.rates.find(rate.name, code, on)
            if entry is None or entry.verified:
                continue
            text = rate_shown(rate, entry.urban)
            if entry.urban != entry.rural:
                text += f" / {rate_shown(rate, entry.rural)}"
            found[rate.name, entry.division] = Unverified(
                rate, entry.division, text, entry.note, entry.source
            )
    # Amounts first, the dibao standard before all: what moves the results most is read first.
    return sorted(found.values(), key=lambda row: (row.rate.name != STANDARD, row.rate.kind is not Kind.FEN))
