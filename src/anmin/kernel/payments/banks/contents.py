"""What stands in a file of a bank (文件内容): values into records and back, control totals, and what cannot be written or read.

The check sum is SM3 over the values of all lines, so that it is the same in every encoding and adapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from django.utils.translation import gettext as _

from anmin.kernel.payments.banks.layouts import Column, Form, Layout
from anmin.kernel.payments.banks.letters import told, troublesome
from anmin.kernel.payments.problems import PaymentProblem
from anmin.lib.crypto import sm3

Values = dict[str, Any]
FEN, YUAN, DAY, NUMBER = "fen", "yuan", "day", "int"
WRITTEN = {
    FEN: re.compile(r"[0-9]{1,15}"),
    YUAN: re.compile(r"[0-9]{1,13}\.[0-9]{2}"),
    DAY: re.compile(r"[0-9]{8}"),
    NUMBER: re.compile(r"[0-9]{1,9}"),
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class LineProblem:
    """What is wrong with one line: its place in the file (0 for head and tail), a word for programs, a sentence."""

    line: int
    code: str
    words: str


class FileProblem(PaymentProblem):
    """A file cannot be written or read; `lines` says where and why. Nothing was written."""

    def __init__(self, code: str, words: str, lines: Sequence[LineProblem]) -> None:
        super().__init__(code, words)
        self.lines = list(lines)


@dataclass(frozen=True)
class Records:
    """Records as texts, by column, before values are made of them."""

    head: dict[str, str]
    lines: list[dict[str, str]]
    tail: dict[str, str]


class Adapter(Protocol):
    """How records become bytes and bytes records; one module an adapter."""

    def limit(self, column: Column, written: str, form: Form) -> LineProblem | None:
        """What keeps a text out of its column."""

    def write(self, form: Form, layout: Layout, records: Records) -> bytes:
        """The file."""

    def read(self, form: Form, layout: Layout, text: str) -> Records:
        """The records of a decoded file; raises FileProblem."""


def adapter_of(form: Form) -> Adapter:
    """The adapter that a format names."""
    return _adapter(form.adapter)


@lru_cache(maxsize=8)
def _adapter(name: str) -> Adapter:
    found: Adapter = import_module(f"anmin.kernel.payments.banks.adapters.{name}").ADAPTER
    return found


def written(column: Column, values: Values) -> str:
    """A value as it stands in the file."""
    if column.value:
        return column.value
    value = values.get(column.name, "")
    if column.kind == YUAN:
        return f"{value // 100}.{value % 100:02d}"
    if column.kind == DAY:
        return f"{value:%Y%m%d}"
    return str(value)


def checksum(form: Form, layout: Layout, rows: Iterable[dict[str, str]]) -> str:
    """SM3 over the lines' texts, in order, as 64 hexadecimal digits."""
    names = [column.name for column in layout.line]
    text = "".join("|".join(row.get(name, "") for name in names) + "\n" for row in rows)
    return sm3(text.encode()).hex()


def problems_with(form: Form, layout: Layout, lines: Iterable[Values]) -> list[LineProblem]:
    """All that keeps lines out of a file: too long a name, characters the bank cannot take, too large an amount."""
    found: list[LineProblem] = []
    for values in lines:
        seq = int(values.get("seq", 0))
        for column in layout.line:
            trouble = problem_of(form, column, written(column, values))
            if trouble is not None:
                found.append(LineProblem(seq, trouble.code, trouble.words))
    return found


def problem_of(form: Form, column: Column, text: str) -> LineProblem | None:
    """What keeps one text out of its column."""
    title = column.title or column.name
    letter = troublesome(text, form.encoding)
    if letter:
        words = _("%(title)s里的字%(letter)s银行系统收不了，请与开户行核对户名写法后更正账户") % {
            "title": title,
            "letter": told(letter),
        }
        return LineProblem(0, "letter", words)
    return adapter_of(form).limit(column, text, form)


def write_file(form: Form, layout: Layout, head: Values, lines: Sequence[Values]) -> bytes:
    """The bytes of a file with its control totals: rows, fen, check sum.

    Raises:
        FileProblem: `unwritable`, with every line that cannot stand in it.
    """
    problems = problems_with(form, layout, lines)
    if problems:
        raise FileProblem(
            "unwritable",
            _("有 %(n)d 处写不进代发文件，没有生成：第 %(line)d 行 %(words)s")
            % {"n": len(problems), "line": problems[0].line, "words": problems[0].words},
            problems,
        )
    rows = [{column.name: written(column, values) for column in layout.line} for values in lines]
    totals = {
        **head,
        "lines": len(rows),
        "fen": sum(values["fen"] for values in lines),
        "checksum": checksum(form, layout, rows),
    }
    ends = {
        part: {column.name: written(column, totals) for column in layout.of(part)}
        for part in ("head", "tail")
    }
    for part, texts in ends.items():
        for column in layout.of(part):
            trouble = problem_of(form, column, texts[column.name])
            if trouble is not None:
                raise FileProblem("unwritable", trouble.words, [trouble])
    return adapter_of(form).write(form, layout, Records(ends["head"], rows, ends["tail"]))


@dataclass(frozen=True)
class Contents:
    """A file as values: head, lines in the order in which they stand, tail."""

    head: Values
    lines: list[Values]
    tail: Values


def read_file(form: Form, layout: Layout, content: bytes) -> Contents:
    """The values of a file, only when every record can be read and every control total agrees.

    Raises:
        FileProblem: `encoding`, `unreadable` or `totals`, saying where.
    """
    try:
        text = content.decode(form.encoding)
    except UnicodeDecodeError as trouble:
        words = _("文件编码不是 %(encoding)s（第 %(at)d 字节读不出来），可能被另存过") % {
            "encoding": form.encoding.upper(),
            "at": trouble.start + 1,
        }
        raise FileProblem("encoding", words, [LineProblem(0, "encoding", words)]) from trouble
    if form.encoding != "utf-8-sig" and text.startswith("\ufeff"):
        words = _("文件开头有 UTF-8 标记，与约定的编码不符，可能被另存过")
        raise FileProblem("encoding", words, [LineProblem(0, "encoding", words)])
    records = adapter_of(form).read(form, layout, text)
    problems: list[LineProblem] = []
    head = _values(layout.head, records.head, 0, problems)
    lines = [_values(layout.line, row, place, problems) for place, row in enumerate(records.lines, start=1)]
    tail = _values(layout.tail, records.tail, 0, problems)
    if problems:
        raise FileProblem("unreadable", problems[0].words, problems)
    _compare(form, layout, records, Contents(head, lines, tail))
    return Contents(head, lines, tail)


def _values(
    columns: Sequence[Column], row: dict[str, str], place: int, problems: list[LineProblem]
) -> Values:
    values: Values = {}
    for column in columns:
        text = row[column.name]
        shape = WRITTEN.get(column.kind)
        try:
            if (shape is not None and not shape.fullmatch(text)) or (column.value and text != column.value):
                raise ValueError
            if CONTROL.search(text) or (column.width and len(text) > column.width):
                raise ValueError
            values[column.name] = _value(column, text)
        except ValueError:
            title = column.title or column.name
            words = _("第 %(line)d 行的%(title)s读不懂") % {"line": place, "title": title}
            problems.append(LineProblem(place, "unreadable", words))
    return values


def _value(column: Column, text: str) -> Any:
    if column.kind in (FEN, NUMBER):
        return int(text)
    if column.kind == YUAN:
        return int(text.replace(".", ""))
    if column.kind == DAY:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return text


def _compare(form: Form, layout: Layout, records: Records, found: Contents) -> None:
    told_by = {**found.head, **found.tail}
    counted: Values = {
        "lines": len(found.lines),
        "fen": sum(row["fen"] for row in found.lines),
        "checksum": checksum(form, layout, records.lines),
    }
    titles = {"lines": _("笔数"), "fen": _("金额（分）"), "checksum": _("校验码")}
    wrong = [
        LineProblem(
            0,
            "totals",
            _("%(title)s不符：文件写的是 %(told)s，逐行算得 %(counted)s")
            % {"title": titles[name], "told": told_by[name], "counted": value},
        )
        for name, value in counted.items()
        if name in told_by and told_by[name] != value
    ]
    if wrong:
        raise FileProblem("totals", wrong[0].words, wrong)
