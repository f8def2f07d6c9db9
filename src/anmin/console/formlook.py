"""How the fields of a form look and announce their errors, the same on every page."""

from __future__ import annotations

from typing import Any

from django import forms


class PlainForm(forms.Form):
    """A form whose fields look like all others and tell a screen reader which error is theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, one in self.fields.items():
            dress(self, name, one)


def dress(form: forms.Form, name: str, one: forms.Field) -> None:
    """Class and error mark of one field."""
    if not isinstance(one.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        one.widget.attrs["class"] = "form-select" if isinstance(one.widget, forms.Select) else "form-control"
    if form.is_bound and name in form.errors:
        one.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}


def day_input() -> forms.DateInput:
    """A field for a day, with the browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
