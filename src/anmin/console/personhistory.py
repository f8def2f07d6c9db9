"""A person and a household as they were on a day, and everything that is known with its days (沿革)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.console.personforms import HUKOU_KINDS, NUMBER_KINDS, TIES
from anmin.console.personpage import relation_of
from anmin.console.places import full_name
from anmin.console.words import term_of
from anmin.kernel.access.fields import masked
from anmin.kernel.access.queries import Reader
from anmin.kernel.people import queries as people
from anmin.kernel.people.places import queries as places
from anmin.policy.codes import Settlement

MASK_OF_KIND = {"bank": "card", "disability": "disability"}
CAUSES = {
    "load": gettext_lazy("建档导入"),
    "enter": gettext_lazy("新增人员"),
    "home": gettext_lazy("新建家庭"),
    "birth": gettext_lazy("出生"),
    "join": gettext_lazy("迁入"),
    "leave": gettext_lazy("离开"),
    "split": gettext_lazy("分户"),
    "head": gettext_lazy("变更户主"),
    "die": gettext_lazy("去世"),
}


@dataclass(frozen=True)
class Span:
    """One thing that was so from a day to a day; None is open. `link` names a household or a person to go to."""

    words: str
    first_day: date | None
    last_day: date | None
    note: str = ""
    household: str = ""
    person: int | None = None

    def is_on(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.first_day is None or self.first_day <= on) and (
            self.last_day is None or self.last_day >= on
        )


@dataclass(frozen=True)
class Chapter:
    """Everything of one sort, and what of it holds on the day."""

    title: Any
    spans: list[Span]
    on: date

    @property
    def now(self) -> list[Span]:
        """What holds on the day."""
        return [row for row in self.spans if row.is_on(self.on)]


def chapters_of(reader: Reader, person: Any, on: date) -> list[Chapter]:
    """A person's names, households, places, registration, permits, ties and papers, in the order of days."""
    lived = places.places_of(person)
    chapters = [
        Chapter(_("姓名"), _names(person), on),
        Chapter(_("家庭"), _memberships(reader, person), on),
        Chapter(_("住在"), _spans([(full_name(row.division), row.last_day) for row in lived]), on),
        Chapter(_("户口"), _spans([(_hukou(row), row.last_day) for row in lived]), on),
        Chapter(_("居住证"), _permits(person), on),
        Chapter(_("亲属和监护"), _ties(reader, person), on),
        Chapter(_("证件"), _papers(person), on),
    ]
    return [row for row in chapters if row.spans]


def household_chapters(reader: Reader, home: Any, on: date) -> list[Chapter]:
    """A household's addresses and everybody who ever belonged to it, as far as the reader sees them."""
    lived = [
        (f"{full_name(row.division)} {masked('address', row.address)}", row.last_day)
        for row in places.places_of(home)
    ]
    members = [
        Span(
            f"{row.person.name} · {relation_of(row.relation)}",
            row.first_day,
            row.last_day,
            _cause(row.cause),
            person=row.person_id,
        )
        for row in people.members_ever(reader, home)
    ]
    return [Chapter(_("成员"), members, on), Chapter(_("地址"), _spans(lived), on)]


def _names(person: Any) -> list[Span]:
    former = sorted(person.former_names.all(), key=lambda row: (row.last_day or date.min, row.pk))
    return _spans([*((row.name, row.last_day) for row in former if row.last_day), (person.name, None)]) + [
        Span(row.name, None, None, _("曾用名，不知用到何时")) for row in former if row.last_day is None
    ]


def _memberships(reader: Reader, person: Any) -> list[Span]:
    return [
        Span(
            f"{row.household.number} · {relation_of(row.relation)}",
            row.first_day,
            row.last_day,
            _cause(row.cause),
            household=row.household.number,
        )
        for row in reversed(people.memberships_of(reader, person))
    ]


def _permits(person: Any) -> list[Span]:
    rows = person.residences.order_by("first_day")
    return [Span(full_name(row.division), row.first_day, row.last_day) for row in rows]


def _ties(reader: Reader, person: Any) -> list[Span]:
    words = dict(TIES)
    found = []
    for row in people.ties_of(reader, person):
        mine = row.person_id == person.pk
        other = row.other if mine else row.person
        text = _("本人是 %(name)s 的%(kind)s") if mine else _("%(name)s 是本人的%(kind)s")
        told = text % {"name": other.name, "kind": words[row.kind]}
        found.append(Span(told, row.first_day, row.last_day, person=other.pk))
    return found


def _papers(person: Any) -> list[Span]:
    kinds = {str(key): text for key, text in NUMBER_KINDS}
    return [
        Span(
            f"{kinds[row.kind]} {masked(MASK_OF_KIND.get(row.kind, 'number'), row.value)}",
            row.first_day,
            row.last_day,
        )
        for row in person.identifiers.order_by("pk")
    ]


def _hukou(row: places.Place) -> str:
    kind = dict(HUKOU_KINDS).get(row.hukou_kind, "") if row.hukou_kind else ""
    where = full_name(row.hukou_division) if row.hukou_division else ""
    return " · ".join(filter(None, [where, str(kind), str(term_of(Settlement(row.settlement)))]))


def _spans(rows: list[tuple[str, date | None]]) -> list[Span]:
    """What follows upon one another: each begins the day after the one before; what does not change is one."""
    found: list[Span] = []
    first: date | None = None
    for words, last in rows:
        if found and found[-1].words == words:
            found[-1] = Span(words, found[-1].first_day, last)
        else:
            found.append(Span(words, first, last))
        first = date.fromordinal(last.toordinal() + 1) if last is not None else None
    return found


def _cause(key: str) -> str:
    return str(CAUSES.get(key, ""))
