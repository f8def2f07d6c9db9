"""Fields that forms of changes share: a village by its name or code, a day, a person who can be found exactly once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.formlook import day_input
from anmin.console.places import full_name
from anmin.console.words import term_of
from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.people import queries as people
from anmin.lib.divisions import DivisionLevel, level_of
from anmin.lib.names import NameProblem, parse_name
from anmin.policy.codes import Relation

LISTED = 8
"""So many villages of one name are listed to choose from."""


def relations() -> list[tuple[int, Any]]:
    """What somebody can be to the head of a household."""
    return [(int(one), term_of(one)) for one in Relation if one is not Relation.HEAD]


def name_of(text: str) -> str:
    """A name in its stored form; what cannot be one is said at the field."""
    try:
        return parse_name(text)
    except NameProblem as trouble:
        raise forms.ValidationError(str(trouble)) from trouble


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen with what the browser offers, which takes a filled-in day in ISO 8601 only, whatever the language."""
    return forms.DateField(label=label, widget=day_input(), **options)


def found_one(subject: Any, text: str) -> int:
    """The key of the one other person whom a text finds; nobody or several is said at the field."""
    found = people.search(subject.reader, text).people
    others = [row for row in found if subject.person is None or row.pk != subject.person.pk]
    if len(others) != 1:
        words = _("按“%(text)s”找到 %(n)d 条其他记录，要能唯一确定；请改用证件号码。")
        raise forms.ValidationError(words % {"text": text, "n": len(others)})
    return others[0].pk


class PlaceField(forms.CharField):
    """A village or community, by its twelve digits or by its name; several of one name are listed to choose from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=60, help_text=gettext_lazy("村（社区）名称，或 12 位区划代码。"), **options
        )
        self.near = ""

    def clean(self, value: Any) -> Any:
        """The code."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return ""
        if text.isdigit():
            return self._known(text)
        matching = [one for one in self._villages() if text in one.name]
        exact = [one for one in matching if one.name == text] or matching
        if len(exact) == 1:
            return exact[0].code
        if not exact:
            raise forms.ValidationError(
                _("附近没有叫“%(name)s”的村（社区），请写 12 位区划代码。") % {"name": text}
            )
        listed = "；".join(f"{full_name(one.code)} {one.code}" for one in exact[:LISTED])
        raise forms.ValidationError(
            _("有 %(n)d 个村（社区）叫这个名字，请写代码：%(list)s") % {"n": len(exact), "list": listed}
        )

    def _known(self, code: str) -> str:
        if len(code) != 12 or not Catalogue.load().knows(code) or level_of(code) is not DivisionLevel.VILLAGE:
            raise forms.ValidationError(_("没有这个村（社区）代码，请核对 12 位代码。"))
        return code

    def _villages(self) -> list[Any]:
        """Villages of the city that the form is about."""
        city = self.near[:4] + "00" if len(self.near) >= 4 else ""
        if not city:
            return []
        catalogue = Catalogue.load()
        return [village for town in catalogue.towns_of(city) for village in catalogue.villages_of(town.code)]
