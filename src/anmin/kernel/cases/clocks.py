"""Running clocks of a case (办理时限): started, paused and stopped by steps, never negative.

A pause keeps what is left: three working days left when an objection came are three again when it is settled. The
day of the event is not counted (民法典 §201), neither at the start nor when a clock goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from anmin.kernel.law.clocks import Unit, deadline
from anmin.lib.calendar import WorkCalendar


class ClockProblem(ValueError):
    """A clock was asked for what it cannot do; the message names the clock and the day."""


@dataclass(frozen=True)
class Clock:
    """One clock: its limit, the day it began, the last day, and what was left when it was paused."""

    key: str
    number: int
    unit: Unit
    first_day: date
    due: date
    left: int | None = None
    stopped_on: date | None = None

    @property
    def is_running(self) -> bool:
        """Whether days are being counted."""
        return self.left is None and self.stopped_on is None


def start(key: str, number: int, unit: Unit, on: date, calendar: WorkCalendar) -> Clock:
    """A clock that begins with an event on a day."""
    return Clock(key, number, unit, on, deadline(on, number, unit, calendar))


def days_left(clock: Clock, on: date, calendar: WorkCalendar) -> int:
    """Days left in the clock's own unit (months in calendar days); negative when it is overdue."""
    if clock.left is not None:
        return clock.left
    if clock.unit is Unit.WORKING_DAYS:
        return calendar.working_days_between(on, clock.due)
    return (clock.due - on).days


def pause(clock: Clock, on: date, calendar: WorkCalendar) -> Clock:
    """Stop counting and keep what is left; a clock that is paused or stopped already stays as it is."""
    if not clock.is_running:
        return clock
    if on < clock.first_day:
        raise ClockProblem(f"期限“{clock.key}”从 {clock.first_day} 起算，不能在 {on} 中止")
    return replace(clock, left=days_left(clock, on, calendar))


def resume(clock: Clock, on: date, calendar: WorkCalendar) -> Clock:
    """Count on from a day with what was left; an overdue clock stays overdue by as much."""
    if clock.left is None or clock.stopped_on is not None:
        return clock
    if clock.unit is Unit.WORKING_DAYS:
        due = calendar.add_working_days(on, clock.left)
        while calendar.working_days_between(on, due) > clock.left:  # overdue, and resumed on a day off
            due -= timedelta(1)
    else:
        due = on + timedelta(clock.left)
    return replace(clock, due=due, left=None)


def stop(clock: Clock, on: date) -> Clock:
    """The clock has done its duty; stopping twice keeps the first day."""
    return clock if clock.stopped_on is not None else replace(clock, stopped_on=on)


def extend(clock: Clock, number: int, calendar: WorkCalendar) -> Clock:
    """Give a running clock a longer limit from its first day; a shorter one is refused."""
    if number < clock.number:
        raise ClockProblem(f"期限“{clock.key}”只能延长：现在 {clock.number} 天，要改成 {number} 天")
    longer = deadline(clock.first_day, number, clock.unit, calendar)
    shorter = deadline(clock.first_day, clock.number, clock.unit, calendar)
    if clock.unit is Unit.WORKING_DAYS:
        due = calendar.add_working_days(clock.due, calendar.working_days_between(shorter, longer))
    else:
        due = clock.due + (longer - shorter)
    return replace(clock, number=number, due=due)
