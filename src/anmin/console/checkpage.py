"""The report of a check in words: each value under its title, with its unit, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anmin.console.templatetags.anmin_words import yuan_exact
from anmin.console.words import term_of
from anmin.kernel.exchange.checks.queries import ReportLine, ReportRow
from anmin.kernel.facts.sources.catalogue import Source, SourceColumn
from anmin.policy.facts import FactCatalogue


@dataclass(frozen=True)
class Shown:
    """One value in words. `raw` is what a slip would dispute."""

    title: str
    text: str


@dataclass(frozen=True)
class ShownRow:
    """One row of an answer in words."""

    row: ReportRow
    values: list[Shown]


def shown_rows(line: ReportLine, facts: FactCatalogue) -> list[ShownRow]:
    """The rows of a source's answer in words."""
    return [ShownRow(row, _values(row.values, line.source, facts)) for row in line.rows]


def _values(values: Mapping[str, Any], source: Source | None, facts: FactCatalogue) -> list[Shown]:
    columns = {column.name: column for column in source.values} if source is not None else {}
    return [
        Shown(_(columns[name].title), said_of(value, columns[name], facts))
        if name in columns
        else Shown(name, str(value))
        for name, value in values.items()
        if value not in (None, "")
    ]


def said_of(value: Any, column: SourceColumn, facts: FactCatalogue) -> str:
    """A value of the lake in words; what cannot be read is shown as it is."""
    if column.form == "money":
        return _("%(amount)s 元") % {"amount": yuan_exact(int(value))}
    if column.form == "flag":
        return _("是") if value else _("否")
    if column.form == "day":
        number = int(value)
        try:
            return date(number // 10_000, number // 100 % 100, number % 100).isoformat()
        except ValueError:
            return str(value)
    if column.form == "code":
        codes = facts[column.fact].codes if column.fact in facts else None
        found = next((code for code in codes or () if int(code) == int(value)), None)
        return str(term_of(found)) if found is not None else str(value)
    return str(value)
