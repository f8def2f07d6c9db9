"""A kind drawn as a Word template (Word 模板): the same walk over the blocks, placeholders left standing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.pkgwriter import PackageWriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from anmin.kernel.papers.composing import Filling, part
from anmin.kernel.papers.kinds import PaperKind
from anmin.kernel.papers.words import BOXES

BODY, TITLE, LATIN = "仿宋", "方正小标宋简体", "Times New Roman"
ALIGNS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
EPOCH = (1980, 1, 1, 0, 0, 0)
DAY_BLANK = "　　年　月　日"


class AsTemplate:
    """Placeholders as they are; one row stands for all rows of a table."""

    def text(self, template: str) -> str:
        """As it stands."""
        return template

    def boxes(self, expression: str) -> list[str]:
        """A placeholder for each box."""
        return [f"{{{{ {expression}|box({at}) }}}}" for at in range(BOXES)]

    def rows(self, expression: str) -> list[Filling]:
        """The row that is repeated."""
        return [self]

    def holds(self, condition: str) -> bool:
        """Every block stands in the template, under its condition."""
        return True


def drawn(kind: PaperKind) -> bytes:
    """A Word file with placeholders for docxtpl: A4, Fangsong, the blocks in their order, page x of y."""
    document = Document()
    sheet = _Drawer(document)
    sheet.page()
    sheet.line(kind.title, size=20, bold=True, font=TITLE, align="center")
    sheet.line("{% if number %}编号：{{ number }}{% endif %}", size=10.5, align="right")
    for row in kind.blocks:
        opening, closing = [], []
        if "when" in row:
            opening, closing = [f"{{%p if {row['when']} %}}"], ["{%p endif %}"]
        if "each" in row:
            opening, closing = [*opening, f"{{%p for row in {row['each']} %}}"], ["{%p endfor %}", *closing]
        for tag in opening:
            sheet.line(tag)
        sheet.block(part(row, AsTemplate()), row)
        for tag in closing:
            sheet.line(tag)
    return packed(document)


def packed(document: Any) -> bytes:
    """A Word document as the bytes of its file, the same whenever they are packed."""
    package = document.part.package
    for one in package.parts:
        one.before_marshal()
    written, timeless = io.BytesIO(), io.BytesIO()
    PackageWriter.write(written, package.rels, package.parts)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            plain = zipfile.ZipInfo(entry.filename, EPOCH)
            plain.compress_type = zipfile.ZIP_DEFLATED
            plain.external_attr = 0o600 << 16
            new.writestr(plain, old.read(entry.filename))
    return timeless.getvalue()


class _Drawer:
    """Draws blocks into one document."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def page(self) -> None:
        """A4 with the margins of official papers, the fonts, and the foot."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.right_margin = Mm(20), Mm(18)
        section.bottom_margin, section.left_margin = Mm(20), Mm(22)
        section.footer_distance = Mm(8)
        style = self.document.styles["Normal"]
        _fonts(style.element.get_or_add_rPr(), BODY)
        style.font.size = Pt(12)
        style.paragraph_format.space_after = Pt(3)
        style.paragraph_format.line_spacing = 1.25
        foot = section.footer.paragraphs[0]
        _write(foot, "{{ foot }}\n{{ foot_law }}\n", 8)
        for text, field in (("第 ", "PAGE"), (" 页　共 ", "NUMPAGES")):
            _write(foot, text, 8)
            _field(foot, field)
        _write(foot, " 页", 8)

    def line(
        self,
        text: str,
        *,
        size: float = 12,
        bold: bool = False,
        font: str = BODY,
        align: str = "left",
        indent: bool = False,
    ) -> Paragraph:
        """A paragraph."""
        found = self.document.add_paragraph()
        _write(found, text, size, bold=bold, font=font)
        found.alignment = ALIGNS[align]
        if indent:
            found.paragraph_format.first_line_indent = Pt(2 * size)
        return found

    def block(self, block: Mapping[str, Any], row: Mapping[str, Any]) -> None:
        """One block of a sheet."""
        name = block["is"]
        if name in ("greeting", "note"):
            self.line(block["text"], size=9 if name == "note" else 12)
        elif name == "lead":
            self.line(block["text"], bold=True, indent=True)
        elif name == "heading":
            self.line(block["text"], bold=True).paragraph_format.keep_with_next = True
        elif name == "text":
            for one in block["paragraphs"]:
                self.line(one, indent=True)
        elif name == "grid":
            for run in block["runs"]:
                self._form(run)
            self._gap()
        elif name == "table":
            self._rows(block, row["table"])
            self._gap()
        elif name == "opinion":
            self._opinion(block)
            self._gap()
        elif name == "seal":
            for text in ("", block["office"], "（盖章）", block["day"], ""):
                self.line(text, align="center").paragraph_format.left_indent = Mm(90)
        else:
            if name == "receipt":
                self.line("— " * 40, size=9)
                self.line(block["title"], bold=True, align="center")
                self.line(block["text"], indent=True)
            for label in block["labels"]:
                self.line(f"{label}：{'＿' * 14}　{DAY_BLANK}").paragraph_format.space_before = Pt(12)

    def _table(self, rows: int, widths: list[int]) -> Table:
        found = self.document.add_table(rows=rows, cols=len(widths), style="Table Grid")
        return _sized(found, widths)

    def _form(self, run: Mapping[str, Any]) -> None:
        found = self._table(len(run["rows"]), run["widths"])
        for at, cells in enumerate(run["rows"]):
            for place, cell in enumerate(cells):
                here = found.cell(at, place)
                if cell["is"] == "boxes":
                    _boxes(here, cell["boxes"])
                else:
                    _fill(
                        here,
                        cell["text"],
                        10.5 if cell["is"] == "label" else 12,
                        "center" if cell["is"] == "label" else "left",
                    )

    def _rows(self, block: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        rows, width, least = said["rows"], len(block["widths"]), int(said.get("least", 0))
        tagged: list[tuple[str, list[str], str]] = [
            (f"{{%tr for row in {rows} %}}", block["rows"][0], "{%tr endfor %}"),
        ]
        if least:
            tagged.append(
                (f"{{%tr for blank in range({least} - ({rows}|length)) %}}", [""] * width, "{%tr endfor %}")
            )
        else:
            tagged.append(
                (f"{{%tr if not {rows} %}}", [said.get("empty", "无")] + [""] * (width - 1), "{%tr endif %}")
            )
        found = self._table(1 + 3 * len(tagged), block["widths"])
        for place, head in enumerate(block["heads"]):
            _fill(found.cell(0, place), head, 10.5, "center", bold=True)
        _repeated(found)
        for at, (opening, cells, closing) in enumerate(tagged):
            first = 1 + 3 * at
            _fill(found.cell(first, 0), opening, 10.5)
            for place, text in enumerate(cells):
                _fill(found.cell(first + 1, place), text, 10.5, block["aligns"][place])
            if block["tall"]:
                found.rows[first + 1].height = Mm(block["tall"] + 4)
            _fill(found.cell(first + 2, 0), closing, 10.5)

    def _opinion(self, block: Mapping[str, Any]) -> None:
        found = self._table(1, [26, 144])
        _fill(found.cell(0, 0), block["title"], 10.5, "center")
        _fill(
            found.cell(0, 1),
            f"{block['text']}\n\n\n{block['signs']}：　　　　　　　　（盖章）　　{block['day']}",
            12,
        )

    def _gap(self) -> None:
        """A line between tables, which Word would otherwise join."""
        found = self.line("", size=4)
        found.paragraph_format.space_after = Pt(0)


def _sized(found: Table, widths: list[int]) -> Table:
    found.alignment = WD_TABLE_ALIGNMENT.LEFT
    found.autofit = False
    for place, width in enumerate(widths):
        found.columns[place].width = Mm(width)
        for cell in found.columns[place].cells:
            cell.width = Mm(width)
    return found


def _fill(cell: _Cell, text: str, size: float, align: str = "left", *, bold: bool = False) -> None:
    here = cell.paragraphs[0]
    _write(here, text, size, bold=bold)
    here.alignment = ALIGNS[align]
    here.paragraph_format.space_before = here.paragraph_format.space_after = Pt(2)
    here.paragraph_format.line_spacing = 1.0
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _boxes(cell: _Cell, texts: list[str]) -> None:
    inner = _sized(cell.add_table(rows=1, cols=BOXES), [6] * BOXES)
    inner.style = "Table Grid"
    for at, text in enumerate(texts):
        _fill(inner.cell(0, at), text, 10.5, "center")
        margins = OxmlElement("w:tcMar")
        for side in ("w:left", "w:right"):
            one = OxmlElement(side)
            one.set(qn("w:w"), "0")
            one.set(qn("w:type"), "dxa")
            margins.append(one)
        inner.cell(0, at)._tc.get_or_add_tcPr().append(margins)
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = Pt(3)


def _write(paragraph: Paragraph, text: str, size: float, *, bold: bool = False, font: str = BODY) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.bold = bold
    _fonts(run._r.get_or_add_rPr(), font)


def _fonts(properties: Any, font: str) -> None:
    found = properties.find(qn("w:rFonts"))
    if found is None:
        found = OxmlElement("w:rFonts")
        properties.insert(0, found)
    for name, value in (("w:ascii", LATIN), ("w:hAnsi", LATIN), ("w:eastAsia", font)):
        found.set(qn(name), value)


def _field(paragraph: Paragraph, name: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(8)
    _fonts(run._r.get_or_add_rPr(), BODY)
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        one = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            one.set(qn("w:fldCharType"), kind)
        else:
            one.set(qn("xml:space"), "preserve")
            one.text = text
        run._r.append(one)


def _repeated(found: Table) -> None:
    properties = found.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
