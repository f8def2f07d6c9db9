"""A run as an Excel workbook for people who work in spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from anmin.kernel.access.queries import Scope
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.screening.models import HouseholdResult, Run
from anmin.kernel.screening.queries import broken_households, city_overview, households
from anmin.kernel.screening.rulebooks import monthly_amounts, rulebook
from anmin.policy.codes import Coverage, Layer, Settlement
from anmin.policy.rules import Level

HEADING = ("户编号", "行政区划代码", "行政区划", "城乡", "分层", "比对", "计入人数", "每月合计（元）")
WIDTH = 16


def write_workbook(run: Run, path: Path) -> None:
    """Write three sheets: each household with a result, the sums by county, and what could not be calculated."""
    scope = Scope.nation()
    amounts = monthly_amounts(rulebook())
    titles = {name: rulebook().versions[name][0].title for name in amounts}
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1})
        money = book.add_format({"num_format": "#,##0.00"})
        mark = "（演示数据）" if run.source == "演示数据" else ""
        rows = (_household(row, amounts) for row in households(run, scope).iterator(2_000))
        _sheet(
            book,
            f"家庭结果{mark}",
            [*HEADING, *[f"{titles[name]}（元／月）" for name in amounts]],
            rows,
            bold,
            money,
        )
        places = (_place(row, run) for row in city_overview(run, scope, run.city))
        layers = [layer.title for layer in Layer if layer is not Layer.NONE]
        heading = [
            "代码",
            "区划",
            "户数",
            "人数",
            *layers,
            "应保未保（户）",
            "在保不符（户）",
            "每月合计（元）",
        ]
        _sheet(book, "按区划汇总", heading, places, bold, money)
        broken = ((row.number, row.reason) for row in broken_households(run, scope).iterator(2_000))
        _sheet(book, "无法测算", ["户编号", "原因"], broken, bold, money)


def _sheet(
    book: Any, title: str, heading: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any, money: Any
) -> None:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(heading) - 1, WIDTH)
    sheet.write_row(0, 0, heading, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, float):
                sheet.write_number(number, column, value, money)
            elif isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                sheet.write_string(number, column, str(value))


def _household(row: HouseholdResult, amounts: dict[str, Level]) -> list[Any]:
    return [
        row.number,
        row.division,
        Catalogue.load().path_name(row.division),
        Settlement(row.settlement).title,
        Layer(row.layer).title,
        Coverage(row.coverage).title,
        row.members,
        row.aid_month / 100,
        *[_amount(row, name, level) / 100 for name, level in amounts.items()],
    ]


def _amount(row: HouseholdResult, name: str, level: Level) -> int:
    """A household's own amount, or the sum over its members, in fen."""
    if level is Level.HOUSEHOLD:
        return int(row.values.get(name, 0))
    return sum(int(values.get(name, 0)) for values in row.people.values())


def _place(row: Any, run: Run) -> list[Any]:
    layers = [row.layers.get(int(layer), 0) for layer in Layer if layer is not Layer.NONE]
    name = Catalogue.load().path_name(row.code, on=run.on)
    return [
        row.code,
        name,
        row.households,
        row.persons,
        *layers,
        row.missed,
        row.without_ground,
        row.monthly / 100,
    ]
