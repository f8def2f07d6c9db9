"""Lists as files that a spreadsheet opens (导出): formulas disarmed, the watermark in the last line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

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


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> bytes:
    """A list as CSV that Excel opens as UTF-8."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(heading)
    out.writerows([disarmed(cell) for cell in row] for row in rows)
    out.writerow([disarmed(mark)])
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(heading: Sequence[str], rows: Iterable[Sequence[Any]], mark: str) -> bytes:
    """A list as a workbook: first row fixed, numbers as numbers, the watermark also in the footer of every page."""
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
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
    return out.getvalue()
