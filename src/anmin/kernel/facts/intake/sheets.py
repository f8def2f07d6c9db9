"""The columns of the two import sheets, derived from the catalogue of facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from anmin.policy.codes import Code, Relation, Settlement
from anmin.policy.facts import FactCatalogue
from anmin.policy.rules import Level
from anmin.policy.types import Kind

SheetName = Literal["households", "persons"]
Form = Literal["text", "number", "identity", "name", "division"]
UNITS = {Kind.FEN: "元", Kind.DAY: "如 1950-03-07", Kind.BOOL: "是/否"}


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its heading, and how a cell becomes a value of the fact `name`."""

    name: str
    heading: str
    form: Form
    kind: Kind | None = None
    codes: type[IntEnum] | None = None
    required: bool = False
    hint: str = ""

    @property
    def choices(self) -> list[str]:
        """What the drop-down offers."""
        if self.codes is not None:
            return [code.title if isinstance(code, Code) else code.name for code in self.codes]
        return ["是", "否"] if self.kind is Kind.BOOL else []


@dataclass(frozen=True)
class Sheet:
    """One of the two sheets."""

    name: SheetName
    title: str
    columns: tuple[Column, ...]

    def by_heading(self) -> Mapping[str, Column]:
        """Columns by heading, and by the heading without its unit."""
        found = {column.heading: column for column in self.columns}
        found |= {
            column.heading.split("（", 1)[0]: column
            for column in self.columns
            if "（年）" not in column.heading
        }
        return found


KEY = Column("household", "户编号", "text", required=True, hint="同一户的人写同一个编号")
FROM_IDENTITY = ("birth_day", "sex")
"""Facts that the identity number tells, and that are asked for only where there is none."""


def sheets(facts: FactCatalogue) -> dict[SheetName, Sheet]:
    """The household sheet and the person sheet for a catalogue."""
    households = Sheet(
        "households",
        "家庭",
        (
            KEY,
            Column(
                "division",
                "行政区划代码",
                "division",
                required=True,
                hint="6 位县级、9 位乡镇或 12 位村级代码",
            ),
            Column("settlement", "城乡类别", "number", Kind.CODE, Settlement, required=True),
            *_fact_columns(facts, Level.HOUSEHOLD, ()),
        ),
    )
    persons = Sheet(
        "persons",
        "人员",
        (
            KEY,
            Column("name", "姓名", "name", required=True),
            Column(
                "identity",
                "证件号码",
                "identity",
                required=True,
                hint="身份证 18 位；按文本填写，不要让表格改成科学计数",
            ),
            Column("relation", "与户主关系", "number", Kind.CODE, Relation, required=True),
            *_fact_columns(facts, Level.PERSON, ("relation", *FROM_IDENTITY)),
        ),
    )
    return {"households": households, "persons": persons}


def _fact_columns(facts: FactCatalogue, level: Level, skipped: tuple[str, ...]) -> list[Column]:
    columns = []
    for fact in facts.of(level):
        if fact.name in skipped or fact.monthly or not fact.asked:
            continue
        unit = UNITS.get(fact.kind, "")
        heading = f"{fact.title}（{unit}）" if unit == "元" else fact.title
        columns.append(
            Column(fact.name, heading, "number", fact.kind, fact.codes, hint=unit if unit != "元" else "")
        )
    return columns
