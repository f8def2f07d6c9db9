"""Take in what departments say and what was seen at home, and say what counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.parties import powers_in
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.evidence import best_of, is_disputed, sides_of
from anmin.kernel.cases.verification.models import CaseFact
from anmin.kernel.exchange.checks.models import CheckAnswer, CheckOrder
from anmin.kernel.exchange.checks.queries import check_sources
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError
from anmin.policy.facts import value_of
from anmin.policy.rules import Level

SHORTEST_REASON = 5
"""Characters: fewer explain nothing to whoever looks at the case later."""
ADOPT = frozenset({"case.opine", "case.confirm", "case.confirm_in_town", "case.accept"})


OPINION = frozenset({"opine", "propose"})


class VerificationProblem(ValueError):
    """A value cannot be written or adopted so; the message says why and what to do."""


@dataclass(frozen=True)
class Said:
    """One value that somebody states: of a member (register key) or, without one, of the household. `value` as rules see it."""

    name: str
    value: int
    person: int | None = None


def read_written(name: str, written: Any) -> int:
    """A value as people write it (yuan, 2024-03-01, code names) as the rules see it; raises PolicyError."""
    fact = rulebook().facts[name]
    return value_of(fact.kind, fact.codes, written, fact.title)


@transaction.atomic
def declare(*, by: Any, case: Case, said: Iterable[Said]) -> int:
    """Write down what the applicant declares (申报); an adopted value that no longer agrees is open again."""
    rows = [(one, _fact_row(case, one)) for one in said]
    for one, row in rows:
        row.declared = one.value
        _save(row)
    _record(by, case, "declare", {"facts": len(rows)})
    return len(rows)


@transaction.atomic
def state_checked(*, by: Any, case: Case, said: Iterable[Said], source: str, as_of: date, on: date) -> int:
    """Write down what a department says (核对结果), with its source and the day it holds for."""
    if as_of > on:
        raise VerificationProblem(_("数据日期不能晚于今天，请按答复上的日期填写"))
    rows = [(one, _fact_row(case, one)) for one in said]
    for one, row in rows:
        newest = (row.checked_on, row.checked_source)
        if row.checked_on is None or newest <= (as_of, source[:100]):  # the order of arrival must not matter
            row.checked, row.checked_source, row.checked_on = one.value, source[:100], as_of
            _save(row)
    _record(by, case, "state_checked", {"source": source, "as_of": as_of, "facts": len(rows)})
    return len(rows)


@transaction.atomic
def take_in_check(*, by: Any, case: Case, order: CheckOrder, on: date, seen: int) -> Step:
    """Take the report of a finished check into the matrix and note the step (记录核对结果).

    Raises:
        VerificationProblem: when the report is not finished, is no longer valid, or is of another household.
    """
    if order.household_id != case.household_id:
        raise VerificationProblem(_("这份核对报告不是这一户的"))
    if order.state != CheckOrder.State.DONE:
        raise VerificationProblem(_("核对还没有出报告，请等各来源答复后再办"))
    if order.valid_until is not None and order.valid_until < on:
        raise VerificationProblem(
            _("这份报告到 %(day)s 已过有效期，请重新发起核对") % {"day": order.valid_until}
        )
    sources = check_sources()
    members = set(case.members.values_list("person_id", flat=True))
    for answer in order.answers.exclude(state=CheckAnswer.State.WAITING).order_by("source"):
        title = sources[answer.source].department if answer.source in sources else answer.source
        said = [one for row in answer.lines.get("rows", []) for one in _said_in(row, members)]
        if said and answer.as_of is not None:
            state_checked(by=by, case=case, said=said, source=title, as_of=answer.as_of, on=on)
    return take_step(by=by, case=case, action="record_check", on=on, seen=seen, details={"order": order.pk})


def _said_in(row: Mapping[str, Any], members: set[int]) -> list[Said]:
    facts = rulebook().facts
    person = row.get("person")
    found = []
    for name, value in row.items():
        fact = facts.get(name)
        if fact is None or isinstance(value, str | dict | list) or value is None:
            continue
        if fact.level is Level.HOUSEHOLD:
            found.append(Said(name, int(value)))
        elif person in members:
            found.append(Said(name, int(value), person))
    return found


@transaction.atomic
def record_survey(
    *,
    by: Any,
    beside: User,
    case: Case,
    said: Iterable[Said],
    on: date,
    seen: int,
    present: int | None = None,
    remark: str = "",
) -> Step:
    """Write down what two people saw at home (入户调查). `present` is the member of the family who was there."""
    user = user_of(by)
    rows = [(one, _fact_row(case, one)) for one in said]
    step = take_step(
        by=by,
        case=case,
        action="record_survey",
        on=on,
        seen=seen,
        beside=beside,
        reason=remark,
        details={"facts": len(rows), "present": present},
    )
    for one, row in rows:
        row.seen, row.seen_on, row.seen_by = one.value, on, user
        _save(row)
    return step


INDICATORS = {
    "eat": "自主吃饭",
    "dress": "自主穿衣",
    "bed": "自主上下床",
    "toilet": "自主如厕",
    "walk": "室内自主行走",
    "bathe": "自主洗澡",
}
"""The six indicators of self-care by key, as forms call them (民发〔2021〕43号 §20)."""


@transaction.atomic
def record_assessment(
    *, by: Any, beside: User, case: Case, person: int, met: Mapping[str, bool], on: date, seen: int
) -> Step:
    """Write down a self-care assessment by two (自理能力评估): which of the six indicators are met.

    Raises:
        VerificationProblem: unless all six are answered.
    """
    if set(met) != set(INDICATORS):
        raise VerificationProblem(_("六项指标要全部评估：吃饭、穿衣、上下床、如厕、室内行走、洗澡"))
    unmet = sum(not value for value in met.values())
    step = take_step(
        by=by,
        case=case,
        action="record_assessment",
        on=on,
        seen=seen,
        beside=beside,
        details={"person": person, "met": {name: bool(met[name]) for name in INDICATORS}, "unmet": unmet},
    )
    row = _fact_row(case, Said("self_care_unmet", unmet, person))
    row.seen, row.seen_on, row.seen_by = unmet, on, user_of(by)
    _save(row)
    return step


@transaction.atomic
def adopt(
    *,
    by: Any,
    case: Case,
    name: str,
    basis: str,
    on: date,
    person: int | None = None,
    value: int | None = None,
    reason: str = "",
) -> CaseFact:
    """Say which value counts (认定). A value other than the best-evidenced one, or nobody's, needs a reason of 5 characters.

    Raises:
        StepRefused: when the taker has no part in judging facts there.
        VerificationProblem: without a value on that side, or without the reason that is due.
    """
    _may_adopt(by, case, on)
    row = _fact_row(case, Said(name, 0, person))
    sides = {side.basis: side.value for side in sides_of(row)}
    if basis == CaseFact.Basis.JUDGED:
        if value is None:
            raise VerificationProblem(_("据实认定要写出认定的数值"))
        chosen = value
    elif basis in sides:
        chosen = sides[basis]
    else:
        raise VerificationProblem(_("这一方没有填过这一项，不能采用；请选有数值的一方，或据实认定并写明理由"))
    best = best_of(row)
    if (best is None or chosen != best.value) and len(reason.strip()) < SHORTEST_REASON:
        raise VerificationProblem(
            _("没有采用证据最强的一方，请写明理由，至少 %(n)d 个字") % {"n": SHORTEST_REASON}
        )
    before = row.adopted
    row.adopted, row.basis, row.reason, row.adopted_by = chosen, basis, reason.strip(), user_of(by)
    row.adopted_at = timezone.now()
    row.save()
    _record(by, case, "adopt", {"name": name, "person": person, "basis": basis, "from": before, "to": chosen})
    return row


@transaction.atomic
def adopt_undisputed(*, by: Any, case: Case, on: date) -> int:
    """Adopt at once everything on which nobody differs (无不一致的一并认定); what is disputed stays open."""
    _may_adopt(by, case, on)
    count = 0
    for row in case.facts.select_for_update().filter(adopted__isnull=True):
        best = best_of(row)
        if best is None or is_disputed(row):
            continue
        row.adopted, row.basis, row.adopted_by = best.value, best.basis, user_of(by)
        row.adopted_at = timezone.now()
        row.save()
        count += 1
    _record(by, case, "adopt_undisputed", {"facts": count})
    return count


def _may_adopt(by: Any, case: Case, on: date) -> None:
    powers = powers_in(by, case.division, on)
    # Where others than the usual offices form the opinion, as in cases of children, they say what counts.
    opinion = {
        power for step in procedure_of(case).transitions if step.action in OPINION for power in step.who
    }
    if powers is not None and not powers & (ADOPT | opinion):
        raise StepRefused([Obstacle("no_power", _("认定由经办、审核人员办理，您的岗位没有这项权限"))])
    if case.closed_on is not None:
        raise VerificationProblem(_("本件已办结，认定不能再改"))


def _fact_row(case: Case, one: Said) -> CaseFact:
    fact = rulebook().facts.get(one.name)
    if fact is None or (fact.level is Level.PERSON) != (one.person is not None):
        raise PolicyError(
            "fact", what=f"没有事实“{one.name}”，或没有指明是谁的", where=case.number, todo="按事实目录填写"
        )
    of_whom = Q(person__isnull=True) if one.person is None else Q(person_id=one.person)
    found = case.facts.select_for_update(of=("self",)).filter(of_whom, name=one.name).first()
    return found or CaseFact(case=case, person_id=one.person, name=one.name)


def _save(row: CaseFact) -> None:
    """What was adopted before a new value came is open again when the sides now differ from it."""
    best = best_of(row)
    if row.adopted is not None and row.basis != CaseFact.Basis.JUDGED and best is not None:
        sides = {side.basis: side.value for side in sides_of(row)}
        if sides.get(row.basis) != row.adopted or best.value != row.adopted:
            row.adopted, row.basis, row.reason, row.adopted_by, row.adopted_at = None, "", "", None, None
    row.save()


def _record(by: Any, case: Case, act: str, after: dict[str, Any]) -> None:
    audit.record(by=signature(by), act=f"cases.{act}", subject=case, after=after, division=case.division)
