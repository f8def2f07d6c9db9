"""Sheets to PDF (排版): Typst in this process, without network, the same bytes for the same sheets.

The standard PDF/A-2b forbids a text without a glyph, so that no character can silently become a box.
"""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import typst

from anmin.kernel.papers.composing import Sheet
from anmin.kernel.papers.fonts import CHAIN, book, chain
from anmin.kernel.papers.words import PaperProblem

LOOK = Path(__file__).parent / "look" / "anmin.typ"
STANDARD: Literal["a-2b"] = "a-2b"
MISSING = re.compile(r'the text `"(?P<text>(?:[^"\\]|\\.)*)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
FEW = 200
"""Different characters without a glyph in one document, before it is called hopeless."""


class NoGlyph(PaperProblem):
    """Characters that no font on this machine has; `characters` are they."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        named = "、".join(f"“{one}”（{code_point(one)}）" for one in self.characters)
        super().__init__(
            f"本机的字体里没有 {named}，打印出来会是方框，所以没有生成。"
            "请运行 anmin doctor 看缺哪个字体包；装不了时选“手写补字”，在留出的位置手写"
        )


def code_point(character: str) -> str:
    """U+3106C."""
    return f"U+{ord(character):04X}"


def pdf_of(sheets: Sequence[Sheet], *, looks: Mapping[str, str] | None = None, odd: bool = False) -> bytes:
    """One PDF of sheets in their order, each with its own page numbers; `odd` begins each on a new leaf.

    Raises:
        NoGlyph: naming every character that cannot be printed.
        PaperProblem: when there are no sheets, no fonts, or a locality's look does not compile.
    """
    if not sheets:
        raise PaperProblem("没有要打印的文书")
    if not chain():
        raise PaperProblem(f"这台机器没有排版用的中文字体，请运行：sudo apt-get install {CHAIN[0].package}")
    found: list[str] = []
    tried = list(sheets)
    for _ in range(FEW):
        try:
            made = _compiled(tried, looks or {}, odd)
        except typst.TypstError as trouble:
            lacking = without_glyph(str(trouble))
            if not lacking:
                raise PaperProblem(f"模板排不了版：{trouble.message}") from trouble
            found += [one for one in lacking if one not in found]
            tried = [marked(sheet, found) for sheet in tried]
            continue
        if found:
            raise NoGlyph(found)
        return made
    raise NoGlyph(found)


def without_glyph(message: str) -> list[str]:
    """The characters that the renderer complains of."""
    texts = (ESCAPED.sub(lambda row: chr(int(row[1], 16)), row["text"]) for row in MISSING.finditer(message))
    return list(dict.fromkeys(letter for text in texts for letter in text))


def marked(sheet: Sheet, characters: Sequence[str]) -> Sheet:
    """A sheet with room to write some characters by hand, each marked with its code point, and a line that says so."""
    whole = json.dumps(sheet, ensure_ascii=False)
    characters = [one for one in characters if one in whole]
    if not characters:
        return sheet
    table = str.maketrans({one: f"［　　{code_point(one)}］" for one in characters})
    changed: Sheet = _translated(copy.deepcopy(sheet), table)
    named = "、".join(code_point(one) for one in characters)
    changed["foot"] = [*changed["foot"], f"手写补字：本机字体没有 {named}，请按证件在方括号内手写"]
    return changed


def _translated(value: Any, table: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, Mapping):
        return {name: _translated(one, table) for name, one in value.items()}
    return [_translated(one, table) for one in value] if isinstance(value, list) else value


def _compiled(sheets: Sequence[Sheet], looks: Mapping[str, str], odd: bool) -> bytes:
    inputs = {
        "data": json.dumps({"sheets": list(sheets), "odd": odd}, ensure_ascii=False),
        "fonts": json.dumps(chain()),
    }
    with tempfile.TemporaryDirectory(prefix="anmin-paper-") as name:
        room = Path(name)
        (room / "anmin.typ").write_text(LOOK.read_text("utf-8"), "utf-8")
        lines, pairs = ['#import "anmin.typ": *'], []
        for at, (kind, look) in enumerate(sorted(looks.items())):
            (room / f"look{at}.typ").write_text(look, "utf-8")
            lines.append(f'#import "look{at}.typ": sheet as look{at}')
            pairs.append(f'"{kind}": look{at}')
        lines.append(f"#papers(({', '.join(pairs) or ':'}))")
        (room / "main.typ").write_text("\n".join(lines), "utf-8")
        made = typst.compile(
            str(room / "main.typ"),
            root=str(room),
            font_paths=book(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=0,
        )
    assert isinstance(made, bytes)
    return made
