"""Write persons, numbers, households, memberships, ties and deaths. Screens ask through change requests instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import (
    Death,
    FormerName,
    Household,
    Identifier,
    Kin,
    Level,
    Membership,
    Person,
    Residence,
)
from anmin.kernel.people.queries import in_force
from anmin.kernel.people.tokens import normal_number, tokens_of
from anmin.lib.names import parse_name

DAY = timedelta(days=1)


class RegisterProblem(ValueError):
    """The register cannot hold this; `code` is stable, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """What is known of a person when the record is made. `numbers` are pairs of kind and number."""

    name: str
    division: str
    sex: int = 0
    birth_day: date | None = None
    phone: str = ""
    hukou_division: str = ""
    hukou_kind: str = ""
    settlement: int = 0
    nation: str = ""
    level: int = Level.INTERNAL
    numbers: tuple[tuple[str, str], ...] = ()
    former_names: tuple[str, ...] = ()
    source: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def add_person(*, by: Any, entry: Entry) -> Person:
    """Make a record of a person.

    Raises:
        RegisterProblem: `number_taken`, when an identifier already belongs to somebody.
        NameProblem: when the name cannot be one.
    """
    row = Person(
        name=parse_name(entry.name),
        division=entry.division,
        sex=entry.sex,
        birth_day=entry.birth_day,
        phone=entry.phone,
        hukou_division=entry.hukou_division,
        hukou_kind=entry.hukou_kind,
        settlement=entry.settlement,
        nation=entry.nation,
        level=entry.level,
    )
    row.save()
    for kind, number in entry.numbers:
        _add_number(row, kind, number, entry.source, None)
    for name in entry.former_names:
        FormerName(person=row, name=parse_name(name)).save()
    refresh_tokens(row)
    audit.record(by=by, act="people.add", subject=row, after={"source": entry.source}, division=row.division)
    return row


@transaction.atomic
def add_number(
    *, by: Any, person: Person, kind: str, number: str, source: str = "", first_day: date | None = None
) -> Identifier:
    """Add an identifier; the one of the same kind that was in force ends the day before and is kept."""
    if first_day is not None and kind not in (Identifier.Kind.BANK, Identifier.Kind.OTHER):
        for old in person.identifiers.filter(kind=kind, last_day__isnull=True):
            old.last_day = max(first_day - DAY, old.first_day or first_day - DAY)
            old.save(update_fields=["last_day"])
    row = _add_number(person, kind, number, source, first_day)
    refresh_tokens(person)
    audit.record(
        by=by, act="people.add_number", subject=person, after={"kind": kind}, division=person.division
    )
    return row


def _add_number(person: Person, kind: str, number: str, source: str, first_day: date | None) -> Identifier:
    bare = normal_number(number)
    row = Identifier(
        person=person,
        kind=kind,
        value=bare,
        blind=blind_index(kind, bare),
        source=source,
        first_day=first_day,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as trouble:
        if "identifier_of_one_person" not in str(trouble):
            raise
        raise RegisterProblem(
            "number_taken",
            _(
                "这个%(kind)s号码已经登记在另一个人名下；请先核对是不是同一个人，是则申请合并，不是则更正其中一个"
            )
            % {"kind": Identifier.Kind(kind).label},
        ) from trouble
    return row


@transaction.atomic
def end_number(*, by: Any, identifier: Identifier, last_day: date) -> Identifier:
    """Let an identifier be in force up to a day; it stays in the record.

    Raises:
        RegisterProblem: `ended` when it ended already, `ends_before_it_begins`.
    """
    if identifier.last_day is not None:
        raise RegisterProblem("ended", _("这个号码已经停用了，请刷新页面"))
    if identifier.first_day is not None and last_day < identifier.first_day:
        raise RegisterProblem("ends_before_it_begins", _("停用的日子早于启用的日子，请核对日期"))
    identifier.last_day = last_day
    identifier.save(update_fields=["last_day"])
    audit.record(
        by=by,
        act="people.end_number",
        subject=identifier.person,
        after={"kind": identifier.kind, "last_day": last_day},
        division=identifier.person.division,
    )
    return identifier


def refresh_tokens(person: Person) -> None:
    """Make the search tokens anew from everything the person is known by."""
    person.tokens = tokens_of(
        [person.name, *(row.name for row in person.former_names.all())],
        [row.value for row in person.identifiers.all() if row.kind != Identifier.Kind.BANK],
        [person.phone],
        [row.household.number for row in person.memberships.select_related("household")],
    )
    person.save(update_fields=["tokens"])


@transaction.atomic
def add_household(
    *, by: Any, number: str, division: str, first_day: date, address: str = "", settlement: int = 0
) -> Household:
    """Make a record of a household."""
    row = Household(
        number=number, division=division, address=address, settlement=settlement, first_day=first_day
    )
    row.save()
    audit.record(by=by, act="people.add_household", subject=row, division=division)
    return row


@transaction.atomic
def add_member(
    *,
    by: Any,
    household: Household,
    person: Person,
    relation: int,
    first_day: date,
    is_head: bool = False,
    is_double: bool = False,
    cause: str = "",
) -> Membership:
    """Let a person belong to a household from a day on.

    Raises:
        RegisterProblem: `in_another_household` or `two_heads`.
    """
    try:
        with transaction.atomic():
            row = Membership.objects.create(
                household=household,
                person=person,
                relation=relation,
                is_head=is_head,
                is_double=is_double,
                first_day=first_day,
                cause=cause,
            )
    except IntegrityError as trouble:
        if "person_in_one_household_a_day" in str(trouble):
            raise RegisterProblem(
                "in_another_household",
                _("这个人在这一天已经是另一户的成员；请先办理离开原家庭，或标为重复登记待核"),
            ) from trouble
        if "household_has_one_head_a_day" in str(trouble):
            raise RegisterProblem("two_heads", _("这一户在这一天已经有户主；请先办理变更户主")) from trouble
        raise
    refresh_tokens(person)
    audit.record(
        by=by,
        act="people.add_member",
        subject=household,
        after={"person": person.pk, "relation": relation, "first_day": first_day},
        division=household.division,
    )
    return row


@transaction.atomic
def end_membership(*, by: Any, membership: Membership, last_day: date, cause: str) -> Membership:
    """Let a person belong to a household up to a day; a membership that would never have begun is refused."""
    if last_day < membership.first_day:
        raise RegisterProblem("ends_before_it_begins", _("离开的日子早于加入的日子，请核对日期"))
    membership.last_day, membership.cause = last_day, cause
    membership.save(update_fields=["last_day", "cause"])
    audit.record(
        by=by,
        act="people.end_membership",
        subject=membership.household,
        after={"person": membership.person_id, "last_day": last_day, "cause": cause},
        division=membership.household.division,
    )
    return membership


@transaction.atomic
def tie(
    *, by: Any, person: Person, other: Person, kind: str, first_day: date | None = None, source: str = ""
) -> Kin:
    """Write down that `person` is the `kind` of `other`, once."""
    found = Kin.objects.filter(person=person, other=other, kind=kind, last_day__isnull=True).first()
    if found is not None:
        return found
    row = Kin.objects.create(person=person, other=other, kind=kind, first_day=first_day, source=source)
    audit.record(
        by=by,
        act="people.tie",
        subject=person,
        after={"other": other.pk, "kind": kind},
        division=person.division,
    )
    return row


@transaction.atomic
def end_tie(*, by: Any, tie: Kin, last_day: date) -> Kin:
    """Let a tie hold up to a day; it stays in the record.

    Raises:
        RegisterProblem: `ended` when it ended already, `ends_before_it_begins`.
    """
    if tie.last_day is not None:
        raise RegisterProblem("ended", _("这项关系已经终止了，请刷新页面"))
    if tie.first_day is not None and last_day < tie.first_day:
        raise RegisterProblem("ends_before_it_begins", _("终止的日子早于开始的日子，请核对日期"))
    tie.last_day = last_day
    tie.save(update_fields=["last_day"])
    audit.record(
        by=by,
        act="people.end_tie",
        subject=tie.person,
        after={"other": tie.other_id, "kind": tie.kind, "last_day": last_day},
        division=tie.person.division,
    )
    return tie


@transaction.atomic
def add_residence(
    *, by: Any, person: Person, division: str, first_day: date, last_day: date | None, source: str
) -> Residence:
    """Write down a residence permit (居住证)."""
    row = Residence.objects.create(
        person=person, division=division, first_day=first_day, last_day=last_day, source=source
    )
    audit.record(
        by=by,
        act="people.add_residence",
        subject=person,
        after={"place": division},
        division=person.division,
    )
    return row


@transaction.atomic
def record_death(*, by: Any, person: Person, source: str, day: date, is_trusted: bool = True) -> Death:
    """Write down a source's word that somebody died; the earliest trusted day becomes the person's.

    Nothing is stopped or recovered here: that is for a person to decide.
    """
    row, _new = Death.objects.update_or_create(
        person=person, source=source, defaults={"day": day, "is_trusted": is_trusted}
    )
    trusted = person.deaths.filter(is_trusted=True).order_by("day").first()
    person.died_on = trusted.day if trusted else None
    person.save(update_fields=["died_on"])
    audit.record(
        by=by,
        act="people.record_death",
        subject=person,
        after={"source": source, "day": day, "counts": person.died_on},
        division=person.division,
    )
    return row


@transaction.atomic
def set_level(*, by: Any, person: Person, level: int, reason: str) -> Person:
    """Hold a record more or less closely, for instance a child under protection."""
    before = person.level
    person.level = level
    person.save(update_fields=["level"])
    audit.record(
        by=by,
        act="people.set_level",
        subject=person,
        before={"level": before},
        after={"level": level},
        reason=reason,
        division=person.division,
    )
    return person


def heads_on(household: Household, on: date) -> Iterable[Membership]:
    """The head of a household on a day."""
    return Membership.objects.filter(in_force(on), household=household, is_head=True)
