"""What the pages about persons show: names in clear, numbers masked, and what opens the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anmin.console.changewords import KINDS, STATES
from anmin.console.places import full_name
from anmin.console.words import term_of
from anmin.kernel.access.fields import FIELDS, masked
from anmin.kernel.access.queries import Reader
from anmin.kernel.people import queries as people
from anmin.kernel.people.merging.queries import merges_of
from anmin.policy.codes import Relation, Sex
from anmin.policy.vocabulary import full_years

MASK_OF_KIND = {"bank": "card", "disability": "disability"}


@dataclass(frozen=True)
class Shown:
    """One field on the page: its title, what is shown, and whether there is more to show."""

    key: str
    title: str
    text: str
    is_masked: bool
    note: str = ""


def rows_of(listed: Sequence[Any], on: date) -> list[dict[str, Any]]:
    """Persons in a list."""
    homes = people.homes_on(listed, on)
    return [
        {
            "pk": person.pk,
            "name": person.name,
            "who": who(person, on),
            "number": masked("number", _number(person)),
            "place": full_name(person.division),
            "household": homes[person.pk].number if person.pk in homes else "",
            "died_on": person.died_on,
        }
        for person in listed
    ]


def who(person: Any, on: date) -> str:
    """Sex and age in words."""
    sex = term_of(Sex(person.sex)) if person.sex in (Sex.MALE, Sex.FEMALE) else ""
    if person.birth_day is None:
        return sex
    birth = person.birth_day
    age = full_years(int(f"{birth:%Y%m%d}"), int(f"{on:%Y%m%d}"))
    return " · ".join(filter(None, [sex, ngettext("%(n)d 岁", "%(n)d 岁", age) % {"n": age}]))


def fields_of(person: Any, opened: frozenset[str] = frozenset()) -> list[Shown]:
    """Numbers, telephone and address; `opened` are the keys whose rest the reader asked for."""
    rows = []
    for row in person.identifiers.order_by("pk"):
        key = MASK_OF_KIND.get(row.kind, "number")
        note = _("已于 %(day)s 停用") % {"day": row.last_day} if row.last_day else ""
        rows.append(_shown(f"number-{row.pk}", row.get_kind_display(), key, row.value, opened, note))
    rows.append(_shown("phone", str(FIELDS["phone"].title), "phone", person.phone, opened))
    return [row for row in rows if row.text]


def _shown(name: str, title: str, key: str, value: str, opened: frozenset[str], note: str = "") -> Shown:
    text = value if name in opened else masked(key, value)
    return Shown(name, title, text, text != value, note)


def relation_of(code: int) -> str:
    """A relation to the head in words."""
    try:
        return str(term_of(Relation(code)))
    except ValueError:
        return str(term_of(Relation.OTHER))


def _number(person: Any) -> str:
    row = next(
        (one for one in person.identifiers.all() if one.last_day is None and one.kind == "resident"), None
    )
    return row.value if row is not None else ""


def timeline(reader: Reader, person: Any) -> list[dict[str, Any]]:
    """What happened to somebody in the register, newest first: memberships, requests, merges."""
    rows: list[dict[str, Any]] = []
    for membership in people.memberships_of(reader, person):
        number = membership.household.number
        rows.append({"day": membership.first_day, "words": _("成为 %(number)s 户成员") % {"number": number}})
        if membership.last_day:
            rows.append({"day": membership.last_day, "words": _("离开 %(number)s 户") % {"number": number}})
    for row in people.requests_of(reader, person):
        rows.append(
            {
                "day": row.on,
                "words": f"{KINDS[row.kind]} · {STATES[row.state]}",
                "request": row.pk,
                "by": row.asked_by,
                "decided_by": row.decided_by,
            }
        )
    for merge in merges_of(person):
        words = _("与另一条记录合并") if merge.undone_at is None else _("合并后又撤销")
        rows.append({"day": merge.at.date(), "words": words, "by": merge.by, "merge": merge.pk})
    return sorted(rows, key=lambda row: row["day"], reverse=True)
