"""One cell into one value of a fact, or a problem with a code, the column and the reason."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from anmin.kernel.facts.intake.sheets import Column
from anmin.policy.codes import Code
from anmin.policy.types import Kind

LARGEST_FEN = 10**13
"""A hundred thousand million yuan: more than that is a mistake in the file."""
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
EIGHT_DIGITS = re.compile(r"\d{8}")
EXCEL_ERRORS = ("#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
YES, NO = {"是", "有", "1", "Y", "TRUE", "√", "对"}, {"否", "无", "0", "N", "FALSE", "×", "没有"}


@dataclass(frozen=True)
class Trouble(Exception):
    """Why a cell, or a row, cannot land. `code` is stable."""

    code: str
    column: str
    reason: str


def text_of(cell: Any) -> str:
    """A cell as trimmed text: full-width digits and letters narrowed, numbers without a spurious `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    text = str(cell)
    if not text.isascii():
        text = "".join(_narrowed(letter) for letter in text)
    return text.strip().strip("　\t'‘")


def _narrowed(letter: str) -> str:
    return unicodedata.normalize("NFKC", letter) if "！" <= letter <= "～" else letter


def number_of(cell: Any, column: Column) -> int | None:
    """The integer that a cell stands for, or None for an empty cell.

    Raises:
        Trouble: with one of the codes `excel_error formula not_a_number too_precise negative too_large
            bad_date bad_flag unknown_code not_whole`.
    """
    text = text_of(cell)
    if text == "":
        return None
    if text.upper() in EXCEL_ERRORS:
        raise Trouble("excel_error", column.heading, f"单元格是表格软件的错误值 {text}")
    if text.startswith("="):
        raise Trouble("formula", column.heading, "单元格里是公式，请粘贴为数值")
    match column.kind:
        case Kind.DAY:
            return _day(cell, text, column)
        case Kind.BOOL:
            return _flag(text, column)
        case Kind.CODE:
            return _code(text, column)
        case Kind.FEN:
            return _fen(text, column)
        case _:
            return _whole(text, column)


def _day(cell: Any, text: str, column: Column) -> int:
    if isinstance(cell, datetime | date):
        return cell.year * 10_000 + cell.month * 100 + cell.day
    found = DAY.match(text)
    parts = (
        found.groups() if found else (text[:4], text[4:6], text[6:]) if EIGHT_DIGITS.fullmatch(text) else None
    )
    try:
        if parts is None:
            raise ValueError(text)
        day = date(*[int(part) for part in parts])
    except ValueError:
        raise Trouble("bad_date", column.heading, f"“{text}”不是日期，请写成 1950-03-07") from None
    return day.year * 10_000 + day.month * 100 + day.day


def _flag(text: str, column: Column) -> int:
    if text.upper() in YES:
        return 1
    if text.upper() in NO:
        return 0
    raise Trouble("bad_flag", column.heading, f"“{text}”应写“是”或“否”")


def _code(text: str, column: Column) -> int:
    assert column.codes is not None
    for code in column.codes:
        if text in (str(int(code)), code.name) or (isinstance(code, Code) and text == code.title):
            return int(code)
    raise Trouble("unknown_code", column.heading, f"“{text}”不在可选项里：{'、'.join(column.choices)}")


def _decimal(text: str, column: Column) -> Decimal:
    try:
        found = Decimal(text.replace(",", "").replace("，", "").removesuffix("元").strip("¥￥ "))
        if not found.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise Trouble("not_a_number", column.heading, f"“{text}”不是数字") from None
    return found


def _fen(text: str, column: Column) -> int:
    fen = _decimal(text, column) * 100
    if fen != fen.to_integral_value():
        raise Trouble("too_precise", column.heading, f"“{text}”精确到分以下，请写到分为止")
    if fen < 0:
        raise Trouble("negative", column.heading, f"“{text}”是负数")
    if fen > LARGEST_FEN:
        raise Trouble("too_large", column.heading, f"“{text}”大得不合理，请核对单位是否为元")
    return int(fen)


def _whole(text: str, column: Column) -> int:
    found = _decimal(text, column)
    if found != found.to_integral_value():
        raise Trouble("not_whole", column.heading, f"“{text}”应为整数")
    if found < 0:
        raise Trouble("negative", column.heading, f"“{text}”是负数")
    if found >= 2**31:
        raise Trouble("too_large", column.heading, f"“{text}”大得不合理")
    return int(found)
