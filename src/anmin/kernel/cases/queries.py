"""Cases as they stand: their procedure, the steps taken, the clocks that run, what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from anmin.kernel.cases.clocks import Clock, days_left
from anmin.kernel.cases.guards import Attempt, Obstacle, Taken, obstacles
from anmin.kernel.cases.models import Case, CaseClock
from anmin.kernel.cases.procedures import Procedure, Transition, as_data, from_data
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


def procedure_of(case: Case) -> Procedure:
    """The procedure under which a case was opened; later changes of law do not touch it."""
    return from_data(case.procedure.declared)


def declared_as_data(procedure: Procedure) -> dict[str, Any]:
    """A procedure as it is kept with its cases."""
    return as_data(procedure)


def steps_taken(case: Case) -> list[Taken]:
    """The steps of a case in their order, with everybody who took them."""
    return [
        Taken(row.number, row.action, frozenset(filter(None, (row.by_id, row.beside_id))))
        for row in case.steps.order_by("number")
    ]


def clocks_of(case: Case) -> dict[str, Clock]:
    """The newest round of every clock of a case."""
    return {row.key: as_clock(row) for row in case.clocks.order_by("round")}


def as_clock(row: CaseClock) -> Clock:
    """A stored clock as the pure functions know it."""
    return Clock(row.key, row.number, Unit(row.unit), row.first_day, row.due, row.left, row.stopped_on)


def ways_on(case: Case, *, on: date, takers: frozenset[int], reason: str = "…") -> list[Way]:
    """The steps from where a case stands, each with what hinders these people from taking it today.

    Reason and decision are entered with the step itself, so their absence is no obstacle yet.
    """
    procedure, taken, clocks = procedure_of(case), steps_taken(case), clocks_of(case)
    return [
        Way(
            step,
            tuple(
                obstacles(
                    procedure,
                    case.state,
                    Attempt(step.action, on, takers, reason=reason, has_decision=True),
                    taken,
                    clocks,
                )
            ),
        )
        for step in procedure.steps_from(case.state)
    ]


def days_left_of(case: Case, *, on: date, calendar: WorkCalendar) -> dict[str, int]:
    """Days left on every clock that has not been stopped; negative when overdue."""
    return {
        key: days_left(clock, on, calendar)
        for key, clock in clocks_of(case).items()
        if clock.stopped_on is None
    }
