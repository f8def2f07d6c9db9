"""What a line of business says of a register (名册声明), checked when it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db import models

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.roles import powers as all_powers
from anmin.kernel.registers.entries import Entry, PersonEntry
from anmin.kernel.registers.guards import RowGuard

OWN = frozenset(one.name for one in PersonEntry._meta.local_fields if one.name != "person") | {"id"}
"""Columns that the kernel fills or asks for itself."""


class RegisterProblem(ValueError):
    """A register is declared wrongly; the message says what and where."""


@dataclass(frozen=True)
class Trouble:
    """Something wrong with an entry: in which column (empty: the whole), a code, and what to do in words."""

    column: str
    code: str
    reason: str


Check = Callable[[Mapping[str, Any], Any, Reader, date], Iterable[Trouble]]
"""Looks at the cleaned values, the entry being corrected or None, the reader and the day; gives what is wrong."""


@dataclass(frozen=True, eq=False)
class Asking:
    """What may be applied for on the public page of a register: a form of `fields`, columns of the register that takes it in.

    `take(division=, values=, on=)` gives the receipt; every field must be filled.
    """

    register: Register
    fields: tuple[str, ...]
    take: Callable[..., str]
    title: str
    english: str


@dataclass(frozen=True, eq=False)
class Register:
    """An official book of entries (名册): a model with real columns, and what people may do with it.

    `title` is the official term, `english` its English name. `columns` stand in lists and files, `fields` in forms
    (without it, every own column). `read` and `write` are powers of which one is needed. `classes` says how closely a column
    is held and how it is masked, as in the data map (`sensitive phone`); a column without one is internal. `sheet` is the
    title of the certificate, `marks` the columns of longitude and latitude. `words` are English names of columns.
    `fixed` columns are asked by no form; `derives` gives columns that follow from the others. With `opens=False` entries come
    from the line's own actions alone. `public` columns are shown on the residents' pages, of rows that a `PublicRows` lets through;
    `reports(entry=, words=, contact=, on=)` takes in an error that somebody found there and gives a receipt.
    `asks` is what may be applied for there. `serves` are the kinds
    of help that its entries bring: those of whom `serves_if` holds are offered where an order of such help is given out.
    """

    model: type[Entry]
    key: str
    title: str
    english: str
    columns: tuple[str, ...]
    read: tuple[str, ...]
    write: tuple[str, ...]
    purpose: str
    law: str
    keep: str = "register"
    fields: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    prefix: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    sheet: str = ""
    sheet_english: str = ""
    marks: tuple[str, str] | None = None
    hint: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    fixed: frozenset[str] = frozenset()
    opens: bool = True
    derives: Callable[[Mapping[str, Any], Any], Mapping[str, Any]] | None = None
    public: tuple[str, ...] = ()
    reports: Callable[..., str] | None = None
    asks: Asking | None = None
    serves: tuple[str, ...] = ()
    serves_if: Mapping[str, Any] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The line of business."""
        return self.key.split("/")[0]

    @property
    def name(self) -> str:
        """The part of the key after the line of business."""
        return self.key.split("/")[1]

    @property
    def is_about_persons(self) -> bool:
        """Whether each entry is about a person."""
        return issubclass(self.model, PersonEntry)

    @cached_property
    def form_fields(self) -> tuple[str, ...]:
        """The columns that people fill in."""
        return self.fields or tuple(
            one.name
            for one in self.model._meta.fields
            if one.name not in OWN and not one.auto_created and one.name not in self.fixed
        )

    def column(self, name: str) -> models.Field[Any, Any]:
        """A column of the model."""
        found = self.model._meta.get_field(name)
        assert isinstance(found, models.Field)
        return found

    def klass(self, name: str) -> tuple[str, str]:
        """How closely a column is held, and the mask, both as in the data map."""
        held, _, mask = self.classes.get(name, "internal").partition(" ")
        return held, mask


def check(register: Register) -> None:
    """Refuse a declaration that cannot work, in words that say what to do.

    Raises:
        RegisterProblem: for a column, a power, a guard or a key that is not there.
    """
    meta, where = register.model._meta, f"名册 {register.key}"
    if register.key.count("/") != 1:
        raise RegisterProblem(f"{where}：key 要写成“业务条线/名称”")
    known = {one.name for one in meta.fields}
    named = [
        *register.columns,
        *register.fields,
        *register.filters,
        *register.search,
        *register.classes,
        *register.words,
        *(register.marks or ()),
    ]
    if missing := sorted(set(named) - known):
        raise RegisterProblem(f"{where}：{meta.label} 没有这些列：{'、'.join(missing)}")
    if unknown := sorted({*register.read, *register.write} - all_powers()):
        raise RegisterProblem(f"{where}：没有哪个岗位有这些权限：{'、'.join(unknown)}")
    guards = [one for one in meta.constraints if isinstance(one, RowGuard)]
    if [one.persons for one in guards] != [register.is_about_persons]:
        raise RegisterProblem(
            f"{where}：{meta.label} 的 Meta 要继承 Entry.Meta 或 PersonEntry.Meta，并保留其中的约束"
        )


@dataclass
class Book:
    """All registers that were declared, in the order of their files."""

    rows: dict[str, Register] = field(default_factory=dict)

    def add(self, register: Register) -> Register:
        """Take in one declaration; raises RegisterProblem."""
        check(register)
        if register.key in self.rows:
            raise RegisterProblem(f"名册 {register.key} 声明了两次")
        self.rows[register.key] = register
        return register

    def of(self, model: type[models.Model]) -> Register | None:
        """The register of a model."""
        return next((row for row in self.rows.values() if row.model is model), None)


BOOK = Book()


def declared(register: Register) -> Register:
    """Put a register into the book: `CANTEENS = declared(Register(...))`."""
    return BOOK.add(register)
