"""Columns and values of registers and indicators in the reader's language, as cells of a page and of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import IntegerField
from django.db.models import fields as column_kinds
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from anmin.console.places import full_name
from anmin.console.words import is_chinese
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import Scope
from anmin.kernel.registers.declaring import BOOK, Register
from anmin.kernel.registers.queries import shown

COMMON = {
    "number": gettext_lazy("编号"),
    "division": gettext_lazy("地区"),
    "first_day": gettext_lazy("起始日"),
    "last_day": gettext_lazy("终止日"),
    "person": gettext_lazy("人员"),
}
NUMBERS = (IntegerField, column_kinds.DecimalField, column_kinds.FloatField)
VERBS = {
    "enter": gettext_lazy("登记"),
    "correct": gettext_lazy("更正"),
    "change": gettext_lazy("变更"),
    "end": gettext_lazy("终止"),
}
"""What acts upon entries are called; a line of business's own verbs have their words in `OWN_VERBS`."""


@dataclass(frozen=True)
class Cell:
    """One value with the name of its column; `href` leads to what it refers to."""

    name: str
    words: str
    is_number: bool = False
    href: str = ""


def column_words(register: Register, name: str) -> str:
    """What a column is called."""
    if not is_chinese() and name in register.words:
        return register.words[name]
    if name in COMMON:
        return str(COMMON[name])
    return gettext(str(register.column(name).verbose_name))


def option_words(text: Any) -> str:
    """A choice of a column."""
    return gettext(str(text))


def verb_words(act: str) -> str:
    """What an act upon an entry is called."""
    verb = act.rsplit(".", 1)[-1]
    return str(VERBS.get(verb, OWN_VERBS.get(act, verb)))


OWN_VERBS: dict[str, Any] = {}


def value_words(register: Register, entry: Any, name: str) -> str:
    """A value as a page shows it."""
    if name == "division":
        return full_name(entry.division)
    return plain(shown(register, entry, name))


def plain(value: Any) -> str:
    """Anything as text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return gettext(str(value)) if isinstance(value, str) else str(value)


def cell(register: Register, entry: Any, name: str) -> Cell:
    """One value with its column and, where it refers to another entry, the way there."""
    column = register.column(name)
    href = ""
    if column.is_relation and (other := getattr(entry, name)) is not None:
        if name == "person":
            href = reverse("console:person", args=[other.pk])
        elif (found := BOOK.of(type(other))) is not None:
            href = entry_href(found, other)
    return Cell(
        column_words(register, name), value_words(register, entry, name), isinstance(column, NUMBERS), href
    )


def entry_href(register: Register, entry: Any) -> str:
    """The page of an entry."""
    return reverse("console:register_entry", args=[register.line, register.name, entry.number])


def home_of(reader: Reader, powers: Sequence[str]) -> str:
    """The division where a reader's work under some powers begins; empty where there is none."""
    codes = Scope.of([code for power in powers for code in reader.reach(power).codes]).codes
    return min(codes, key=lambda code: (len(code.rstrip("0")), code), default="")
