"""Lists as files that a spreadsheet opens (导出): formulas disarmed, the watermark in the last line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The kinds of file, with what browsers call them."""
ARMED = "=+-@\t\r"


def disarmed(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple(ARMED) else cell


def write_csv(out: IO[bytes], heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> None:
    """A list as CSV that Excel opens as UTF-8, row by row into a file."""
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    writer.writerow([disarmed(mark)])
    text.flush()
    text.detach()


def write_xlsx(out: IO[bytes], heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> None:
    """A list as a workbook: first row fixed, numbers as numbers, the watermark also in the footer of every page.

    Rows go to the disk one by one, so that a long list needs no more memory than a short one.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(out, plain) as book:
        bold, sheet = book.add_format({"bold": True}), book.add_worksheet()
        sheet.write_row(0, 0, heading, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(last, column, cell)
                else:
                    sheet.write_number(last, column, cell)
        sheet.write_string(last + 1, 0, mark)
        sheet.set_footer(f"&L{mark}&R&P/&N")
        sheet.freeze_panes(1, 1)


MOST_ROWS = {"csv": None, "xlsx": 1_048_576 - 2}
"""Rows that a kind of file holds below its heading and above its watermark; None for as many as there are."""


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> bytes:
    """A list as CSV that Excel opens as UTF-8."""
    out = io.BytesIO()
    write_csv(out, heading, rows, mark)
    return out.getvalue()


def as_xlsx(heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> bytes:
    """A list as a workbook."""
    out = io.BytesIO()
    write_xlsx(out, heading, rows, mark)
    return out.getvalue()
