"""Carry out changes of persons (人员变更): new, corrected, papers, ties, permits, merges, and words of death taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.people.merging.actions import merge as merge_records
from anmin.kernel.people.merging.actions import unmerge as take_merge_back
from anmin.kernel.people.merging.models import Merge
from anmin.kernel.people.models import ChangeRequest, FormerName, Identifier, Kin, Person
from anmin.kernel.people.places import actions as places
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.register.actions import Entry, RegisterProblem
from anmin.lib.names import parse_name
from anmin.policy.codes import Relation

DAY = timedelta(days=1)
CORRECTABLE = {"name", "phone", "sex", "birth_day", "nation"}


def enter(*, by: User, row: ChangeRequest) -> None:
    """Somebody whom the register does not know yet, at once a member of a household where one is named."""
    payload = row.payload
    number = payload.get("number", "")
    row.person = register.add_person(
        by=by,
        entry=Entry(
            name=payload["name"],
            division=payload["division"],
            sex=int(payload.get("sex", 0)),
            birth_day=_day(payload.get("birth_day")),
            phone=payload.get("phone", ""),
            nation=payload.get("nation", ""),
            hukou_division=payload.get("hukou_division", ""),
            hukou_kind=payload.get("hukou_kind", ""),
            settlement=int(payload.get("settlement", 0)),
            numbers=((payload.get("kind", "resident"), number),) if number else (),
            former_names=(payload["former"],) if payload.get("former") else (),
            source="request",
        ),
    )
    if row.household is not None:
        register.add_member(
            by=by,
            household=row.household,
            person=row.person,
            relation=int(payload.get("relation", Relation.OTHER)),
            first_day=row.on,
            cause="enter",
        )


def correct(*, by: User, row: ChangeRequest) -> None:
    """What was written wrongly; an earlier name is kept as a former one."""
    person = row.person
    assert person is not None
    before = person.name
    for name, value in row.payload.items():
        if name not in CORRECTABLE:
            raise RegisterProblem("not_correctable", _("“%(field)s”不能通过更正修改") % {"field": name})
        if name == "name":
            value = parse_name(value)
        if name == "birth_day":
            value = _day(value)
        setattr(person, name, value)
    person.version += 1
    person.save()
    if person.name != before:
        FormerName(person=person, name=before, last_day=row.on - DAY).save()
    register.refresh_tokens(person)


def hukou(*, by: User, row: ChangeRequest) -> None:
    """Where somebody is registered, and whether as a townsman or a villager, from a day on."""
    assert row.person is not None
    payload = row.payload
    places.register_at(
        row.person,
        row.on,
        division=payload.get("hukou_division", row.person.hukou_division),
        kind=payload.get("hukou_kind", row.person.hukou_kind),
        settlement=int(payload.get("settlement", row.person.settlement)),
    )


def number(*, by: User, row: ChangeRequest) -> None:
    """One more paper; the one of the same kind that was in force ends the day before."""
    assert row.person is not None
    kind, text = row.payload["kind"], row.payload["number"]
    register.add_number(by=by, person=row.person, kind=kind, number=text, source="request", first_day=row.on)


def number_end(*, by: User, row: ChangeRequest) -> None:
    """A paper that is no longer in force after this day."""
    register.end_number(
        by=by, identifier=Identifier.objects.get(pk=row.payload["identifier"]), last_day=row.on
    )


def former(*, by: User, row: ChangeRequest) -> None:
    """A name that somebody bore before, found by searching from now on."""
    assert row.person is not None
    FormerName(person=row.person, name=parse_name(row.payload["name"]), last_day=row.on).save()
    register.refresh_tokens(row.person)


def tie(*, by: User, row: ChangeRequest) -> None:
    """Kin or a guardian, from a day on."""
    assert row.person is not None
    other = Person.objects.get(pk=row.payload["other"])
    register.tie(
        by=by, person=other, other=row.person, kind=row.payload["kind"], first_day=row.on, source="request"
    )


def untie(*, by: User, row: ChangeRequest) -> None:
    """A tie that ends with this day, such as a guardianship."""
    register.end_tie(by=by, tie=Kin.objects.get(pk=row.payload["tie"]), last_day=row.on)


def reside(*, by: User, row: ChangeRequest) -> None:
    """A residence permit."""
    assert row.person is not None
    register.add_residence(
        by=by,
        person=row.person,
        division=row.payload["division"],
        first_day=row.on,
        last_day=_day(row.payload.get("until")),
        source="request",
    )


def merge(*, by: User, row: ChangeRequest) -> None:
    """Two records become one."""
    assert row.person is not None
    gone = Person.objects.get(pk=row.payload["gone"])
    merge_records(by=by, kept=row.person, gone=gone, on=row.on, reason=row.evidence[:200])


def unmerge(*, by: User, row: ChangeRequest) -> None:
    """One record becomes two again."""
    merged = Merge.objects.get(pk=row.payload["merge"])
    take_merge_back(by=by, merged=merged, reason=row.evidence[:200])


def undie(*, by: User, row: ChangeRequest) -> None:
    """A source's word of death is no longer trusted, or its day was another."""
    assert row.person is not None
    day = _day(row.payload.get("day"))
    death = row.person.deaths.get(source=row.payload["source"])
    register.record_death(
        by=by, person=row.person, source=death.source, day=day or death.day, is_trusted=day is not None
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
