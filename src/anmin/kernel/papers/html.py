"""Sheets to a page for the browser's printer (打印页): the same words in the same order as the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from anmin.kernel.papers.composing import Sheet

HERE = Path(__file__).parent
STYLE = HERE.parent / "static" / "papers" / "paper.css"


def html_of(sheets: Sequence[Sheet]) -> SafeString:
    """Sheets as a fragment for a page that links `papers/paper.css`. Every text is escaped."""
    return mark_safe(_template().render(Context({"sheets": [_shown(sheet) for sheet in sheets]})))


def page_of(sheets: Sequence[Sheet]) -> str:
    """Sheets as a whole page with its style inside, to be kept as a file."""
    title = escape(sheets[0]["title"] if sheets else "文书")
    return (
        f'<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>body {{ margin: 0 }}\n{STYLE.read_text('utf-8')}</style></head><body>\n{html_of(sheets)}</body></html>\n"
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return Engine(dirs=[str(HERE / "look")]).get_template("paper.html")


def _shown(sheet: Sheet) -> Sheet:
    return {
        **sheet,
        "blocks": [_aligned(block) if block["is"] == "table" else block for block in sheet["blocks"]],
    }


def _aligned(block: dict[str, Any]) -> dict[str, Any]:
    rows = [
        [{"text": text, "align": align} for text, align in zip(row, block["aligns"], strict=True)]
        for row in block["rows"]
    ]
    return {**block, "rows": rows}
