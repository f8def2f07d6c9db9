"""From kind and data to a sheet (成文): every word in its place, ready for paper, screen and comparison.

A sheet is plain JSON. The same walk over the blocks fills texts with data, or leaves the placeholders standing for a
Word template; `Filling` says which.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from anmin.kernel.papers.kinds import PaperKind
from anmin.kernel.papers.words import PaperProblem, boxes, cited, filled, value_of

Sheet = dict[str, Any]
WIDTH = 170
"""Millimetres between the margins of A4."""
GRIDS = {2: (26, 144), 4: (26, 59, 26, 59), 6: (26, 36, 18, 32, 22, 36)}
"""Widths of the rows of a form, by their number of cells."""


class Filling(Protocol):
    """How a block becomes text."""

    def text(self, template: str) -> str:
        """A text."""

    def boxes(self, expression: str) -> list[str]:
        """The eighteen boxes of a number."""

    def rows(self, expression: str) -> list[Filling]:
        """A filling for each row of a list, which has `row` in sight and `loop.index`."""

    def holds(self, condition: str) -> bool:
        """Whether a block is wanted."""


@dataclass(frozen=True)
class WithData:
    """Texts filled with the data of one paper."""

    data: Mapping[str, Any]
    where: str

    def text(self, template: str) -> str:
        """Filled in."""
        return filled(template, self.data, self.where)

    def boxes(self, expression: str) -> list[str]:
        """The characters of the number."""
        return boxes(value_of(expression, self.data, self.where))

    def rows(self, expression: str) -> list[Filling]:
        """A filling for each row the data hold."""
        rows = value_of(expression, self.data, self.where) or []
        return [
            WithData({**self.data, "row": row, "loop": {"index": at}}, self.where)
            for at, row in enumerate(rows, 1)
        ]

    def holds(self, condition: str) -> bool:
        """Whether the condition is true of the data."""
        return bool(value_of(condition, self.data, self.where))


def composed(kind: PaperKind, data: Mapping[str, Any], *, code: str = "") -> Sheet:
    """The sheet of a kind with data; `code` is the number under which the paper can be looked up.

    Raises:
        PaperProblem: when the template asks for what is not there, and when a sheet for the wall says too much.
    """
    known = context_of(kind, data)
    filling = WithData(known, f"文书“{kind.name}”")
    sheet = {
        "kind": kind.key,
        "title": known["title"],
        "issuer": data["issuer"]["name"],
        "number": data.get("number", ""),
        "on": data["on"],
        "foot": [foot(kind, str(data.get("rules", "")), code), law_line(kind)],
        "blocks": [
            part(row, one)
            for row in kind.blocks
            if filling.holds(row.get("when", "true"))
            for one in (filling.rows(row["each"]) if "each" in row else [filling])
        ],
    }
    if kind.is_public:
        _refuse_private(sheet, data)
    return sheet


def context_of(kind: PaperKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """What texts may name: the data, and the title of the paper."""
    return {**data, "title": filled(kind.title, data, f"文书“{kind.name}”")}


def foot(kind: PaperKind, rules: str, code: str) -> str:
    """The line at the foot: form, version, rules and the code, which says nothing about anybody."""
    said = [f"表号 {kind.form}", f"版本 {kind.template}"]
    said += [f"规则 {rules}"] * bool(rules) + [f"查询码 {code}"] * bool(code)
    return "　".join(said)


def law_line(kind: PaperKind) -> str:
    """The law at the foot."""
    return f"依据 {cited(kind.law)}" if kind.law else ""


def fingerprint(sheet: Sheet) -> str:
    """The hash over every word of a sheet."""
    return hashlib.sha256(json.dumps(sheet, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def part(row: Mapping[str, Any], filling: Filling) -> dict[str, Any]:
    """What one declared block prints."""
    if "grid" in row:
        return _grid(row["grid"], filling)
    for name in ("greeting", "lead", "heading", "note"):
        if name in row:
            return {"is": name, "text": filling.text(row[name]).strip()}
    if "text" in row:
        return {"is": "text", "paragraphs": _paragraphs(filling.text(row["text"]))}
    if "table" in row:
        return _table(row["table"], filling)
    if "seal" in row:
        return {"is": "seal", "office": filling.text(row["seal"]), "day": filling.text("{{ on|day }}")}
    if "signs" in row:
        return {"is": "signs", "labels": [filling.text(label) for label in row["signs"]]}
    if "opinion" in row:
        return _opinion(row["opinion"], filling)
    said = row["receipt"]
    return {
        "is": "receipt",
        "title": filling.text(said["title"]),
        "text": filling.text(said["text"]),
        "labels": [filling.text(label) for label in said["signs"]],
    }


def _opinion(said: Mapping[str, Any], filling: Filling) -> dict[str, Any]:
    return {
        "is": "opinion",
        "title": filling.text(said["title"]),
        "text": filling.text(said.get("text", "")).strip(),
        "signs": filling.text(said.get("signs", "负责人（签名）")),
        "day": filling.text(said.get("day", "　　年　月　日")),
    }


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _grid(rows: list[list[Any]], filling: Filling) -> dict[str, Any]:
    """A form: rows of labels and values, in runs of equal widths."""
    runs: list[dict[str, Any]] = []
    for row in rows:
        if len(row) not in GRIDS:
            raise PaperProblem(f"表格的一行应有 2、4 或 6 格，这一行有 {len(row)} 格：{row[0]}")
        widths = list(GRIDS[len(row)])
        if not runs or runs[-1]["widths"] != widths:
            runs.append({"widths": widths, "rows": []})
        runs[-1]["rows"].append([_cell(value, at, filling) for at, value in enumerate(row)])
    return {"is": "grid", "runs": runs}


def _cell(value: Any, at: int, filling: Filling) -> dict[str, Any]:
    if at % 2 == 0:
        return {"is": "label", "text": filling.text(value)}
    if isinstance(value, Mapping):
        return {"is": "boxes", "boxes": filling.boxes(value["boxes"])}
    return {"is": "value", "text": filling.text(str(value))}


def _table(said: Mapping[str, Any], filling: Filling) -> dict[str, Any]:
    columns = said["columns"]
    total = sum(column[1] for column in columns)
    if total != WIDTH:
        raise PaperProblem(f"表格各栏宽度之和应为 {WIDTH} 毫米，现在是 {total}")
    rows = [[one.text(column[2]) for column in columns] for one in filling.rows(said["rows"])]
    rows += [[""] * len(columns) for _ in range(int(said.get("least", 0)) - len(rows))]
    return {
        "is": "table",
        "heads": [filling.text(column[0]) for column in columns],
        "widths": [column[1] for column in columns],
        "aligns": [column[3] if len(column) > 3 else "left" for column in columns],
        "rows": rows,
        "empty": "" if rows else filling.text(said.get("empty", "无")),
        "tall": int(said.get("tall", 0)),
    }


def texts_of(sheet: Any) -> list[str]:
    """Every text of a sheet, in the order of the paper."""
    if isinstance(sheet, str):
        return [sheet]
    if isinstance(sheet, Mapping):
        return [
            text
            for name, value in sheet.items()
            if name not in ("is", "kind", "aligns")
            for text in texts_of(value)
        ]
    return [text for value in sheet for text in texts_of(value)] if isinstance(sheet, list) else []


def _refuse_private(sheet: Sheet, data: Mapping[str, Any]) -> None:
    """No identity number, bank card or telephone of anybody reaches the wall; the office's own telephone may."""
    own = str(data["issuer"].get("phone", ""))
    for text in texts_of(sheet["blocks"]):
        shown = "".join(letter for letter in text.replace(own, "") if letter.isalnum())
        run = 0
        for letter in shown:
            run = run + 1 if letter.isdigit() and letter.isascii() else 0
            if run >= LONGEST_RUN:
                raise PaperProblem(
                    f"公示单上出现了 {LONGEST_RUN} 位以上的数字，可能是证件、电话或银行卡号，不能张贴；请核对姓名和住处"
                )


LONGEST_RUN = 11
"""Digits in a row on a wall: a mobile telephone has so many."""
