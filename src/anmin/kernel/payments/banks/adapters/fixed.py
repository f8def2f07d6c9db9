"""Fixed width (定长): every field has a number of bytes, in the encoding of the bank."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anmin.kernel.payments.banks.contents import FileProblem, LineProblem, Records
from anmin.kernel.payments.banks.layouts import Column, Form, Layout


class Fixed:
    """Records of one length in bytes, one a line."""

    def limit(self, column: Column, written: str, form: Form) -> LineProblem | None:
        """Longer than the field: never cut off."""
        length = form.length(written)
        if length <= column.width:
            return None
        words = _("%(title)s太长：%(length)d 字节，银行只收 %(width)d 字节") % {
            "title": column.title or column.name,
            "length": length,
            "width": column.width,
        }
        return LineProblem(0, "too_long", words)

    def write(self, form: Form, layout: Layout, records: Records) -> bytes:
        """The file."""
        rows = [(layout.head, records.head), *((layout.line, row) for row in records.lines)]
        rows.append((layout.tail, records.tail))
        newline = form.newline.encode()
        return b"".join(_record(columns, row, form) + newline for columns, row in rows)

    def read(self, form: Form, layout: Layout, text: str) -> Records:
        """The records; every one must have exactly its length."""
        if not text.endswith(form.newline):
            raise _cut(_("文件没有完整结束，可能被截断"))
        rows = text.split(form.newline)[:-1]
        if len(rows) < 2:
            raise _cut(_("文件缺少首记录或尾记录，可能被截断"))
        lines = [_fields(layout.line, row, form, place) for place, row in enumerate(rows[1:-1], start=1)]
        return Records(_fields(layout.head, rows[0], form, 0), lines, _fields(layout.tail, rows[-1], form, 0))


def _record(columns: tuple[Column, ...], row: dict[str, str], form: Form) -> bytes:
    made = []
    for column in columns:
        text = row[column.name].encode(form.encoding)
        space = column.pad.encode() * (column.width - len(text))
        made.append(space + text if column.right else text + space)
    return b"".join(made)


def _fields(columns: tuple[Column, ...], row: str, form: Form, place: int) -> dict[str, str]:
    content = row.encode(form.encoding)
    if len(content) != sum(column.width for column in columns):
        raise _cut(_("第 %(line)d 行长度不对，可能被截断、错位或另存过") % {"line": place}, place)
    found, at = {}, 0
    for column in columns:
        piece = content[at : at + column.width]
        at += column.width
        try:
            text = piece.decode(form.encoding)
        except UnicodeDecodeError as trouble:
            raise _cut(_("第 %(line)d 行错位") % {"line": place}, place) from trouble
        text = text.lstrip(column.pad) if column.right else text.rstrip(column.pad)
        found[column.name] = text or ("0" if column.pad == "0" else "")
    return found


def _cut(words: str, place: int = 0) -> FileProblem:
    return FileProblem("unreadable", words, [LineProblem(place, "unreadable", words)])


ADAPTER = Fixed()
