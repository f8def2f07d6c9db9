"""The form in which a new standard is proposed, and how a standard is written on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.formlook import PlainForm, day_input
from anmin.console.places import place_name
from anmin.console.rulepages import rate_shown
from anmin.console.words import term_of
from anmin.kernel.screening.standards.actions import StandardProblem
from anmin.kernel.screening.standards.queries import StandardChange
from anmin.policy.rates import Rate
from anmin.policy.rulebook import Rulebook


class StandardForm(PlainForm):
    """Which standard, where, from when, how much, by which document."""

    rate = forms.ChoiceField(label=gettext_lazy("哪项标准"))
    division = forms.ChoiceField(label=gettext_lazy("在哪里"))
    first_day = forms.DateField(label=gettext_lazy("从哪天起"), widget=day_input())
    last_day = forms.DateField(
        label=gettext_lazy("执行到"),
        widget=day_input(),
        required=False,
        help_text=gettext_lazy("可以不填：到下一次调整为止。"),
    )
    urban = forms.CharField(
        label=gettext_lazy("数值（城镇）"),
        max_length=14,
        help_text=gettext_lazy("金额写元，比例写 0.15 或 15%。"),
    )
    rural = forms.CharField(
        label=gettext_lazy("数值（农村）"),
        max_length=14,
        required=False,
        help_text=gettext_lazy("城乡一样的不填。"),
    )
    law = forms.CharField(label=gettext_lazy("公布的文件和文号"), max_length=200)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(
        self, data: Mapping[str, Any] | None, *, rates: list[Rate], places: list[tuple[str, str]]
    ) -> None:
        super().__init__(data)
        self.fields["rate"].choices = [(rate.name, term_of(rate)) for rate in rates]  # type: ignore[attr-defined]
        self.fields["division"].choices = places  # type: ignore[attr-defined]
        for one in self.fields.values():
            one.error_messages["required"] = _("请填写这一项。")

    def refused(self, problem: StandardProblem) -> None:
        """Show at its field why the standard was not taken."""
        self.add_error(problem.field if problem.field in self.fields else None, str(problem))


@dataclass(frozen=True)
class Line:
    """A change as it stands in a list."""

    row: StandardChange
    title: str
    place: str
    value: str
    before: str


def line_of(row: StandardChange, book: Rulebook) -> Line:
    """A change in words, beside what holds the day before it."""
    rate = book.rates.rates.get(row.rate)
    if rate is None:
        return Line(row, row.rate, place_name(row.division), str(row.urban), "")
    eve = book.rates.find(row.rate, row.division, date.fromordinal(row.first_day.toordinal() - 1))
    before = values(rate, eve.urban, eve.rural) if eve is not None else ""
    return Line(row, term_of(rate), place_name(row.division), values(rate, row.urban, row.rural), before)


def values(rate: Rate, urban: object, rural: object) -> str:
    """One value, or both where town and country differ."""
    if urban == rural:
        return rate_shown(rate, urban)
    return _("城镇 %(urban)s，农村 %(rural)s") % {
        "urban": rate_shown(rate, urban),
        "rural": rate_shown(rate, rural),
    }
