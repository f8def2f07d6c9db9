"""The fields of one page of a form: how each is asked, what was typed, what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.cases.intake.queries import Field, FormProblem, read_form
from anmin.kernel.cases.own.forms import Page, mark_of
from anmin.kernel.cases.procedures import Procedure
from anmin.lib.text import narrowed
from anmin.policy.types import Kind

LONGEST = 30
SEVEN = 7
"""Up to so many choices stand open as buttons; more are a list."""


@dataclass(frozen=True)
class Input:
    """One field on the page: `kind` is money, number, choice or day; `unit` stands behind a number."""

    name: str
    field: Field
    kind: str
    written: str
    unit: str
    choices: tuple[tuple[str, Any], ...]
    trouble: str

    @property
    def is_list(self) -> bool:
        """Whether the choices are a list rather than buttons."""
        return len(self.choices) > SEVEN

    @property
    def parts(self) -> tuple[str, str, str]:
        """Year, month and day of a day."""
        pieces = [*self.written.split("-"), "", "", ""]
        return pieces[0], pieces[1], pieces[2]


def inputs_of(page: Page, written: Mapping[str, str], troubles: Mapping[str, str]) -> list[Input]:
    """The fields of a page as they are asked."""
    return [_input(one, written.get(mark_of(one), ""), troubles.get(mark_of(one), "")) for one in page.fields]


def _input(field: Field, written: str, trouble: str) -> Input:
    fact = field.fact
    choices: tuple[tuple[str, Any], ...] = ()
    kind, unit = "number", ""
    if fact.kind is Kind.BOOL:
        kind, choices = "choice", (("1", _("是")), ("0", _("否")))
    elif fact.codes is not None:
        kind, choices = "choice", tuple((str(int(code)), code) for code in fact.codes)
    elif fact.kind is Kind.FEN:
        kind = "money"
        unit = (
            _("元／月")
            if fact.name.endswith("_month")
            else _("元／年")
            if fact.name.endswith("_year")
            else _("元")
        )
    elif fact.kind is Kind.DAY:
        kind = "day"
    return Input(mark_of(field), field, kind, written, unit, choices, trouble)


def typed_in(page: Page, posted: Mapping[str, Any]) -> dict[str, str]:
    """What was typed on a page, as people type it made readable: full width, commas, blanks, 元."""
    found = {}
    for one in page.fields:
        name = mark_of(one)
        if one.fact.kind is Kind.DAY:
            pieces = [posted.get(f"{name}-{part}", "").strip() for part in ("y", "m", "d")]
            found[name] = "-".join([pieces[0], pieces[1].zfill(2), pieces[2].zfill(2)]) if any(pieces) else ""
            continue
        text = narrowed(str(posted.get(name, ""))).strip()[:LONGEST]
        if one.fact.kind in (Kind.FEN, Kind.INT):
            text = text.replace(",", "").replace("，", "").replace("元", "").replace(" ", "")
        found[name] = text
    return found


def troubles_of(page: Page, written: Mapping[str, str], procedure: Procedure) -> list[tuple[str, str]]:
    """What of it the rules cannot read, field by field."""
    asked = {}
    for one in page.fields:
        text = written.get(mark_of(one), "")
        is_coded = one.fact.kind in (Kind.BOOL, Kind.CODE) and text.isdigit()
        asked[one.person, one.fact.name] = int(text) if is_coded else text
    try:
        read_form(procedure, asked)
    except FormProblem as problem:
        names = {(one.person, one.fact.name): mark_of(one) for one in page.fields}
        return [(names[key], words) for key, words in problem.fields.items() if key in names]
    return []
