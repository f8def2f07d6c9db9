"""Rows out of a file: CSV in UTF-8 or GB 18030, or the named sheet of an Excel workbook."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from anmin.policy.errors import PolicyError

LARGEST_UNPACKED = 2 * 1024**3
"""An Excel file that unpacks to more than two gigabytes is refused before it is opened."""


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
        return _csv(path)
    if suffix in (".xlsx", ".xlsm", ".xls"):
        return _workbook(path, sheet_title)
    raise PolicyError(
        "file", what=f"不支持的文件类型 {suffix or '（无后缀）'}", where=str(path), todo="请用 .xlsx 或 .csv"
    )


def _csv(path: Path) -> RawTable:
    content = path.read_bytes()
    text, encoding = _decoded(content, path)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        heading = next(reader)
    except StopIteration:
        raise PolicyError(
            "file", what="文件是空的", where=str(path), todo="用 anmin template 取得模板"
        ) from None
    return RawTable(path, [_heading(cell) for cell in heading], 2, reader, encoding)


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise PolicyError(
        "file",
        what="文字编码既不是 UTF-8 也不是 GB 18030",
        where=str(path),
        todo="在表格软件里另存为“CSV UTF-8”",
    )


def _workbook(path: Path, sheet_title: str) -> RawTable:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
            if size > LARGEST_UNPACKED:
                raise PolicyError(
                    "file",
                    what="Excel 解压后超过 2 GB，拒绝打开",
                    where=str(path),
                    todo="请改用 CSV 或拆分文件",
                )
        workbook = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, zipfile.BadZipFile) as trouble:
        raise PolicyError(
            "file", what=f"Excel 文件打不开：{trouble}", where=str(path), todo="用表格软件打开并另存一次"
        ) from trouble
    name = sheet_title if sheet_title in workbook.sheet_names else workbook.sheet_names[0]
    sheet = workbook.get_sheet_by_name(name)
    rows = iter(sheet.iter_rows())
    offset = sheet.start[0] if sheet.start else 0
    try:
        heading = next(rows)
    except StopIteration:
        raise PolicyError(
            "file", what=f"工作表“{name}”是空的", where=str(path), todo="用 anmin template 取得模板"
        ) from None
    return RawTable(path, [_heading(cell) for cell in heading], offset + 2, rows)


def _heading(cell: Any) -> str:
    return str(cell).strip().lstrip("﻿").rstrip("*").replace("(", "（").replace(")", "）")


def raw_rows(path: Path, sheet_title: str, numbers: set[int]) -> dict[int, tuple[str, ...]]:
    """The named rows of a file as they came, for the quarantine."""
    if not numbers:
        return {}
    table = read_table(path, sheet_title)
    return {number: tuple(str(cell) for cell in row) for number, row in table.numbered() if number in numbers}
