"""Carry out changes of households (家庭变更): join, leave, split, head, move, birth, death, a new household."""

from __future__ import annotations

from datetime import date, timedelta

from anmin.kernel.access.models import User
from anmin.kernel.people.models import ChangeRequest, Household, Membership, Person
from anmin.kernel.people.places import actions as places
from anmin.kernel.people.queries import in_force, membership_on
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.register.actions import Entry
from anmin.policy.codes import Relation

DAY = timedelta(days=1)


def home(*, by: User, row: ChangeRequest) -> None:
    """A new household, with its head."""
    assert row.person is not None
    payload = row.payload
    row.household = register.add_household(
        by=by,
        number=payload["number"],
        division=payload["division"],
        first_day=row.on,
        address=payload.get("address", ""),
        settlement=int(payload.get("settlement", 0)),
    )
    register.add_member(
        by=by,
        household=row.household,
        person=row.person,
        relation=int(Relation.HEAD),
        first_day=row.on,
        is_head=True,
        cause="home",
    )
    places.live_at(row.person, payload["division"], row.on)


def join(*, by: User, row: ChangeRequest) -> None:
    """Somebody becomes a member; of an empty household the head."""
    assert row.person is not None and row.household is not None
    first = not Membership.objects.filter(in_force(row.on), household=row.household).exists()
    relation = int(Relation.HEAD if first else row.payload.get("relation", Relation.OTHER))
    register.add_member(
        by=by,
        household=row.household,
        person=row.person,
        relation=relation,
        first_day=row.on,
        is_head=first,
        cause="join",
    )
    places.live_at(row.person, row.household.division, row.on)


def leave(*, by: User, row: ChangeRequest) -> None:
    """Somebody is a member up to this day; the last one ends the household."""
    assert row.person is not None
    here = membership_on(row.person, row.on)
    assert here is not None
    register.end_membership(by=by, membership=here, last_day=row.on, cause="leave")
    _end_when_empty(here.household, row.on)


def split(*, by: User, row: ChangeRequest) -> None:
    """Some members go on in a new household from this day."""
    old, payload = row.household, row.payload
    assert old is not None
    new = register.add_household(
        by=by,
        number=payload["number"],
        division=payload.get("division") or old.division,
        first_day=row.on,
        address=payload.get("address") or old.address,
        settlement=old.settlement,
    )
    head = int(payload.get("head") or payload["members"][0])
    relations = payload.get("relations", {})
    for key in payload["members"]:
        person = Person.objects.get(pk=key)
        here = membership_on(person, row.on)
        assert here is not None
        register.end_membership(by=by, membership=here, last_day=row.on - DAY, cause="split")
        register.add_member(
            by=by,
            household=new,
            person=person,
            relation=int(Relation.HEAD) if person.pk == head else int(relations.get(str(key), here.relation)),
            first_day=row.on,
            is_head=person.pk == head,
            cause="split",
        )
        places.live_at(person, new.division, row.on)


def head(*, by: User, row: ChangeRequest) -> None:
    """The old head's membership ends the day before and goes on as an ordinary one, and the new head's likewise."""
    assert row.person is not None and row.household is not None
    new = membership_on(row.person, row.on)
    assert new is not None
    for here in register.heads_on(row.household, row.on):
        _go_on(by, here, row.on, is_head=False, relation=int(row.payload.get("old_relation", Relation.OTHER)))
    _go_on(by, new, row.on, is_head=True, relation=int(Relation.HEAD))


def move(*, by: User, row: ChangeRequest) -> None:
    """A household and everybody in it, or one person alone, lives elsewhere from this day."""
    payload = row.payload
    if row.household is not None:
        places.move_household(
            row.household, payload["division"], payload.get("address", row.household.address), row.on
        )
        for member in Membership.objects.filter(in_force(row.on), household=row.household):
            places.live_at(member.person, payload["division"], row.on)
    elif row.person is not None:
        places.live_at(row.person, payload["division"], row.on)


def birth(*, by: User, row: ChangeRequest) -> None:
    """A child is born into a household."""
    payload, where = row.payload, row.household
    assert where is not None
    child = register.add_person(
        by=by,
        entry=Entry(
            name=payload["name"],
            division=where.division,
            sex=int(payload.get("sex", 0)),
            birth_day=row.on,
            settlement=where.settlement,
            source="birth",
            numbers=(("birth", payload["number"]),) if payload.get("number") else (),
        ),
    )
    register.add_member(
        by=by,
        household=where,
        person=child,
        relation=int(payload.get("relation", Relation.CHILD)),
        first_day=row.on,
        cause="birth",
    )
    row.person = child


def die(*, by: User, row: ChangeRequest) -> None:
    """A source's word that somebody died; the membership ends, and the nearest member becomes the head."""
    assert row.person is not None
    source = row.payload.get("source", "family")
    register.record_death(by=by, person=row.person, source=source, day=row.on)
    here = membership_on(row.person, row.on)
    if here is None:
        return
    others = Membership.objects.filter(in_force(row.on), household=here.household).exclude(pk=here.pk)
    register.end_membership(by=by, membership=here, last_day=row.on, cause="die")
    if here.is_head and (heir := others.order_by("relation", "pk").first()) is not None:
        _go_on(by, heir, row.on + DAY, is_head=True, relation=int(Relation.HEAD))
    _end_when_empty(here.household, row.on)


def _go_on(by: User, here: Membership, on: date, *, is_head: bool, relation: int) -> None:
    if here.first_day == on:
        here.is_head, here.relation = is_head, relation
        here.save(update_fields=["is_head", "relation"])
        return
    register.end_membership(by=by, membership=here, last_day=on - DAY, cause="head")
    register.add_member(
        by=by,
        household=here.household,
        person=here.person,
        relation=relation,
        first_day=on,
        is_head=is_head,
        cause="head",
    )


def _end_when_empty(where: Household, on: date) -> None:
    if not Membership.objects.filter(in_force(on + DAY), household=where).exists():
        where.last_day = on
        where.save(update_fields=["last_day"])
