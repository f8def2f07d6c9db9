"""Cases as they stand: their procedure, the steps taken, the clocks that run, what may be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from anmin.kernel.access.models import User
from anmin.kernel.access.queries import Reader, user_of
from anmin.kernel.cases.books import unsettled_of
from anmin.kernel.cases.clocks import Clock, days_left
from anmin.kernel.cases.declaring import from_data
from anmin.kernel.cases.guards import Attempt, Obstacle, Taken, obstacles
from anmin.kernel.cases.matters import REVIEW, matters_of
from anmin.kernel.cases.models import Case, CaseClock
from anmin.kernel.cases.parties import powers_in
from anmin.kernel.cases.procedures import Procedure, Transition, as_data
from anmin.kernel.cases.relatives.queries import related_staff
from anmin.kernel.cases.verification.evidence import undecided_titles
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.law.clocks import Unit
from anmin.lib.calendar import WorkCalendar


@dataclass(frozen=True)
class Way:
    """A step that leads on from here, and what still stands in its way."""

    step: Transition
    obstacles: tuple[Obstacle, ...]

    @property
    def is_open(self) -> bool:
        """Whether the step can be taken now."""
        return not self.obstacles


@dataclass(frozen=True)
class Progress:
    """Where a case stands: official and plain words, the next day due, who handles it."""

    title: str
    plain: str
    due: date | None
    handler: User | None
    is_closed: bool


_READ: dict[str, Procedure] = {}
"""Procedures read already, by the hash of what they declare: a version never changes."""
MOST_READ = 500


def procedure_of(case: Case) -> Procedure:
    """The procedure under which a case was opened; later changes of law do not touch it."""
    version = case.procedure.version
    if version not in _READ:
        if len(_READ) >= MOST_READ:
            _READ.clear()
        _READ[version] = from_data(case.procedure.declared)
    return _READ[version]


def declared_as_data(procedure: Procedure) -> dict[str, Any]:
    """A procedure as it is kept with its cases."""
    return as_data(procedure)


def steps_taken(case: Case) -> list[Taken]:
    """The steps of a case in their order, with everybody who took them."""
    return [
        Taken(
            row.number,
            row.action,
            frozenset(filter(None, (row.by_id, row.beside_id))),
            str(row.details.get("publicity", "")),
        )
        for row in sorted(case.steps.all(), key=lambda row: row.number)
    ]


def clocks_of(case: Case) -> dict[str, Clock]:
    """The newest round of every clock of a case."""
    return {row.key: as_clock(row) for row in sorted(case.clocks.all(), key=lambda row: row.round)}


def as_clock(row: CaseClock) -> Clock:
    """A stored clock as the pure functions know it."""
    return Clock(row.key, row.number, Unit(row.unit), row.first_day, row.due, row.left, row.stopped_on)


def attempt_of(
    case: Case,
    *,
    by: Any,
    action: str,
    on: date,
    beside: User | None = None,
    reason: str = "",
    has_decision: bool = False,
) -> Attempt:
    """A step as the guards need it, with what about the case may stand in its way; without an action, in any way's."""
    person = user_of(by)
    way = procedure_of(case).step(case.state, action)
    asks_all, eyes = not action, way is not None and (way.needs_person or way.second)
    return Attempt(
        action,
        on,
        frozenset(user.pk for user in (person, beside) if user is not None),
        is_person=person is not None,
        reason=reason,
        has_decision=has_decision,
        powers=powers_in(by, case.division, on),
        related=frozenset(row.user for row in related_staff(case)) if asks_all or eyes else frozenset(),
        causes=frozenset(case.causes),
        undecided=tuple(undecided_titles(case)) if asks_all or (way is not None and way.decides) else (),
        earlier=frozenset(
            (row.action, taker)
            for row in (case.follows.steps.all() if case.follows is not None else ())
            for taker in (row.by_id, row.beside_id)
            if taker is not None
        ),
        unsettled=unsettled_of(case),
    )


def ways_on(case: Case, *, by: Any, on: date, beside: User | None = None) -> list[Way]:
    """The steps from where a case stands, each with what hinders this taker today.

    Reason, decision and the second person are entered with the step itself, so their absence is no obstacle yet.
    """
    procedure, taken, clocks = procedure_of(case), steps_taken(case), clocks_of(case)
    attempt = attempt_of(case, by=by, action="", on=on, beside=beside, reason="…", has_decision=True)
    return [
        Way(
            step,
            tuple(
                row
                for row in obstacles(
                    procedure, case.state, replace(attempt, action=step.action), taken, clocks
                )
                if beside is not None or row.code != "needs_second"
            ),
        )
        for step in procedure.steps_from(case.state)
    ]


def cases(reader: Reader) -> QuerySet[Case]:
    """Every case in the reader's divisions that is not held more closely than the reader may see."""
    rows = Case.objects.filter(reader.scope.q(), level__lte=reader.clearance)
    # A declaration is long, and `procedure_of` has read it once already.
    return rows.select_related("procedure", "household", "applicant", "handler").defer("procedure__declared")


def case_numbered(reader: Reader, number: str) -> Case | None:
    """One case by its number, or None: also where the reader may not see it."""
    return cases(reader).filter(number=number).first()


def work_list(
    reader: Reader,
    *,
    matter: str = "",
    states: Sequence[str] = (),
    handler: User | None = None,
    overdue_on: date | None = None,
    open_only: bool = True,
) -> QuerySet[Case]:
    """The work table: cases by the day on which something is due, the most pressing first."""
    rows = cases(reader)
    if matter:
        rows = rows.filter(matter=matter)
    if states:
        rows = rows.filter(state__in=states)
    if handler is not None:
        rows = rows.filter(handler=handler)
    if overdue_on is not None:
        rows = rows.filter(due__lt=overdue_on)
    if open_only:
        rows = rows.filter(closed_on__isnull=True)
    return rows.order_by(F("due").asc(nulls_last=True), "pk")


def may_begin(reader: Reader, procedure: Procedure, action: str, division: str) -> bool:
    """Whether the reader's post takes the first step of a procedure in a division."""
    step = procedure.step(procedure.initial, action)
    return step is not None and any(reader.may(power, division) for power in step.who)


def running_review(entitlement: Entitlement) -> Case | None:
    """The review of a benefit that is under way (在办复核), of whichever matter."""
    return running(entitlement, REVIEW)


def running(entitlement: Entitlement, kind: str) -> Case | None:
    """The case about a benefit that is under way, of a common matter or of one that stands in for it."""
    rows = Case.objects.filter(entitlement=entitlement, closed_on__isnull=True)
    return rows.filter(matter__in=matters_of(kind)).first()


def progress(case: Case) -> Progress:
    """Where a case stands in plain words, the day of the next thing due, and whom to ask (办理进度)."""
    state = procedure_of(case).states[case.state]
    return Progress(state.title, state.plain, case.due, case.handler, state.is_end)


def days_left_of(case: Case, *, on: date, calendar: WorkCalendar) -> dict[str, int]:
    """Days left on every clock that has not been stopped; negative when overdue."""
    return {
        key: days_left(clock, on, calendar)
        for key, clock in clocks_of(case).items()
        if clock.stopped_on is None
    }
