"""Forms of changes of one person: new, papers, former names, registration, kin and guardians, permits, deaths taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.changefields import PlaceField, day_field, found_one, name_of, relations
from anmin.console.changeforms import SOURCES, ChangeForm
from anmin.console.words import term_of
from anmin.kernel.people import queries as people
from anmin.kernel.people.merging.queries import merge_that_can_be_undone
from anmin.lib.identifiers import IdentifierProblem, parse_identity
from anmin.lib.text import compact
from anmin.policy.codes import Settlement, Sex

NUMBER_KINDS = (
    ("resident", gettext_lazy("居民身份证")),
    ("permit", gettext_lazy("港澳台居民居住证")),
    ("foreign", gettext_lazy("外国人永久居留身份证")),
    ("foreign_old", gettext_lazy("外国人永久居留证（旧版）")),
    ("passport", gettext_lazy("护照或通行证")),
    ("birth", gettext_lazy("出生医学证明")),
    ("disability", gettext_lazy("残疾人证")),
    ("booklet", gettext_lazy("户口簿号")),
    ("bank", gettext_lazy("银行卡")),
    ("other", gettext_lazy("其他证件")),
)
CHECKED = {"resident", "permit", "foreign"}
"""Kinds of number whose check digit is proof; the others are kept as they are written."""
HUKOU_KINDS = (
    ("", gettext_lazy("不清楚")),
    ("resident", gettext_lazy("居民户口（不分农业、非农业）")),
    ("farm", gettext_lazy("农业户口")),
    ("town", gettext_lazy("非农业户口")),
)
TIES = (
    ("spouse", gettext_lazy("配偶")),
    ("father", gettext_lazy("父亲")),
    ("mother", gettext_lazy("母亲")),
    ("grandparent", gettext_lazy("祖父母、外祖父母")),
    ("sibling", gettext_lazy("兄弟姐妹")),
    ("guardian", gettext_lazy("监护人")),
    ("supporter", gettext_lazy("赡养、抚养、扶养义务人")),
)


def _sexes() -> list[tuple[int, Any]]:
    return [(int(one), term_of(one)) for one in (Sex.MALE, Sex.FEMALE, Sex.UNKNOWN)]


def _settlements() -> list[tuple[int, Any]]:
    return [(int(one), term_of(one)) for one in Settlement]


class NumberForm(ChangeForm):
    """A paper with its kind."""

    kind = forms.ChoiceField(label=gettext_lazy("证件种类"), choices=NUMBER_KINDS)
    number = forms.CharField(label=gettext_lazy("证件号码"), max_length=40)

    def clean(self) -> dict[str, Any]:
        """A number with a check digit must hold."""
        values = super().clean() or {}
        number, kind = values.get("number", ""), values.get("kind", "")
        if number and kind in CHECKED:
            try:
                known = parse_identity(number, on=self.subject.today)
                values["number"] = known.text
                self._fill(values, known.birth_day, int(known.sex))
            except IdentifierProblem as trouble:
                self.add_error("number", str(trouble))
        elif number:
            values["number"] = compact(number)
        return values

    def _fill(self, values: dict[str, Any], birth_day: date, sex: int) -> None:
        """What the number tells, for forms that ask it."""


class Enter(NumberForm):
    """Somebody new."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=50)
    sex = forms.TypedChoiceField(label=gettext_lazy("性别"), coerce=int, choices=_sexes)
    birth_day = day_field(gettext_lazy("出生日期"), required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=20, required=False)
    former = forms.CharField(label=gettext_lazy("曾用名"), max_length=50, required=False)
    division = PlaceField(label=gettext_lazy("住在哪个村（社区）"))
    settlement = forms.TypedChoiceField(label=gettext_lazy("城乡"), coerce=int, choices=_settlements)
    hukou_kind = forms.ChoiceField(label=gettext_lazy("户口性质"), choices=HUKOU_KINDS, required=False)
    relation = forms.TypedChoiceField(label=gettext_lazy("与户主关系"), coerce=int, choices=relations)
    is_another = forms.BooleanField(
        label=gettext_lazy("已核对，与登记簿里同名同出生日期的人不是同一个人"), required=False
    )

    def shape(self) -> None:
        """A newcomer may have no paper yet; lives in the household's village or in a village of their own."""
        self.fields["number"].required = self.fields["kind"].required = False
        if self.subject.household is None:
            del self.fields["relation"]
        else:
            del self.fields["division"]

    def clean_name(self) -> str:
        """A name in its stored form."""
        return name_of(self.cleaned_data["name"])

    def _fill(self, values: dict[str, Any], birth_day: date, sex: int) -> None:
        """A birth date that was left out comes from the number; one that contradicts it is asked about."""
        if not values.get("birth_day"):
            values["birth_day"] = birth_day
        elif values["birth_day"] != birth_day:
            self.add_error(
                "birth_day",
                _("与证件号码里的出生日期 %(day)s 不一致，请核对；证件确有错误的，先不填号码")
                % {"day": birth_day},
            )
        if values.get("sex") in (None, Sex.UNKNOWN):
            values["sex"] = sex

    def payload(self) -> dict[str, Any]:
        """Days as text; the household's division where one is joined."""
        left = {key: _plain(value) for key, value in super().payload().items() if value is not False}
        if not left.get("number"):
            left.pop("kind", None)
        return {"division": self.subject.division, **left}

    @property
    def division_of_request(self) -> str:
        """The village that the newcomer lives in."""
        return str(self.payload()["division"])


class Home(ChangeForm):
    """A new household with this person as its head."""

    number = forms.CharField(label=gettext_lazy("新户编号"), max_length=50)
    division = PlaceField(label=gettext_lazy("在哪个村（社区）"))
    address = forms.CharField(label=gettext_lazy("详细地址"), max_length=200, required=False)
    settlement = forms.TypedChoiceField(label=gettext_lazy("城乡"), coerce=int, choices=_settlements)

    def clean_number(self) -> str:
        """As household numbers are written."""
        return compact(self.cleaned_data["number"])


class Hukou(ChangeForm):
    """Where somebody is registered, and as what."""

    hukou_division = PlaceField(label=gettext_lazy("户口在哪里"))
    hukou_kind = forms.ChoiceField(label=gettext_lazy("户口性质"), choices=HUKOU_KINDS, required=False)
    settlement = forms.TypedChoiceField(label=gettext_lazy("城乡"), coerce=int, choices=_settlements)


class NumberEnd(ChangeForm):
    """Which paper is no longer in force."""

    identifier = forms.TypedChoiceField(label=gettext_lazy("停用哪个证件"), coerce=int)

    def shape(self) -> None:
        """The papers that are in force."""
        kinds = {str(key): words for key, words in NUMBER_KINDS}
        rows = self.subject.person.identifiers.filter(last_day__isnull=True)
        self.fields["identifier"].choices = [(row.pk, f"{kinds[row.kind]} …{row.value[-4:]}") for row in rows]  # type: ignore[attr-defined]


class Former(ChangeForm):
    """A name of before."""

    name = forms.CharField(
        label=gettext_lazy("曾用名"), max_length=50, help_text=gettext_lazy("日期填这个名字用到哪一天。")
    )

    def clean_name(self) -> str:
        """A name in its stored form."""
        return name_of(self.cleaned_data["name"])


class Tie(ChangeForm):
    """Who the other is to this person."""

    kind = forms.ChoiceField(label=gettext_lazy("对方是本人的"), choices=TIES)
    text = forms.CharField(
        label=gettext_lazy("对方是谁"),
        max_length=60,
        help_text=gettext_lazy("证件号码、电话或姓名，要能找到唯一一个人。"),
    )

    def clean_text(self) -> str:
        """Exactly one other person."""
        text = self.cleaned_data["text"]
        self.subject.extra["other"] = found_one(self.subject, text)
        return str(text)

    def payload(self) -> dict[str, Any]:
        """The other person's key; what was typed is not kept."""
        return {"kind": self.cleaned_data["kind"], "other": self.subject.extra["other"]}


class Untie(ChangeForm):
    """Which tie ends."""

    tie = forms.TypedChoiceField(label=gettext_lazy("终止哪一项"), coerce=int)

    def shape(self) -> None:
        """The ties that hold and whose other side the reader sees."""
        words, person = dict(TIES), self.subject.person
        rows = [row for row in people.ties_of(self.subject.reader, person) if row.last_day is None]
        self.fields["tie"].choices = [  # type: ignore[attr-defined]
            (
                row.pk,
                _("%(name)s 是本人的%(kind)s") % {"name": row.person.name, "kind": words[row.kind]}
                if row.other_id == person.pk
                else _("本人是 %(name)s 的%(kind)s") % {"name": row.other.name, "kind": words[row.kind]},
            )
            for row in rows
        ]


class Reside(ChangeForm):
    """Where the permit counts, and how long."""

    division = PlaceField(label=gettext_lazy("居住证在哪里办的"))
    until = day_field(gettext_lazy("有效期到"), required=False)

    def payload(self) -> dict[str, Any]:
        """Days as text."""
        return {key: _plain(value) for key, value in super().payload().items()}


class Undie(ChangeForm):
    """Which source was wrong, and what is right."""

    source = forms.ChoiceField(label=gettext_lazy("哪个来源有误"))
    day = day_field(
        gettext_lazy("正确的死亡日期"),
        required=False,
        help_text=gettext_lazy(
            "人还在世就不填：这个来源不再算数。原来的家庭成员关系不会自动恢复，请另办迁入家庭。"
        ),
    )

    def shape(self) -> None:
        """The words of death that there are."""
        words = {str(key): text for key, text in SOURCES}
        rows = self.subject.person.deaths.order_by("day")
        self.fields["source"].choices = [(row.source, f"{words[row.source]} {row.day}") for row in rows]  # type: ignore[attr-defined]

    def payload(self) -> dict[str, Any]:
        """Days as text."""
        return {key: _plain(value) for key, value in super().payload().items()}


class Unmerge(ChangeForm):
    """The newest merge of this record."""

    def payload(self) -> dict[str, Any]:
        """The merge that is taken back."""
        row = merge_that_can_be_undone(self.subject.person)
        return {"merge": row.pk if row is not None else 0}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


PERSON_FORMS: Mapping[str, type[ChangeForm]] = {
    "enter": Enter,
    "home": Home,
    "hukou": Hukou,
    "number": NumberForm,
    "number_end": NumberEnd,
    "former": Former,
    "tie": Tie,
    "untie": Untie,
    "reside": Reside,
    "undie": Undie,
    "unmerge": Unmerge,
}
