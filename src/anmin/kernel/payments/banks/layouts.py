"""Formats of banks as declared data (代发文件格式): columns, widths, encodings, statuses, codes; a locality pack may add some."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from anmin.kernel.payments.problems import PaymentProblem
from anmin.lib.divisions import ancestors, canonical
from anmin.lib.lines import files_of_lines

HERE = Path(__file__).parent / "formats"


@dataclass(frozen=True)
class Column:
    """One field of a record. `width` counts bytes in the file's encoding; `value` is a constant such as a record mark."""

    name: str
    title: str = ""
    kind: str = "text"
    width: int = 0
    pad: str = " "
    right: bool = False
    value: str = ""


@dataclass(frozen=True)
class Layout:
    """The records of a file: one at the head, one a payment, one at the tail."""

    head: tuple[Column, ...]
    line: tuple[Column, ...]
    tail: tuple[Column, ...]

    def of(self, part: str) -> tuple[Column, ...]:
        """The columns of `head`, `line` or `tail`."""
        found: tuple[Column, ...] = getattr(self, part)
        return found


@dataclass(frozen=True)
class Code:
    """What a bank's reason code means from a day to a day, and what mends it: another account, the same again, or a talk."""

    code: str
    title: str
    mend: str
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True)
class Form:
    """One format of one bank in one place from a day on.

    `named` are pieces of the names under which the bank stands in accounts; `*` takes every bank that has no other.
    """

    key: str
    title: str
    adapter: str
    bank: str
    named: tuple[str, ...]
    ways: tuple[str, ...]
    division: str
    first_day: date
    encoding: str
    newline: str
    separator: str
    most_lines: int
    port: str
    has_statement: bool
    out: Layout
    back: Layout
    statuses: dict[str, str] = field(hash=False)
    codes: tuple[Code, ...] = ()
    is_verified: bool = False

    def length(self, text: str) -> int:
        """Bytes of a text in this format."""
        return len(text.encode("utf-8" if self.encoding == "utf-8-sig" else self.encoding))

    def code_on(self, code: str, day: date) -> Code | None:
        """What a reason code meant on a day."""
        found = [
            row
            for row in self.codes
            if row.code == code and row.first_day <= day and (row.last_day is None or day <= row.last_day)
        ]
        return found[0] if found else None


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Every format, of the kernel and of the lines of business with their places."""
    paths = [*sorted(HERE.glob("*.yaml")), *files_of_lines("*/payments/banks/*.yaml")]
    found = tuple(form_of(path.stem, yaml.safe_load(path.read_text("utf-8"))) for path in paths)
    keys = [form.key for form in found]
    if len(keys) != len(set(keys)):
        raise LookupError(f"两个代发文件格式同名：{sorted(keys)}")
    return found


def form_named(key: str) -> Form:
    """A format by its key.

    Raises:
        PaymentProblem: `form_unknown`.
    """
    for form in forms():
        if form.key == key:
            return form
    raise PaymentProblem("form_unknown", _("没有代发文件格式“%(key)s”") % {"key": key})


def form_for(bank: str, way: str, division: str, on: date) -> Form:
    """The format of a bank and a way in a place on a day: the nearest place upwards, the newest.

    Raises:
        PaymentProblem: `form_missing`, naming the bank.
    """
    usable = [form for form in forms() if way in form.ways and form.first_day <= on]
    for place in ancestors(division):
        there = [form for form in usable if form.division == place]
        own = [form for form in there if any(piece in bank for piece in form.named)]
        found = own or [form for form in there if "*" in form.named]
        if found:
            return max(found, key=lambda form: form.first_day)
    raise PaymentProblem(
        "form_missing",
        _("没有登记“%(bank)s”的代发文件格式，请系统管理员在地方包里补上") % {"bank": bank},
    )


def form_of(key: str, told: dict[str, Any]) -> Form:
    """A format as its file tells it."""
    return Form(
        key=key,
        title=told["title"],
        adapter=told["adapter"],
        bank=told["bank"],
        named=tuple(told["named"]),
        ways=tuple(told["ways"]),
        division=canonical(str(told.get("division", "000000"))),
        first_day=told["first_day"],
        encoding=told.get("encoding", "gb18030"),
        newline=told.get("newline", "\r\n"),
        separator=told.get("separator", ","),
        most_lines=told.get("most_lines", 20_000),
        port=told.get("port", "manual"),
        has_statement=told.get("has_statement", False),
        out=_layout(told["out"]),
        back=_layout(told["back"]),
        statuses={str(one): word for one, word in told["statuses"].items()},
        codes=tuple(
            Code(str(row["code"]), row["title"], row["mend"], row["first_day"], row.get("last_day"))
            for row in told.get("codes", [])
        ),
        is_verified=told.get("verified", False),
    )


def _layout(told: dict[str, Any]) -> Layout:
    return Layout(
        **{part: tuple(Column(**row) for row in told.get(part, [])) for part in ("head", "line", "tail")}
    )
