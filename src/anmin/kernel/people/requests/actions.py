"""Ask for a change, decide it, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.merging.actions import merge
from anmin.kernel.people.models import ChangeRequest, FormerName, Household, Membership, Person
from anmin.kernel.people.queries import in_force, membership_on
from anmin.kernel.people.register import actions as register
from anmin.kernel.people.register.actions import Entry, RegisterProblem
from anmin.kernel.people.requests.conflicts import conflicts
from anmin.lib.names import parse_name
from anmin.policy.codes import Relation

Kind, State = ChangeRequest.Kind, ChangeRequest.State
DAY = timedelta(days=1)
CORRECTABLE = {"name", "phone", "sex", "birth_day", "hukou_division", "hukou_kind", "settlement", "nation"}


class ChangeRefused(ValueError):
    """A change cannot be made; `found` are codes and sentences, each saying what to do."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__("；".join(words for _code, words in found))
        self.found = found


def ask(
    *,
    by: User,
    kind: str,
    on: date,
    division: str,
    person: Person | None = None,
    household: Household | None = None,
    payload: Mapping[str, Any] | None = None,
    evidence: str = "",
) -> ChangeRequest:
    """Ask for a change. It is checked at once, so that nobody waits for what cannot be done.

    Raises:
        ChangeRefused: with everything that speaks against it; the attempt stands in the book of acts.
    """
    values = dict(payload or {})
    found = conflicts(kind, on, values, person, household)
    if not evidence.strip():
        found.append(("no_evidence", _("请写明依据：看过什么材料、谁提供的")))
    if person is not None and person.change_requests.filter(kind=kind, state=State.OPEN).exists():
        found.append(("already_asked", _("这个人已有一件同样的申请在等审核，请先办完那一件")))
    if found:
        _note_refusal(by, kind, person, household, found)
        raise ChangeRefused(found)
    return _kept(by, kind, on, division, person, household, values, evidence)


@transaction.atomic
def _note_refusal(
    by: User, kind: str, person: Person | None, household: Household | None, found: list[tuple[str, str]]
) -> None:
    audit.record(
        by=by,
        act=f"people.ask_{kind}.refused",
        subject=person or household or "",
        after={"codes": [c for c, _w in found]},
    )


@transaction.atomic
def _kept(
    by: User,
    kind: str,
    on: date,
    division: str,
    person: Person | None,
    household: Household | None,
    values: dict[str, Any],
    evidence: str,
) -> ChangeRequest:
    row = ChangeRequest(
        kind=kind,
        person=person,
        household=household,
        division=division,
        level=max(person.level if person else 1, household.level if household else 1),
        on=on,
        payload=values,
        evidence=evidence,
        asked_by=by,
    )
    row.save()
    audit.record(by=by, act=f"people.ask_{kind}", subject=row, division=division)
    return row


@transaction.atomic
def accept(*, by: User, request: ChangeRequest, answer: str = "") -> ChangeRequest:
    """Carry a change out. Whoever asked does not decide.

    Raises:
        ChangeRefused: when it was decided already, by the wrong person, or something speaks against it by now.
    """
    row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    _check_decider(row, by)
    if found := conflicts(row.kind, row.on, row.payload, row.person, row.household):
        raise ChangeRefused(found)
    try:
        with transaction.atomic():
            _CARRY_OUT[Kind(row.kind)](by, row)
    except RegisterProblem as trouble:
        raise ChangeRefused([(trouble.code, str(trouble))]) from trouble
    return _decided(row, by, State.DONE, answer)


@transaction.atomic
def refuse(*, by: User, request: ChangeRequest, answer: str) -> ChangeRequest:
    """Do not make a change, and say why."""
    row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    _check_decider(row, by)
    if not answer.strip():
        raise ChangeRefused([("no_reason", _("请写明不予办理的理由"))])
    return _decided(row, by, State.REFUSED, answer)


@transaction.atomic
def withdraw(*, by: User, request: ChangeRequest) -> ChangeRequest:
    """Take one's own request back while nobody has decided it."""
    row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if row.state != State.OPEN or row.asked_by_id != by.pk:
        raise ChangeRefused([("not_yours", _("只能撤回自己提出、还没有审核的申请"))])
    return _decided(row, by, State.WITHDRAWN, "")


def _check_decider(row: ChangeRequest, by: User) -> None:
    if row.state != State.OPEN:
        raise ChangeRefused([("decided", _("这件申请已经办过了，请刷新页面"))])
    if row.asked_by_id == by.pk:
        raise ChangeRefused([("same_person", _("自己提出的申请须由另一人审核"))])


def _decided(row: ChangeRequest, by: User, state: str, answer: str) -> ChangeRequest:
    row.state, row.decided_by, row.decided_at, row.answer = state, by, timezone.now(), answer
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    audit.record(by=by, act=f"people.{row.kind}.{state}", subject=row, reason=answer, division=row.division)
    return row


def _join(by: User, row: ChangeRequest) -> None:
    assert row.person is not None and row.household is not None
    relation = int(row.payload.get("relation", Relation.OTHER))
    first = not Membership.objects.filter(in_force(row.on), household=row.household).exists()
    register.add_member(
        by=by,
        household=row.household,
        person=row.person,
        relation=relation,
        first_day=row.on,
        is_head=first,
        cause="join",
    )
    _live_at(row.person, row.household.division)


def _leave(by: User, row: ChangeRequest) -> None:
    assert row.person is not None
    here = membership_on(row.person, row.on)
    assert here is not None
    register.end_membership(by=by, membership=here, last_day=row.on, cause="leave")
    _end_when_empty(here.household, row.on)


def _split(by: User, row: ChangeRequest) -> None:
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
    for key in payload["members"]:
        person = Person.objects.get(pk=key)
        here = membership_on(person, row.on)
        assert here is not None
        register.end_membership(by=by, membership=here, last_day=row.on - DAY, cause="split")
        register.add_member(
            by=by,
            household=new,
            person=person,
            relation=int(Relation.HEAD) if person.pk == head else here.relation,
            first_day=row.on,
            is_head=person.pk == head,
            cause="split",
        )
        _live_at(person, new.division)


def _head(by: User, row: ChangeRequest) -> None:
    """The old head's membership ends the day before and goes on as an ordinary one, and the new head's likewise."""
    assert row.person is not None and row.household is not None
    new = membership_on(row.person, row.on)
    assert new is not None
    for here in register.heads_on(row.household, row.on):
        _go_on(by, here, row.on, is_head=False, relation=int(row.payload.get("old_relation", Relation.OTHER)))
    _go_on(by, new, row.on, is_head=True, relation=int(Relation.HEAD))


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


def _move(by: User, row: ChangeRequest) -> None:
    payload = row.payload
    if row.household is not None:
        row.household.division = payload["division"]
        row.household.address = payload.get("address", row.household.address)
        row.household.version += 1
        row.household.save()
        for member in Membership.objects.filter(in_force(row.on), household=row.household):
            _live_at(member.person, payload["division"])
    elif row.person is not None:
        _live_at(row.person, payload["division"])


def _correct(by: User, row: ChangeRequest) -> None:
    person = row.person
    assert person is not None
    before = person.name
    for name, value in row.payload.items():
        if name not in CORRECTABLE:
            raise RegisterProblem("not_correctable", _("“%(field)s”不能通过更正修改") % {"field": name})
        if name == "name":
            value = parse_name(value)
        if name == "birth_day":
            value = date.fromisoformat(value) if value else None
        setattr(person, name, value)
    person.version += 1
    person.save()
    if person.name != before:
        FormerName(person=person, name=before, last_day=row.on - DAY).save()
    register.refresh_tokens(person)


def _merge(by: User, row: ChangeRequest) -> None:
    assert row.person is not None
    gone = Person.objects.get(pk=row.payload["gone"])
    merge(by=by, kept=row.person, gone=gone, on=row.on, reason=row.evidence[:200])


def _die(by: User, row: ChangeRequest) -> None:
    assert row.person is not None
    source = row.payload.get("source", "family")
    register.record_death(by=by, person=row.person, source=source, day=row.on)
    here = membership_on(row.person, row.on)
    if here is not None:
        others = Membership.objects.filter(in_force(row.on), household=here.household).exclude(pk=here.pk)
        register.end_membership(by=by, membership=here, last_day=row.on, cause="die")
        if here.is_head and (heir := others.order_by("relation", "pk").first()) is not None:
            _go_on(by, heir, row.on + DAY, is_head=True, relation=int(Relation.HEAD))
        _end_when_empty(here.household, row.on)


def _birth(by: User, row: ChangeRequest) -> None:
    payload, home = row.payload, row.household
    assert home is not None
    child = register.add_person(
        by=by,
        entry=Entry(
            name=payload["name"],
            division=home.division,
            sex=int(payload.get("sex", 0)),
            birth_day=row.on,
            settlement=home.settlement,
            source="birth",
            numbers=(("birth", payload["number"]),) if payload.get("number") else (),
        ),
    )
    register.add_member(
        by=by,
        household=home,
        person=child,
        relation=int(payload.get("relation", Relation.CHILD)),
        first_day=row.on,
        cause="birth",
    )


def _live_at(person: Person, division: str) -> None:
    if person.division != division:
        person.division = division
        person.version += 1
        person.save(update_fields=["division", "version"])


def _end_when_empty(home: Household, on: date) -> None:
    if not Membership.objects.filter(in_force(on + DAY), household=home).exists():
        home.last_day = on
        home.save(update_fields=["last_day"])


_CARRY_OUT = {
    Kind.BIRTH: _birth,
    Kind.JOIN: _join,
    Kind.LEAVE: _leave,
    Kind.SPLIT: _split,
    Kind.HEAD: _head,
    Kind.MOVE: _move,
    Kind.CORRECT: _correct,
    Kind.MERGE: _merge,
    Kind.DIE: _die,
}
