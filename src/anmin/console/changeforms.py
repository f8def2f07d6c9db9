"""Forms of change requests: what each kind asks, and the payload that comes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.places import place_name
from anmin.console.words import term_of
from anmin.kernel.access.queries import Reader
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.people import queries as people
from anmin.lib.divisions import DivisionLevel, level_of
from anmin.lib.names import NameProblem, parse_name
from anmin.policy.codes import Relation, Sex

SOURCES = (
    ("family", gettext_lazy("家属或村居报告")),
    ("hospital", gettext_lazy("医学证明")),
    ("police", gettext_lazy("公安注销")),
    ("cremation", gettext_lazy("火化证明")),
    ("court", gettext_lazy("法院宣告")),
)


class ChangeForm(forms.Form):
    """What every change asks: the day it takes effect, and what it rests on."""

    on = forms.DateField(label=gettext_lazy("从哪天起"), widget=forms.DateInput(attrs={"type": "date"}))
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
        self.order_fields(
            [name for name in self.fields if name not in ("on", "evidence")] + ["on", "evidence"]
        )
        for name, one in self.fields.items():
            one.widget.attrs["class"] = (
                "form-select" if isinstance(one.widget, forms.Select) else "form-control"
            )
            if isinstance(one.widget, forms.CheckboxSelectMultiple):
                one.widget.attrs["class"] = ""
            if self.is_bound and name in self.errors:
                one.widget.attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}

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
        return str(self.person.division) if self.person is not None else ""


def _relations() -> list[tuple[int, Any]]:
    return [(int(one), term_of(one)) for one in Relation if one is not Relation.HEAD]


class Join(ChangeForm):
    """Which household somebody joins, as what."""

    number_of = forms.CharField(label=gettext_lazy("加入哪一户（户编号）"), max_length=50)
    relation = forms.TypedChoiceField(label=gettext_lazy("与户主关系"), coerce=int, choices=_relations)

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
        label=gettext_lazy("原户主与新户主的关系"), coerce=int, choices=_relations
    )


class Birth(ChangeForm):
    """The child."""

    name = forms.CharField(label=gettext_lazy("孩子姓名"), max_length=50)
    sex = forms.TypedChoiceField(
        label=gettext_lazy("性别"), coerce=int, choices=lambda: [(int(one), term_of(one)) for one in Sex]
    )
    number = forms.CharField(label=gettext_lazy("出生医学证明编号"), max_length=30, required=False)
    relation = forms.TypedChoiceField(
        label=gettext_lazy("与户主关系"), coerce=int, choices=_relations, initial=int(Relation.CHILD)
    )

    def clean_name(self) -> str:
        """A name in its stored form."""
        return _name(self.cleaned_data["name"])


class Move(ChangeForm):
    """Where to."""

    division = forms.CharField(
        label=gettext_lazy("迁到哪里（村或社区代码）"),
        max_length=12,
        help_text=gettext_lazy("12 位区划代码。"),
    )
    address = forms.CharField(label=gettext_lazy("详细地址"), max_length=200, required=False)

    def clean_division(self) -> str:
        """A village or community."""
        code = self.cleaned_data["division"].strip()
        if not Catalogue.load().knows(code) or level_of(code) is not DivisionLevel.VILLAGE:
            raise forms.ValidationError(_("没有这个村（社区）代码，请核对 12 位代码。"))
        return code


class Split(ChangeForm):
    """Who leaves for a household of their own."""

    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("分出去的人"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(label=gettext_lazy("新户编号"), max_length=50)
    address = forms.CharField(label=gettext_lazy("新户地址"), max_length=200, required=False)

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        rows = people.members_on(subject.reader, subject.household, subject.today)
        self.fields["members"].choices = [(row.person_id, row.person.name) for row in rows]  # type: ignore[attr-defined]


class Correct(ChangeForm):
    """What is wrong; only what was filled in changes."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)
    birth_day = forms.DateField(
        label=gettext_lazy("出生日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_name(self) -> str:
        """A name in its stored form, or nothing."""
        name = self.cleaned_data["name"]
        return _name(name) if name else ""

    def clean(self) -> dict[str, Any]:
        """At least one thing is corrected."""
        values = super().clean() or {}
        if not any(values.get(key) for key in ("name", "phone", "birth_day")):
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
        text = self.cleaned_data["other"]
        found = [
            row for row in people.search(self.subject.reader, text).people if row.pk != self.subject.person.pk
        ]
        if len(found) != 1:
            raise forms.ValidationError(
                _("按“%(text)s”找到 %(n)d 条其他记录，要能唯一确定；请改用证件号码。")
                % {"text": text, "n": len(found)}
            )
        self.subject.extra["gone"] = found[0].pk
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
OF_HOUSEHOLD = frozenset({"split", "move", "birth"})
WITH_HOUSEHOLD = frozenset({"leave", "head"})


def _name(text: str) -> str:
    try:
        return parse_name(text)
    except NameProblem as trouble:
        raise forms.ValidationError(str(trouble)) from trouble


def said_of(request: Any) -> list[tuple[str, str]]:
    """What a request would change, in words."""
    rows: list[tuple[str, str]] = []
    words: dict[str, tuple[str, Callable[[Any], str]]] = {
        "relation": (_("与户主关系"), _relation),
        "old_relation": (_("原户主关系改为"), _relation),
        "division": (_("迁到"), lambda code: place_name(str(code))),
        "address": (_("地址"), str),
        "name": (_("姓名"), str),
        "phone": (_("电话"), str),
        "birth_day": (_("出生日期"), str),
        "number": (_("编号"), str),
        "source": (_("消息来源"), lambda key: str(dict(SOURCES).get(key, key))),
        "sex": (_("性别"), lambda code: str(term_of(Sex(int(code))))),
    }
    for key, value in request.payload.items():
        if key in words:
            title, render = words[key]
            rows.append((title, render(value)))
    return rows


def _relation(code: Any) -> str:
    return str(term_of(Relation(int(code))))
