"""Forms drawn from a register's declaration: what is asked, how it looks; the kernel alone judges what was typed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from anmin.console.formlook import PlainForm, day_input, dress
from anmin.console.kit.cells import column_words, home_of, option_words
from anmin.console.places import places_below
from anmin.kernel.access.queries import Reader
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.columns import FenField
from anmin.kernel.registers.declaring import BOOK, Register, Trouble
from anmin.kernel.registers.queries import entries
from anmin.kernel.registers.values import asked
from anmin.lib.money import format_yuan

MOST_OPTIONS = 300
"""Above so many entries a reference is typed as a number instead of being chosen."""


class EntryForm(PlainForm):
    """The form of one register. Nothing is required here: the kernel says what is missing, in its own words."""

    def __init__(
        self, *args: Any, register: Register, reader: Reader, entry: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.register = register
        for name in asked(register, entry):
            made = _field(register, name, reader, entry)
            dress(made)
            self.fields[name] = made

    @property
    def raw(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {
            name: ("是" if self.data.get(name) else "否")
            if isinstance(made, forms.BooleanField)
            else self.data.get(name, "")
            for name, made in self.fields.items()
            if name in self.register_names
        }

    @property
    def register_names(self) -> set[str]:
        """The fields that are columns."""
        return {name for name in self.fields if name not in ("reason", "from_day")}

    def tell(self, troubles: Iterable[Trouble]) -> None:
        """Show what the kernel found wrong, each at its column."""
        for one in troubles:
            self.add_error(one.column if one.column in self.fields else None, one.reason)


class CorrectionForm(EntryForm):
    """A correction: the same columns, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = _reason()


class ChangeForm(EntryForm):
    """Something became different on a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_day", "last_day"):
            del self.fields[name]
        self.fields["from_day"] = forms.DateField(
            label=_("从哪天起变更"), widget=day_input(), help_text=_("前一天为止还是原来的内容。")
        )
        dress(self.fields["from_day"])
        self.fields["reason"] = _reason()


class StepForm(PlainForm):
    """What one step of a procedure asks."""

    def __init__(
        self, *args: Any, register: Register, step: Any, reader: Reader, entry: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in step.asks:
            made = _field(register, name, reader, entry)
            value = getattr(entry, name)
            made.initial = (
                format_yuan(value) if value and isinstance(register.column(name), FenField) else value
            )
            if name in step.needs:
                made.label = column_words(register, name)
            dress(made)
            self.fields[name] = made
        if step.needs_reason:
            self.fields["reason"] = _reason()


def values_of(entry: Any, register: Register) -> dict[str, Any]:
    """An entry as the form begins with it."""
    found = {}
    for name in asked(register, entry):
        column = register.column(name)
        value = getattr(entry, name)
        if isinstance(column, FenField):
            found[name] = "" if value is None else format_yuan(value)
            continue
        found[name] = (
            value.number if value is not None and column.is_relation and hasattr(value, "number") else value
        )
    return found


def day_typed(text: str) -> date | None:
    """A day from a form, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _reason() -> forms.Field:
    made = forms.CharField(
        label=_("为什么"),
        help_text=_("写明依据，例如“原登记抄错，已核对批复”。不要写个人信息。"),
        max_length=200,
    )
    dress(made)
    return made


def _field(register: Register, name: str, reader: Reader, entry: Any) -> forms.Field:
    column = register.column(name)
    label, needed = column_words(register, name), not (column.blank or column.null or column.has_default())
    shown: dict[str, Any] = {"label": label if needed else f"{label}{_('（可不填）')}", "required": False}
    if column.help_text:
        shown["help_text"] = str(column.help_text)
    if isinstance(column, FenField):
        shown["help_text"] = _("单位：元")
    if name == "division":
        return _place(register, reader, shown)
    if name == "person":
        return forms.CharField(**{**shown, "label": _("证件号码")}, max_length=30)
    if isinstance(column, SealedText):
        return forms.CharField(**shown, widget=forms.Textarea(attrs={"rows": 3}))
    if isinstance(column, models.BooleanField):
        return forms.BooleanField(**{**shown, "label": label})
    if column.choices:
        options = [("", _("请选择")), *[(value, option_words(text)) for value, text in column.flatchoices]]
        return forms.ChoiceField(**shown, choices=options)
    if isinstance(column, models.ForeignKey):
        return _reference(column, reader, shown)
    if isinstance(column, models.DateField):
        return forms.DateField(**shown, widget=day_input())
    if isinstance(column, models.IntegerField):
        return forms.CharField(**shown, widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 12}))
    if isinstance(column, models.TextField):
        return forms.CharField(**shown, widget=forms.Textarea(attrs={"rows": 3}))
    return forms.CharField(**shown, max_length=getattr(column, "max_length", None))


def _place(register: Register, reader: Reader, shown: dict[str, Any]) -> forms.Field:
    home = home_of(reader, register.write)
    options = [] if not home else places_below(home)
    return forms.ChoiceField(**shown, choices=[("", _("请选择")), *options])


def _reference(column: models.ForeignKey[Any, Any], reader: Reader, shown: dict[str, Any]) -> forms.Field:
    other = BOOK.of(column.related_model)  # type: ignore[arg-type]
    if other is None:
        return forms.CharField(**shown)
    rows = list(entries(reader, other)[: MOST_OPTIONS + 1])
    if len(rows) > MOST_OPTIONS:
        return forms.CharField(**{**shown, "help_text": _("填编号")})
    options = [(row.number, f"{row} · {row.number}") for row in rows]
    return forms.ChoiceField(**shown, choices=[("", _("请选择")), *options])
