"""What a register's list is asked for, from the address, and its rows and file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from anmin.console.kit.cells import Cell, cell, column_words, entry_href, option_words, value_words
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import STATES, Sought
from anmin.lib.divisions import canonical

HELDS = (("now", gettext_lazy("现行")), ("ended", gettext_lazy("已终止")), ("all", gettext_lazy("全部")))
LONGEST = 60


class Line:
    """One row of a list."""

    def __init__(self, register: Register, entry: Any) -> None:
        self.entry, self.href = entry, entry_href(register, entry)
        self.title = value_words(register, entry, register.columns[0]) or entry.number
        self.cells: list[Cell] = [cell(register, entry, name) for name in register.columns[1:]]
        self.place = value_words(register, entry, "division")


def sought_in(register: Register, given: Mapping[str, str]) -> Sought:
    """What an address asks for; what cannot be is left out."""
    filters = {}
    for name in register.filters:
        value = given.get(name, "")
        if value and value in dict(options_of(register, name)):
            filters[name] = value
    division = given.get("division", "").strip()
    try:
        division = canonical(division) if division else ""
    except ValueError:
        division = ""
    held = given.get("held", "")
    text = given.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return Sought(text, division, held if held in STATES else "now", filters)


def address_of(asked: Sought) -> dict[str, str]:
    """What was asked for as the parts of an address."""
    parts = {"q": asked.text, "division": asked.division, "held": "" if asked.held == "now" else asked.held}
    return {name: value for name, value in {**parts, **asked.filters}.items() if value}


def options_of(register: Register, name: str) -> list[tuple[str, str]]:
    """The options of a filter: value as the address writes it, and words."""
    column = register.column(name)
    if isinstance(column, models.BooleanField):
        return [("True", option_words("是")), ("False", option_words("否"))]
    return [(str(value), option_words(text)) for value, text in column.flatchoices]


def filters_of(register: Register, asked: Sought) -> list[dict[str, Any]]:
    """The filters as a form shows them."""
    return [
        {
            "key": name,
            "title": column_words(register, name),
            "options": options_of(register, name),
            "value": asked.filters.get(name, ""),
        }
        for name in register.filters
    ]


def file_of(register: Register, rows: Iterable[Any]) -> tuple[list[str], list[list[Any]]]:
    """The list as a file: heading, and cells; persons by name, sensitive columns masked as on the page."""
    names = ["number", "division"]
    names += [name for name in register.columns if name not in names]
    names += [name for name in register.form_fields if name not in names and name != "person"]
    names += ["first_day", "last_day"]
    heading = [column_words(register, name) for name in names]
    return heading, [[value_words(register, row, name) for name in names] for row in rows]
