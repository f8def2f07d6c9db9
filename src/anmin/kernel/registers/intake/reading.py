"""A workbook or CSV as rows of text under the names of a register's columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.values import asked, title_of

MOST = 5_000
LARGEST = 10_000_000
NUMBER = ("编号", "number")
ADDED = ("原因", "行号")
"""Columns that a file of rejected rows has beside its own; they are read over."""


class FileProblem(ValueError):
    """The file cannot be taken in at all; the message says what is wrong and what to do."""


def rows_of(register: Register, name: str, content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file by their number in it, each by column; columns are found by their titles.

    Raises:
        FileProblem: for what is no table, is too large, lacks a column that must be there, or has one too many.
    """
    if len(content) > LARGEST:
        raise FileProblem(_("文件超过 10 MB；请分成几份再导入。"))
    table = list(_csv(content) if name.lower().endswith(".csv") else _workbook(content))
    if not table:
        raise FileProblem(_("文件里没有内容；请用“下载模板”里的表头。"))
    names = _names(register, [_text(cell) for cell in table[0]])
    found = []
    for number, row in enumerate(table[1:], start=2):
        values = {
            column: _text(row[at]) for at, column in enumerate(names) if column is not None and at < len(row)
        }
        if any(values.values()) and not next(iter(values.values())).endswith("仅限办理业务使用"):
            found.append((number, values))
    if len(found) > MOST:
        raise FileProblem(_("一次最多导入 %(most)d 行；请分成几份。") % {"most": MOST})
    return found


def headings(register: Register) -> list[str]:
    """The head of a file that can be taken in."""
    return [NUMBER[0], *[heading(register, name) for name in asked(register)]]


def heading(register: Register, name: str) -> str:
    """How a file calls a column; persons are named by their identity number, places by their code."""
    if name == "person":
        return "证件号码"
    return "地区代码" if name == "division" else title_of(register, name)


def _names(register: Register, heads: list[str]) -> list[str | None]:
    known = {NUMBER[0]: "number"}
    for name in asked(register):
        known |= {heading(register, name): name, name: name}
    strange = [head for head in heads if head and head not in known and head not in ADDED]
    if strange:
        words = {"columns": "、".join(strange), "known": "、".join(headings(register))}
        raise FileProblem(_("不认识这些列：%(columns)s。可以有的列：%(known)s。") % words)
    names = [known.get(head) for head in heads]
    needed = [
        name
        for name in asked(register)
        if name not in names
        and not register.column(name).null
        and not register.column(name).has_default()
        and not register.column(name).blank
    ]
    if needed:
        words = {"columns": "、".join(heading(register, name) for name in needed)}
        raise FileProblem(_("缺少这些列：%(columns)s；请用“下载模板”里的表头。") % words)
    return names


def _csv(content: bytes) -> Iterator[list[Any]]:
    for coding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        yield from csv.reader(io.StringIO(text))
        return
    raise FileProblem(_("看不懂文件的编码；请在 Excel 里另存为 xlsx 再导入。"))


def _workbook(content: bytes) -> Iterator[list[Any]]:
    try:
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
        yield from sheets.get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as problem:
        raise FileProblem(_("打不开这个文件；请确认是没有加密的 xlsx、xls、et 或 csv。")) from problem


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell if cell is not None else "").strip()
    return text[1:] if text[:1] == "'" else text
