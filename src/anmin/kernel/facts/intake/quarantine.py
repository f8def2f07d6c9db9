"""Quarantine files and import templates: workbooks that a person fills in and sends (again)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import xlsxwriter

from anmin.kernel.facts.intake.checking import Quarantined
from anmin.kernel.facts.intake.sheets import Sheet, SheetName
from anmin.kernel.keys.queries import installation_secret
from anmin.lib.crypto import SealingKey, derived, seal, unseal
from anmin.policy.types import Kind

LAST_ROW = 100_000
WIDTH = 18
Line = tuple[str, str]
"""A line of instructions: what it is about, and what it says."""


def quarantine_sheets(
    rows: Sequence[Quarantined], known: Mapping[SheetName, Sheet]
) -> dict[str, tuple[list[str], list[list[str]]]]:
    """The quarantined rows of each sheet with row number and reasons in front."""
    result = {}
    for name, sheet in known.items():
        mine = [row for row in rows if row.sheet == name]
        heading = ["原行号", "代码", "原因", "原来的内容"]
        lines = [
            [
                str(row.row),
                "；".join(trouble.code for trouble in row.troubles),
                "；".join(f"{trouble.column}：{trouble.reason}" for trouble in row.troubles),
                *row.cells,
            ]
            for row in mine
        ]
        result[sheet.title] = (heading, lines)
    return result


def write_quarantine(path: Path, content: Mapping[str, tuple[list[str], list[list[str]]]]) -> None:
    """Write the quarantine workbook, sealed: it holds names and numbers. `quarantine_workbook` opens it."""
    out = BytesIO()
    # In memory: the library's own temporary files would hold the rows in clear.
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, plain) as book:
        bold = book.add_format({"bold": True})
        for title, (heading, lines) in content.items():
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, heading, bold)
            for number, line in enumerate(lines, start=1):
                for column, cell in enumerate(line):
                    sheet.write_string(number, column, cell)
            sheet.freeze_panes(1, 3)
    path.write_bytes(seal(_key(), out.getvalue(), _bound(path)))


def quarantine_workbook(path: Path) -> bytes:
    """The quarantine workbook of an import, to be corrected and sent again; cells are text.

    Raises:
        SealBroken: when the file was changed or belongs to another import.
    """
    return unseal(lambda number: _key(), path.read_bytes(), _bound(path))


def _key() -> SealingKey:
    """A key of its own, so that the rotation of column keys need not go through files."""
    return SealingKey(0, derived(installation_secret(), "anmin quarantine", 16))


def _bound(path: Path) -> bytes:
    return f"quarantine|{path.parent.name}".encode()


def write_template(path: Path, known: Mapping[SheetName, Sheet], *, with_example: bool) -> None:
    """Write the import template: both sheets with drop-downs, required columns marked, a page of instructions.

    `with_example` fills in one family of three.
    """
    write_book(str(path), list(known.values()), LINES, EXAMPLE if with_example else {})


def write_book(
    target: str | BytesIO,
    sheets: Sequence[Sheet],
    lines: Sequence[Line],
    examples: Mapping[SheetName, Sequence[Mapping[str, str | int]]],
) -> None:
    """Write a template of any sheets; `lines` stand first on its page of instructions, before those of the columns."""
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        formats = {
            "must": book.add_format({"bold": True, "bg_color": "#E8F0FA", "border": 1, "text_wrap": True}),
            "may": book.add_format({"border": 1, "text_wrap": True}),
            "text": book.add_format({"num_format": "@"}),
        }
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            page.freeze_panes(1, 2)
            for position, column in enumerate(sheet.columns):
                heading = column.heading + ("*" if column.required else "")
                page.write_string(0, position, heading, formats["must" if column.required else "may"])
                text = formats["text"] if column.form != "number" else None
                page.set_column(position, position, WIDTH, text)
                if column.hint:
                    page.write_comment(0, position, column.hint)
                if column.choices:
                    page.data_validation(
                        1,
                        position,
                        LAST_ROW,
                        position,
                        {
                            "validate": "list",
                            "source": column.choices,
                            "error_title": "不在可选项里",
                            "error_message": "请从下拉中选择",
                        },
                    )
            for number, row in enumerate(examples.get(sheet.name, ()), start=1):
                for position, column in enumerate(sheet.columns):
                    if column.name in row:
                        page.write(number, position, row[column.name])
        _instructions(book, sheets, lines, formats)


def _instructions(
    book: xlsxwriter.Workbook,
    sheets: Sequence[Sheet],
    lines: Sequence[Line],
    formats: Mapping[str, object],
) -> None:
    page = book.add_worksheet("填表说明")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 70)
    said = list(lines)
    for sheet in sheets:
        for column in sheet.columns:
            explained = column.hint or ("可选：" + "、".join(column.choices) if column.choices else "")
            unit = {Kind.FEN: "金额，元", Kind.INT: "整数"}.get(column.kind, "") if column.kind else ""
            said.append(
                (f"{sheet.title} · {column.heading}", "；".join(part for part in (explained, unit) if part))
            )
    for number, (left, right) in enumerate(said):
        page.write_string(number, 0, left, formats["may"])
        page.write_string(number, 1, right, formats["may"])


LINES: list[Line] = [
    ("怎样填", "先填“家庭”表，一户一行；再填“人员”表，一人一行，用同一个户编号连起来。"),
    ("必填", "列名带 * 的必须填写；其余没有就空着，空着表示没有或不知道。"),
    ("金额", "单位是元，最多两位小数；标“年”的填最近 12 个月合计，标“月”的填每月。"),
    ("证件号码", "按文本填写。显示成 3.7E+17 的号码已经丢了数字，要重新录入。"),
    ("导入", "anmin import 家庭人员.xlsx --dry-run 先看报告，再去掉 --dry-run 正式导入。"),
]
EXAMPLE: dict[SheetName, list[dict[str, str | int]]] = {
    "households": [
        {
            "household": "EX-0001",
            "division": "371002001",
            "settlement": "城镇",
            "financial_assets": 8000,
            "cars": 0,
            "homes": 1,
        },
    ],
    "persons": [
        {
            "household": "EX-0001",
            "name": "示例甲",
            "identity": "990001198503070011",
            "relation": "户主",
            "wage_year": 21600,
        },
        {
            "household": "EX-0001",
            "name": "示例乙",
            "identity": "990001198611210026",
            "relation": "配偶",
            "disability": "肢体",
            "disability_level": 2,
        },
        {
            "household": "EX-0001",
            "name": "示例丙",
            "identity": "990001201506010019",
            "relation": "子女",
            "study": "义务教育",
        },
    ],
}
"""A family that does not exist: no division begins with 99."""
