"""Rows copied out of a spreadsheet (从 Excel 粘贴): read cell by cell, mended where that is safe, told where it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from anmin.console.words import term_of
from anmin.lib.identifiers import IdentifierProblem, check_digit, parse_identity
from anmin.lib.names import NameProblem, parse_name
from anmin.lib.text import compact, narrowed
from anmin.policy.codes import Relation
from anmin.policy.errors import PolicyError
from anmin.policy.facts import Fact, value_of
from anmin.policy.types import Kind

MOST_ROWS = 50
LONGEST_CELL = 200
NAME, NUMBER, RELATION = "name", "number", "relation"
HEADS = {
    NAME: ("姓名", "成员姓名", "name"),
    NUMBER: ("身份证号", "证件号码", "身份证号码", "公民身份号码", "id"),
    RELATION: ("与申请人关系", "与户主关系", "关系", "relation"),
}
HANDED_DOWN = {
    word: relation
    for relation, words in {
        Relation.HEAD: "本人 户主 申请人",
        Relation.SPOUSE: "妻 夫 妻子 丈夫 爱人",
        Relation.CHILD: "子 女 儿子 女儿 长子 次子 长女 次女",
        Relation.GRANDCHILD: "孙子 孙女 外孙 外孙女",
        Relation.PARENT: "父 母 父亲 母亲",
        Relation.GRANDPARENT: "祖父 祖母 外祖父 外祖母 爷爷 奶奶",
        Relation.SIBLING: "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹",
    }.items()
    for word in words.split()
}
"""Words of everyday life for what somebody is to the head of a household."""


@dataclass(frozen=True)
class PastedCell:
    """One cell: `key` of its column, what stands in it now, and what is wrong with it in words."""

    key: str
    title: str
    written: str
    trouble: str = ""


@dataclass(frozen=True)
class PastedRow:
    """One row; `cells` in the order of the columns. It can be saved when no cell is in trouble."""

    number: int
    cells: tuple[PastedCell, ...]
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the row can be saved."""
        return not self.problem and not any(cell.trouble for cell in self.cells)

    def value(self, key: str) -> str:
        """What stands in a column."""
        return next((cell.written for cell in self.cells if cell.key == key), "")


@dataclass(frozen=True)
class Pasted:
    """Everything pasted: the columns as they were understood, and the rows. `is_cut` when there were too many."""

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[PastedRow, ...] = field(default_factory=tuple)
    is_cut: bool = False

    @property
    def good(self) -> list[PastedRow]:
        """Rows that can be saved."""
        return [row for row in self.rows if row.is_good]

    @property
    def bad(self) -> list[PastedRow]:
        """Rows that stay red until they are mended."""
        return [row for row in self.rows if not row.is_good]


def columns_of(facts: Sequence[Fact]) -> tuple[tuple[str, str], ...]:
    """The columns of the grid in their order: key and title."""
    known = ((NAME, _("姓名")), (NUMBER, _("身份证号")), (RELATION, _("与申请人关系")))
    return (*known, *((fact.name, term_of(fact)) for fact in facts))


def pasted(text: str, facts: Sequence[Fact], *, on: date) -> Pasted:
    """What was pasted, row by row. Columns go by their heads where the first row has them, else by the grid's order."""
    lines = [line.split("\t") for line in text.replace("\r", "").split("\n") if line.strip()]
    columns = columns_of(facts)
    if not lines:
        return Pasted(columns)
    heads = [_head(cell, facts) for cell in lines[0]]
    if NAME in heads or NUMBER in heads:
        order, lines = heads, lines[1:]
    else:
        order = [key for key, _title in columns]
    return read_rows(lines, order, facts, on=on)


def read_rows(
    lines: Sequence[Sequence[str]], order: Sequence[str | None], facts: Sequence[Fact], *, on: date
) -> Pasted:
    """Rows whose cells stand in a given order of columns; cells of unknown columns are left out."""
    columns, known = columns_of(facts), {fact.name: fact for fact in facts}
    used = [(key, title) for key, title in columns if key in order]
    rows, seen = [], {}
    for at, line in enumerate(lines[:MOST_ROWS], start=1):
        raw = {
            key: (line[place] if place < len(line) else "")
            for place, key in enumerate(order)
            if key is not None
        }
        cells = tuple(_cell(key, title, raw.get(key, "")[:LONGEST_CELL], known, on) for key, title in used)
        row = PastedRow(at, cells)
        number = row.value(NUMBER)
        if number and number in seen and row.is_good:
            row = PastedRow(at, cells, _("与第 %(n)d 行是同一个证件号码") % {"n": seen[number]})
        seen.setdefault(number, at)
        rows.append(row)
    return Pasted(tuple(used), tuple(rows), is_cut=len(lines) > MOST_ROWS)


def _head(cell: str, facts: Sequence[Fact]) -> str | None:
    bare = compact(cell)
    for key, names in HEADS.items():
        if bare in {compact(name) for name in names}:
            return key
    return next((fact.name for fact in facts if bare in (compact(fact.title), compact(term_of(fact)))), None)


def _cell(key: str, title: str, raw: str, facts: dict[str, Fact], on: date) -> PastedCell:
    reader = {NAME: _name, NUMBER: lambda text: _number(text, on), RELATION: _relation}.get(key)
    try:
        written = reader(raw) if reader is not None else _fact(raw, facts[key])
    except ValueError as trouble:
        return PastedCell(key, title, raw.strip(), str(trouble))
    return PastedCell(key, title, written)


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError(_("没有写姓名"))
    try:
        return parse_name(text)
    except NameProblem as trouble:
        raise ValueError(str(trouble)) from trouble


def _number(text: str, on: date) -> str:
    bare = compact(text).removeprefix("'").removeprefix("’")
    if not bare:
        raise ValueError(_("没有写身份证号"))
    try:
        return parse_identity(bare, on=on).text
    except IdentifierProblem as trouble:
        if trouble.code == "id_scientific":
            raise ValueError(
                _("Excel 把证号变成了科学计数，请在 Excel 中设为文本，再从证件上重新录入这一格")
            ) from trouble
        if trouble.code == "id_check":
            words = _(
                "第 18 位（校验位）写的是 %(is)s，按前 17 位应为 %(due)s；请核对是否抄错一位或颠倒相邻两位"
            )
            raise ValueError(words % {"is": bare[17], "due": check_digit(bare[:17])}) from trouble
        raise ValueError(str(trouble)) from trouble


def _relation(text: str) -> str:
    bare = compact(text)
    if not bare:
        raise ValueError(_("没有写与申请人的关系"))
    if bare in HANDED_DOWN:
        return HANDED_DOWN[bare].title
    for one in Relation:
        if bare in (compact(one.title), compact(term_of(one)), str(int(one))):
            return one.title
    known = "、".join(one.title for one in Relation)
    raise ValueError(_("没有“%(text)s”这种关系，可以写：%(known)s") % {"text": text.strip(), "known": known})


def _fact(text: str, fact: Fact) -> str:
    bare = re.sub(r"[,，￥¥元\s]", "", narrowed(text)) if fact.kind is Kind.FEN else narrowed(text).strip()
    if not bare or bare in ("-", "—", "无"):
        return ""
    if fact.kind is Kind.BOOL:
        bare = {"是": "1", "有": "1", "否": "0", "没有": "0"}.get(bare, bare)
        if bare not in ("0", "1"):
            raise ValueError(_("请写“是”或“否”"))
        return bare
    if fact.codes is not None:
        for one in fact.codes:
            if bare in (getattr(one, "title", ""), term_of(one), str(int(one)), one.name):
                return str(int(one))
        raise ValueError(_("没有“%(text)s”这个选项") % {"text": bare})
    try:
        found = value_of(fact.kind, fact.codes, bare, fact.title)
    except PolicyError:
        raise ValueError(_("写法不对：金额写元，例如 1200.50；日期写 2024-03-01")) from None
    if found < 0:
        raise ValueError(_("不能是负数"))
    return bare
