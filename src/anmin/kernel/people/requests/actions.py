"""Ask for a change, decide it, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.models import SEVERAL, ChangeRequest, Household, Person
from anmin.kernel.people.register.actions import RegisterProblem
from anmin.kernel.people.requests.conflicts import conflicts
from anmin.kernel.people.requests.differences import before_of
from anmin.kernel.people.requests.of_households import actions as households
from anmin.kernel.people.requests.of_persons import actions as persons

Kind, State = ChangeRequest.Kind, ChangeRequest.State


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
    if (
        person is not None
        and kind not in SEVERAL
        and person.change_requests.filter(kind=kind, state=State.OPEN).exists()
    ):
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
    row.before = before_of(row)
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
    row.before = before_of(row)
    try:
        with transaction.atomic():
            _CARRY_OUT[Kind(row.kind)](by=by, row=row)
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
    row.save(update_fields=["state", "decided_by", "decided_at", "answer", "before", "person", "household"])
    audit.record(
        by=by,
        act=f"people.{row.kind}.{state}",
        subject=row,
        reason=answer,
        division=row.division,
        about=[row.person.name if row.person else "", *_names_given(row)],
    )
    return row


def _names_given(row: ChangeRequest) -> list[str]:
    return [value for key, value in row.payload.items() if key.endswith("name") and isinstance(value, str)]


_CARRY_OUT = {
    Kind.ENTER: persons.enter,
    Kind.HOME: households.home,
    Kind.BIRTH: households.birth,
    Kind.JOIN: households.join,
    Kind.LEAVE: households.leave,
    Kind.SPLIT: households.split,
    Kind.HEAD: households.head,
    Kind.MOVE: households.move,
    Kind.CORRECT: persons.correct,
    Kind.HUKOU: persons.hukou,
    Kind.NUMBER: persons.number,
    Kind.NUMBER_END: persons.number_end,
    Kind.FORMER: persons.former,
    Kind.TIE: persons.tie,
    Kind.UNTIE: persons.untie,
    Kind.RESIDE: persons.reside,
    Kind.MERGE: persons.merge,
    Kind.UNMERGE: persons.unmerge,
    Kind.DIE: households.die,
    Kind.UNDIE: persons.undie,
}
