"""Rows out of a file: CSV in UTF-8 or GB 18030, or the named sheet of an Excel workbook."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from anmin.kernel.facts.intake.looking import WORKBOOKS, Seen, check_kind, look_through
from anmin.policy.errors import PolicyError

LARGEST_CELL = 32_767
"""As many letters as a spreadsheet's cell can hold; a longer one in a text file is a missing quotation mark."""


@dataclass(frozen=True)
class RawTable:
    """A file's heading row and its data rows with the row numbers a person sees in the spreadsheet."""

    path: Path
    heading: list[str]
    first_row: int
    rows: Iterator[list[Any]]
    encoding: str = ""

    def numbered(self) -> Iterator[tuple[int, list[Any]]]:
        """Data rows with their row numbers; blank rows are passed over."""
        for number, row in enumerate(self.rows, start=self.first_row):
            if any(cell not in ("", None) for cell in row):
                yield number, row


def file_hash(path: Path) -> str:
    """The sha256 of a file, by which the same file is known again."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as trouble:
        raise PolicyError(
            "file", what=f"打不开文件：{trouble.strerror}", where=str(path), todo="检查路径和权限"
        ) from trouble
    return digest.hexdigest()


def read_table(path: Path, sheet_title: str) -> RawTable:
    """Open a file.

    Raises:
        PolicyError: `file`, saying what is wrong with it as a whole.
    """
    suffix = path.suffix.lower()
    if not path.exists():
        raise PolicyError("file", what="找不到文件", where=str(path), todo="检查路径")
    if suffix == ".csv":
        check_kind(path)
        return _csv(path)
    if suffix in WORKBOOKS:
        check_kind(path)
        return _workbook(path, sheet_title)
    raise PolicyError(
        "file", what=f"不支持的文件类型 {suffix or '（无后缀）'}", where=str(path), todo="请用 .xlsx 或 .csv"
    )


def _csv(path: Path) -> RawTable:
    content = path.read_bytes()
    text, encoding = _decoded(content, path)
    csv.field_size_limit(LARGEST_CELL)
    rows = _rows(csv.reader(io.StringIO(text, newline="")), path)
    try:
        heading = next(rows)
    except StopIteration:
        raise PolicyError(
            "file", what="文件是空的", where=str(path), todo="用 anmin template 取得模板"
        ) from None
    return RawTable(path, [_heading(cell) for cell in heading], 2, rows, encoding)


def _rows(reader: Any, path: Path) -> Iterator[list[Any]]:
    """Rows of a text file; a cell without an end refuses the file and names the line."""
    try:
        yield from reader
    except csv.Error as trouble:
        what = (
            f"第 {reader.line_num} 行附近有一格超过 {LARGEST_CELL:,} 个字，可能少了一个引号"
            if "field larger" in str(trouble)
            else f"第 {reader.line_num} 行附近读不出来：{trouble}"
        )
        raise PolicyError(
            "file", what=what, where=path.name, todo="在表格软件里打开检查，另存后再传"
        ) from trouble


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # No text holds the character nought: these bytes are UTF-16 or no text at all.
        if "\x00" not in text:
            return text, encoding
    raise PolicyError(
        "file",
        what="文字编码既不是 UTF-8 也不是 GB 18030",
        where=str(path),
        todo="在表格软件里另存为“CSV UTF-8”",
    )


def _workbook(path: Path, sheet_title: str) -> RawTable:
    seen = look_through(path) if path.suffix.lower() != ".xls" else {}
    try:
        workbook = CalamineWorkbook.from_path(path)
        name = sheet_title if sheet_title in workbook.sheet_names else workbook.sheet_names[0]
        sheet = workbook.get_sheet_by_name(name)
    except BaseException as trouble:
        # The reader is written in Rust: what it did not foresee comes as a panic, which is no Exception.
        if isinstance(trouble, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise PolicyError(
            "file", what=f"Excel 文件打不开：{trouble}", where=str(path), todo="用表格软件打开并另存一次"
        ) from trouble
    first_row, first_column = sheet.start or (0, 0)
    rows = _marked(sheet, seen.get(name, Seen()), first_row, first_column)
    try:
        heading = next(rows)
    except StopIteration:
        raise PolicyError(
            "file", what=f"工作表“{name}”是空的", where=str(path), todo="用 anmin template 取得模板"
        ) from None
    return RawTable(path, [_heading(cell) for cell in heading], first_row + 2, rows)


def _marked(sheet: Any, seen: Seen, first_row: int, first_column: int) -> Iterator[list[Any]]:
    """The rows of a sheet, with what is a formula shown as one: its last result is nobody's word."""
    lined = {row for row, _ in seen.formulas}
    for at, row in enumerate(sheet.iter_rows(), start=first_row):
        if at in lined:
            yield [
                f"={cell}" if (at, column) in seen.formulas else cell
                for column, cell in enumerate(row, start=first_column)
            ]
        else:
            yield row


def _heading(cell: Any) -> str:
    return str(cell).strip().lstrip("﻿").rstrip("*").replace("(", "（").replace(")", "）")


def raw_rows(path: Path, sheet_title: str, numbers: set[int]) -> dict[int, tuple[str, ...]]:
    """The named rows of a file as they came, for the quarantine."""
    if not numbers:
        return {}
    table = read_table(path, sheet_title)
    return {number: tuple(str(cell) for cell in row) for number, row in table.numbered() if number in numbers}
