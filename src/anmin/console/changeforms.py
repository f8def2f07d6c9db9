"""Forms of change requests: what each kind asks, and the payload that comes of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.changefields import PlaceField, day_field, found_one, name_of, relations
from anmin.console.formlook import PlainForm, dress
from anmin.console.words import term_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.people import queries as people
from anmin.policy.codes import Relation, Sex

SOURCES = (
    ("family", gettext_lazy("家属或村居报告")),
    ("hospital", gettext_lazy("医学证明")),
    ("police", gettext_lazy("公安注销")),
    ("cremation", gettext_lazy("火化证明")),
    ("court", gettext_lazy("法院宣告")),
)


class ChangeForm(PlainForm):
    """What every change asks: the day it takes effect, and what it rests on."""

    on = day_field(gettext_lazy("从哪天起"))
    evidence = forms.CharField(
        label=gettext_lazy("依据"),
        help_text=gettext_lazy("看过什么材料、谁提供的，例如“户口簿原件，本人到场”。"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        error_messages={"required": gettext_lazy("请写明依据。")},
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.shape()
        self.order_fields(
            [name for name in self.fields if name not in ("on", "evidence")] + ["on", "evidence"]
        )
        for one in self.fields.values():
            if isinstance(one, PlaceField):
                one.near = subject.division
            dress(one)

    def shape(self) -> None:
        """Fit the fields to the subject; called before anything is checked."""

    @property
    def division_of_request(self) -> str:
        """Where the change is decided."""
        return self.subject.division

    def payload(self) -> dict[str, Any]:
        """The answers that belong to this kind of change."""
        left = {
            key: value
            for key, value in self.cleaned_data.items()
            if key not in ("on", "evidence", "number_of")
        }
        return {key: value for key, value in left.items() if value not in (None, "")}


@dataclass(frozen=True)
class Subject:
    """Whom a change is about."""

    reader: Reader
    today: date
    person: Any = None
    household: Any = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def division(self) -> str:
        """Where the change is decided."""
        if self.household is not None:
            return str(self.household.division)
        if self.person is not None:
            return str(self.person.division)
        return next(iter(self.reader.scope.codes), "")


class Join(ChangeForm):
    """Which household somebody joins, as what."""

    number_of = forms.CharField(label=gettext_lazy("加入哪一户（户编号）"), max_length=50)
    relation = forms.TypedChoiceField(label=gettext_lazy("与户主关系"), coerce=int, choices=relations)

    def clean_number_of(self) -> str:
        """A household that the reader sees."""
        number = self.cleaned_data["number_of"].strip().upper()
        home = people.household(self.subject.reader, number)
        if home is None:
            raise forms.ValidationError(_("没有找到这一户，请核对户编号；不在您辖区的户请联系当地办理。"))
        self.subject.extra["household"] = home
        return number


class Head(ChangeForm):
    """What the old head becomes."""

    old_relation = forms.TypedChoiceField(
        label=gettext_lazy("原户主与新户主的关系"), coerce=int, choices=relations
    )


class Birth(ChangeForm):
    """The child."""

    name = forms.CharField(label=gettext_lazy("孩子姓名"), max_length=50)
    sex = forms.TypedChoiceField(
        label=gettext_lazy("性别"), coerce=int, choices=lambda: [(int(one), term_of(one)) for one in Sex]
    )
    number = forms.CharField(label=gettext_lazy("出生医学证明编号"), max_length=30, required=False)
    relation = forms.TypedChoiceField(
        label=gettext_lazy("与户主关系"), coerce=int, choices=relations, initial=int(Relation.CHILD)
    )

    def clean_name(self) -> str:
        """A name in its stored form."""
        return name_of(self.cleaned_data["name"])


class Move(ChangeForm):
    """Where to."""

    division = PlaceField(label=gettext_lazy("迁到哪个村（社区）"))
    address = forms.CharField(label=gettext_lazy("详细地址"), max_length=200, required=False)


class Split(ChangeForm):
    """Who leaves for a household of their own, under whom, and as what."""

    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("分出去的人"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    head = forms.TypedChoiceField(label=gettext_lazy("新户的户主"), coerce=int)
    number = forms.CharField(label=gettext_lazy("新户编号"), max_length=50)
    address = forms.CharField(label=gettext_lazy("新户地址"), max_length=200, required=False)

    def shape(self) -> None:
        """The members to choose from, and for each what they would be to the new head."""
        rows = people.members_on(self.subject.reader, self.subject.household, self.subject.today)
        choices = [(row.person_id, row.person.name) for row in rows]
        self.fields["members"].choices = self.fields["head"].choices = choices  # type: ignore[attr-defined]
        for row in rows:
            self.fields[f"relation_{row.person_id}"] = forms.TypedChoiceField(
                label=_("%(name)s 与新户主关系（分出去才填）") % {"name": row.person.name},
                coerce=int,
                choices=[("", "—"), *relations()],
                required=False,
                empty_value=None,
            )
        of_members = [name for name in self.fields if name.startswith("relation_")]
        self.order_fields(["members", "head", *of_members, "number"])

    def clean(self) -> dict[str, Any]:
        """The head is one of those who leave; everybody else says what they are to the head."""
        values = super().clean() or {}
        leaving, head = values.get("members") or [], values.get("head")
        if leaving and head not in leaving:
            self.add_error("head", _("新户的户主要在分出去的人里。"))
        for key in leaving:
            if key != head and values.get(f"relation_{key}") is None:
                self.add_error(f"relation_{key}", _("请选择与新户主的关系。"))
        return values

    def payload(self) -> dict[str, Any]:
        """Members, head, and relations by the key of the person."""
        values = self.cleaned_data
        asked = {key: values[key] for key in ("members", "head", "number", "address") if values.get(key)}
        relations_ = {
            str(key): values[f"relation_{key}"] for key in values["members"] if key != values["head"]
        }
        return {**asked, "relations": relations_}


class Correct(ChangeForm):
    """What is wrong; only what was filled in changes."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)
    birth_day = day_field(gettext_lazy("出生日期"), required=False)
    sex = forms.TypedChoiceField(
        label=gettext_lazy("性别"),
        coerce=int,
        choices=lambda: [("", _("不改")), *((int(one), term_of(one)) for one in (Sex.MALE, Sex.FEMALE))],
        required=False,
        empty_value=None,
    )

    def clean_name(self) -> str:
        """A name in its stored form, or nothing."""
        name = self.cleaned_data["name"]
        return name_of(name) if name else ""

    def clean(self) -> dict[str, Any]:
        """At least one thing is corrected."""
        values = super().clean() or {}
        if not self.errors and not any(values.get(key) for key in ("name", "phone", "birth_day", "sex")):
            raise forms.ValidationError(_("请至少填写一项要更正的内容。"))
        return values

    def payload(self) -> dict[str, Any]:
        """Days as text."""
        left = super().payload()
        if "birth_day" in left:
            left["birth_day"] = left["birth_day"].isoformat()
        return left


class Merge(ChangeForm):
    """The other record, by its identifier, telephone or name."""

    other = forms.CharField(
        label=gettext_lazy("另一条记录"),
        max_length=60,
        help_text=gettext_lazy("证件号码、电话或姓名，要能找到唯一一条。"),
    )

    def clean_other(self) -> str:
        """Exactly one other person."""
        text = str(self.cleaned_data["other"])
        self.subject.extra["gone"] = found_one(self.subject, text)
        return text

    def payload(self) -> dict[str, Any]:
        """The record that goes."""
        return {"gone": self.subject.extra["gone"]}


class Die(ChangeForm):
    """Whose word it is."""

    source = forms.ChoiceField(label=gettext_lazy("消息来源"), choices=SOURCES)


class Leave(ChangeForm):
    """Nothing more."""


FORMS: Mapping[str, type[ChangeForm]] = {
    "join": Join,
    "leave": Leave,
    "split": Split,
    "head": Head,
    "move": Move,
    "birth": Birth,
    "correct": Correct,
    "merge": Merge,
    "die": Die,
}
