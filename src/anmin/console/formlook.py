"""How the fields of a form look and announce their errors, the same on every page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _


class PlainForm(forms.Form):
    """A form whose fields look like all others and tell a screen reader which error is theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.fields.values():
            dress(one)
            if isinstance(one, forms.ChoiceField):
                offered: Any = one.choices
                one.choices = [
                    (key, _(words) if words and isinstance(words, str) else words) for key, words in offered
                ]

    def full_clean(self) -> None:
        """Check, and mark the fields in error."""
        super().full_clean()
        for name in self._errors or {}:
            if name in self.fields:
                mark = {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                self.fields[name].widget.attrs |= mark


def dress(one: forms.Field) -> None:
    """The class of one field."""
    if not isinstance(one.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        one.widget.attrs["class"] = "form-select" if isinstance(one.widget, forms.Select) else "form-control"


def day_input() -> forms.DateInput:
    """A field for a day, with the browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
