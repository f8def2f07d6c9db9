"""XML batches (XML 报文): `Batch` with `Head`, one `Line` a payment, and `Tail`. No document types, no entities."""

from __future__ import annotations

from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from lxml import etree

from anmin.kernel.payments.banks.contents import FileProblem, LineProblem, Records
from anmin.kernel.payments.banks.layouts import Column, Form, Layout


class Xml:
    """One element a record, one element a field."""

    def limit(self, column: Column, written: str, form: Form) -> LineProblem | None:
        """Longer than agreed."""
        if not column.width or form.length(written) <= column.width:
            return None
        words = _("%(title)s太长：银行只收 %(width)d 字节") % {
            "title": column.title or column.name,
            "width": column.width,
        }
        return LineProblem(0, "too_long", words)

    def write(self, form: Form, layout: Layout, records: Records) -> bytes:
        """The file."""
        parts = [f'<?xml version="1.0" encoding="{form.encoding.upper()}"?>', "<Batch>"]
        parts.append(_element("Head", layout.head, records.head))
        parts.extend(_element("Line", layout.line, row) for row in records.lines)
        parts.append(_element("Tail", layout.tail, records.tail))
        parts.append("</Batch>")
        return form.newline.join([*parts, ""]).encode(form.encoding)

    def read(self, form: Form, layout: Layout, text: str) -> Records:
        """The records."""
        start = text.find("?>") + 2 if text.startswith("<?xml") else 0
        if f'encoding="{form.encoding.upper()}"' not in text[:start]:
            raise _cut(_("报文声明的编码与约定的不符"))
        if not text.endswith(form.newline):
            raise _cut(_("文件没有完整结束，可能被截断"))
        if "<!" in text:
            raise _cut(_("报文里有不允许的声明，没有读取"))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(text[start:].strip(), parser)
        except etree.XMLSyntaxError as trouble:
            raise _cut(_("报文不完整或格式不对，可能被截断")) from trouble
        tags = [one.tag for one in root]
        if root.tag != "Batch" or tags[:1] != ["Head"] or tags[-1:] != ["Tail"] or set(tags[1:-1]) - {"Line"}:
            raise _cut(_("报文的结构不对"))
        if root.attrib or _stray(root):
            raise _cut(_("报文的结构不对"))
        lines = [_record(layout.line, one, place) for place, one in enumerate(root[1:-1], start=1)]
        return Records(_record(layout.head, root[0], 0), lines, _record(layout.tail, root[-1], 0))


def _element(tag: str, columns: tuple[Column, ...], row: dict[str, str]) -> str:
    fields = "".join(f"<{one.name}>{escape(row[one.name])}</{one.name}>" for one in columns)
    return f"<{tag}>{fields}</{tag}>"


def _record(columns: tuple[Column, ...], element: etree._Element, place: int) -> dict[str, str]:
    has_more = element.attrib or _stray(element) or any(len(one) or one.attrib for one in element)
    if has_more or [one.tag for one in element] != [column.name for column in columns]:
        raise _cut(_("第 %(line)d 行的字段不对") % {"line": place}, place)
    return {str(one.tag): one.text or "" for one in element}


def _stray(element: etree._Element) -> bool:
    """Whether text stands between the elements, where no field is."""
    between = [element.text, *(one.tail for one in element)]
    return any(text and not text.isspace() for text in between)


def _cut(words: str, place: int = 0) -> FileProblem:
    return FileProblem("unreadable", words, [LineProblem(place, "unreadable", words)])


ADAPTER = Xml()
