"""Delimited text (分隔符文本): CSV and its kin, also lists of the one card (一卡通) and sheets for cash and goods.

Whatever a spreadsheet would take for a formula is refused in text columns: sheets are opened with one.
"""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from anmin.kernel.payments.banks.contents import FileProblem, LineProblem, Records
from anmin.kernel.payments.banks.layouts import Column, Form, Layout

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Spreadsheets in East Asian languages take the wide signs for the narrow ones."""


class Delimited:
    """Records with separators; the head, where there is one, first and the tail last."""

    def limit(self, column: Column, written: str, form: Form) -> LineProblem | None:
        """Longer than agreed, or a formula."""
        title = column.title or column.name
        if column.width and form.length(written) > column.width:
            words = _("%(title)s太长：银行只收 %(width)d 字节") % {"title": title, "width": column.width}
            return LineProblem(0, "too_long", words)
        if column.kind == "text" and written.startswith(FORMULA):
            words = _("%(title)s以“%(sign)s”开头，表格软件会当成公式") % {"title": title, "sign": written[0]}
            return LineProblem(0, "formula", words)
        return None

    def write(self, form: Form, layout: Layout, records: Records) -> bytes:
        """The file."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=form.separator, lineterminator=form.newline)
        for columns, row in (
            (layout.head, records.head),
            *((layout.line, row) for row in records.lines),
            (layout.tail, records.tail),
        ):
            writer.writerow([row[column.name] for column in columns])
        return out.getvalue().encode(form.encoding)

    def read(self, form: Form, layout: Layout, text: str) -> Records:
        """The records; each must have exactly its columns."""
        if not text.endswith(form.newline):
            raise _cut(_("文件没有完整结束，可能被截断"))
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.separator, strict=True))
        except csv.Error as trouble:
            raise _cut(_("文件的引号或分隔符乱了，读不出来")) from trouble
        if len(rows) < 2:
            raise _cut(_("文件缺少首记录或尾记录，可能被截断"))
        lines = [_row(layout.line, row, place) for place, row in enumerate(rows[1:-1], start=1)]
        return Records(_row(layout.head, rows[0], 0), lines, _row(layout.tail, rows[-1], 0))


def _row(columns: tuple[Column, ...], row: list[str], place: int) -> dict[str, str]:
    if len(row) != len(columns):
        raise _cut(
            _("第 %(line)d 行有 %(n)d 列，应为 %(of)d 列")
            % {"line": place, "n": len(row), "of": len(columns)},
            place,
        )
    return {column.name: text for column, text in zip(columns, row, strict=True)}


def _cut(words: str, place: int = 0) -> FileProblem:
    return FileProblem("unreadable", words, [LineProblem(place, "unreadable", words)])


ADAPTER = Delimited()
