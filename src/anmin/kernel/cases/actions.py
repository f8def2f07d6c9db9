"""Open a case, take a step in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases import clocks as running
from anmin.kernel.cases.guards import Obstacle, obstacles
from anmin.kernel.cases.models import AllowedStep, Case, CaseClock, ProcedureVersion, Step
from anmin.kernel.cases.procedures import Procedure, Transition
from anmin.kernel.cases.queries import (
    as_clock,
    attempt_of,
    clocks_of,
    declared_as_data,
    procedure_of,
    steps_taken,
)
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.law.clocks import Unit, last_day_of_publicity
from anmin.kernel.people.queries import names_in
from anmin.lib.calendar import WorkCalendar, load_calendar

TOLD = ("points", "missing", "facts", "present", "said")
"""Details that hold words about people or their values: they are sealed, and `details` keeps only how many there are."""


class StepRefused(Exception):
    """A step cannot be taken; `obstacles` say why, in words for people."""

    def __init__(self, found: list[Obstacle]) -> None:
        super().__init__("；".join(row.words for row in found))
        self.obstacles = found


class StaleCase(Exception):
    """The case moved on since the page was opened; `steps` are what happened meanwhile."""

    def __init__(self, steps: list[Step]) -> None:
        super().__init__(_("这件办件在您打开页面后有了新进展，请看过再办"))
        self.steps = steps


@dataclass(frozen=True)
class Opening:
    """What a new case begins with.

    `token` is the form's own number: the same form sent twice is one case. `entitlement` is what a review, a change or
    a recovery is about.
    """

    number: str
    division: str
    household_id: int
    applicant_id: int
    channel: str
    token: str | None = None
    causes: tuple[str, ...] = ()
    follows: Case | None = None
    entitlement: Entitlement | None = None
    level: int = 1


@transaction.atomic
def keep_procedure(*, by: Any, procedure: Procedure) -> ProcedureVersion:
    """Write a procedure down as it is today, once; cases opened under it refer to this row for ever."""
    found = ProcedureVersion.objects.filter(version=procedure.version).first()
    if found is not None:
        return found
    row = ProcedureVersion.objects.create(
        version=procedure.version,
        matter=procedure.matter,
        title=procedure.title,
        initial=procedure.initial,
        declared=declared_as_data(procedure),
    )
    AllowedStep.objects.bulk_create(
        AllowedStep(
            procedure=row,
            from_state=state,
            action=step.action,
            to_state=step.target,
            after=list(step.after),
            since=list(step.since),
            other_than=list(step.other_than),
            not_before=step.not_before,
            after_cause=dict(step.when),
            publicity=step.publicity,
            needs_second=step.second,
            needs_person=step.needs_person,
            needs_reason=step.reason,
            needs_decision=step.decides,
        )
        for step in procedure.transitions
        for state in step.sources
    )
    after = {"version": row.version, "law": procedure.law}
    audit.record(by=signature(by), act="cases.keep_procedure", subject=row, after=after)
    return row


@transaction.atomic
def open_case(*, by: Any, procedure: Procedure, opening: Opening, on: date, form: Mapping[str, Any]) -> Case:
    """Open a case under a procedure; the same form token a second time gives back the case it made."""
    if opening.token and (known := Case.objects.filter(token=opening.token).first()):
        return known
    case = Case.objects.create(
        number=opening.number,
        matter=procedure.matter,
        procedure=keep_procedure(by=by, procedure=procedure),
        division=opening.division,
        level=max(opening.level, int(procedure.terms.get("level", 0))),
        household_id=opening.household_id,
        applicant_id=opening.applicant_id,
        state=procedure.initial,
        channel=opening.channel,
        causes=list(opening.causes),
        opened_on=on,
        opened_by=user_of(by),
        form=dict(form),
        token=opening.token,
        follows=opening.follows,
        entitlement=opening.entitlement,
    )
    audit.record(
        by=signature(by),
        act="cases.open",
        subject=case,
        after={"matter": case.matter, "channel": case.channel},
        division=case.division,
    )
    return case


@transaction.atomic
def take_step(
    *,
    by: Any,
    case: Case,
    action: str,
    on: date,
    seen: int,
    beside: User | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    decision: Decision | None = None,
    calendar: WorkCalendar | None = None,
) -> Step:
    """Take a step. `seen` is the number of the last step the taker had before their eyes.

    Raises:
        StaleCase: when somebody took a step since.
        StepRefused: when something stands in the way; nothing is written then.
    """
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    if row.last_step != seen:
        raise StaleCase(list(row.steps.filter(number__gt=seen).order_by("number")))
    procedure = procedure_of(row)
    person = user_of(by)
    attempt = attempt_of(
        row, by=by, action=action, on=on, beside=beside, reason=reason, has_decision=decision is not None
    )
    if details and "publicity" in details and not action.startswith("opine"):
        raise ValueError("only an opinion says whether publicity is due")
    told = (
        {name: details[name] for name in TOLD if isinstance((details or {}).get(name), list)}
        if details
        else {}
    )
    found = obstacles(procedure, row.state, attempt, steps_taken(row), clocks_of(row))
    if found or (found := _wrong_decision(row, decision, person, on)):
        raise StepRefused(found)
    way = procedure.step(row.state, action)
    assert way is not None
    step = Step.objects.create(
        case=row,
        number=seen + 1,
        action=action,
        from_state=row.state,
        to_state=way.target,
        on=on,
        by=person,
        beside=beside,
        by_name=str(signature(by))[:150],
        reason=reason.strip(),
        details={**(details or {}), **{name: len(value) for name, value in told.items()}},
        told=told,
        decision=decision,
    )
    _move_clocks(row, procedure, way, on, calendar or load_calendar(on_unknown="provisional"))
    row.refresh_from_db()
    row.due = min((clock.due for clock in clocks_of(row).values() if clock.is_running), default=None)
    row.closed_on = on if procedure.states[way.target].is_end else None
    row.save(update_fields=["due", "closed_on"])
    audit.record(
        by=signature(by),
        act=f"cases.{action}",
        subject=row,
        before={"state": step.from_state},
        after={"state": step.to_state},
        reason=reason,
        about=names_in(row.household) if reason else (),
        division=row.division,
    )
    return step


@transaction.atomic
def add_cause(*, by: Any, case: Case, cause: str, reason: str) -> Case:
    """Note a special cause (特殊情形), which gives the clocks that know it their longer limit."""
    row = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    if cause in row.causes:
        return row
    row.causes = [*row.causes, cause]
    row.save(update_fields=["causes"])
    procedure, calendar = procedure_of(row), load_calendar(on_unknown="provisional")
    for stored in row.clocks.filter(stopped_on__isnull=True):
        number = procedure.limit(stored.key).days_for(row.causes)
        if number > stored.number:
            _store(stored, running.extend(as_clock(stored), number, calendar))
    audit.record(
        by=signature(by),
        act="cases.add_cause",
        subject=row,
        after={"cause": cause},
        reason=reason,
        about=names_in(row.household),
        division=row.division,
    )
    return row


@transaction.atomic
def assign(*, by: Any, case: Case, handler: User | None) -> Case:
    """Give a case to somebody, or put it back on the common table (分派)."""
    row = Case.objects.select_for_update().get(pk=case.pk)
    before, row.handler = row.handler_id, handler
    row.save(update_fields=["handler"])
    audit.record(
        by=signature(by),
        act="cases.assign",
        subject=row,
        before={"handler": before},
        after={"handler": row.handler_id},
        division=row.division,
    )
    return row


def _wrong_decision(case: Case, decision: Decision | None, person: User | None, on: date) -> list[Obstacle]:
    """A decision of another case or of somebody else, or a grant shown in public that was not shown in full."""
    if decision is None:
        return []
    if decision.case_number != case.number or person is None or decision.decided_by_id != person.pk:
        return [Obstacle("foreign_decision", _("决定不属于本件，或不是办理人本人作出的"))]
    shown = case.publicities.filter(withdrawn_on__isnull=True, last_day__lt=on)
    if decision.outcome == Decision.Outcome.GRANT and decision.is_public and not shown.exists():
        return [Obstacle("not_public", _("这项待遇须先公示，公示期满后才能确认"))]
    return []


def _move_clocks(case: Case, procedure: Procedure, way: Transition, on: date, calendar: WorkCalendar) -> None:
    """Stop, pause, go on and start, in this order: a step may end one round of a clock and begin the next."""
    for stored in case.clocks.filter(stopped_on__isnull=True):
        clock = as_clock(stored)
        if stored.key in way.stops:
            clock = running.stop(clock, on)
        if stored.key in way.pauses:
            clock = running.pause(clock, on, calendar)
        if stored.key in way.resumes:
            clock = running.resume(clock, on, calendar)
        _store(stored, clock)
    for key in way.starts:
        _start(case, procedure, key, on, calendar)


def _start(case: Case, procedure: Procedure, key: str, on: date, calendar: WorkCalendar) -> None:
    limit = procedure.limit(key)
    number = limit.days_for(case.causes)
    rounds = list(case.clocks.filter(key=key).order_by("round"))
    if rounds and rounds[-1].stopped_on is None:
        _store(rounds[-1], running.stop(as_clock(rounds[-1]), on))
    due = (
        last_day_of_publicity(on, number)
        if limit.is_duty_to_wait and limit.unit is Unit.CALENDAR_DAYS
        else running.start(key, number, limit.unit, on, calendar).due
    )
    CaseClock.objects.create(
        case=case, key=key, round=len(rounds) + 1, number=number, unit=limit.unit.value, first_day=on, due=due
    )


def _store(row: CaseClock, clock: running.Clock) -> None:
    row.number, row.due, row.left, row.stopped_on = clock.number, clock.due, clock.left, clock.stopped_on
    row.save(update_fields=["number", "due", "left", "stopped_on"])
