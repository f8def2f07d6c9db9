"""Clocks of cases: the dates of the worked examples, pauses that lose nothing, never a negative start."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.cases.clocks import ClockProblem, days_left, extend, pause, resume, start, stop
from anmin.kernel.law.clocks import Unit, last_day_of_publicity
from anmin.lib.calendar import load_calendar

CALENDAR = load_calendar()
ACCEPTED = date(2024, 3, 25)
DAYS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("number", "due"),
    [
        (10, date(2024, 4, 9)),
        (15, date(2024, 4, 16)),
        (20, date(2024, 4, 23)),
        (45, date(2024, 5, 29)),
    ],
)
def test_working_days_skip_holidays_and_count_make_up_days(number, due):
    """X-106, X-107 and X-109 of the worked examples."""
    assert start("whole", number, Unit.WORKING_DAYS, ACCEPTED, CALENDAR).due == due


def test_publicity_counts_its_first_day_and_ends_before_the_decision_goes_up():
    """X-110."""
    assert last_day_of_publicity(date(2024, 4, 8), 7) == date(2024, 4, 14)


def weekdays_only(number):
    """The wrong variant: a calendar that knows Saturdays and Sundays but no holiday and no day made up for."""
    day = ACCEPTED
    while number:
        day += timedelta(1)
        number -= day.weekday() < 5
    return day


@pytest.mark.parametrize("number", [10, 15, 20, 35, 45])
def test_a_calendar_without_holidays_and_one_that_counts_the_first_day_are_noticed(number):
    """The wrong variants of X-105 to X-109 and X-125; of X-110 a publicity that does not count its first day."""
    right = start("whole", number, Unit.WORKING_DAYS, ACCEPTED, CALENDAR).due

    assert weekdays_only(number) != right
    assert start("whole", number - 1, Unit.WORKING_DAYS, ACCEPTED, CALENDAR).due != right
    assert date(2024, 4, 8) + timedelta(7) != last_day_of_publicity(date(2024, 4, 8), 7)


@given(number=st.integers(1, 60), after=DAYS, gap=st.integers(0, 90))
def test_a_pause_gives_back_exactly_what_was_left(number, after, gap):
    clock = start("whole", number, Unit.WORKING_DAYS, ACCEPTED, CALENDAR)
    paused_on = ACCEPTED + timedelta(after)
    left = days_left(clock, paused_on, CALENDAR)

    paused = pause(clock, paused_on, CALENDAR)
    again = resume(paused, paused_on + timedelta(gap), CALENDAR)

    assert days_left(paused, paused_on + timedelta(gap), CALENDAR) == left
    assert days_left(again, paused_on + timedelta(gap), CALENDAR) == left


@given(number=st.integers(1, 45), more=st.integers(0, 30), after=st.integers(0, 20))
def test_an_extended_clock_gains_exactly_the_difference(number, more, after):
    clock = start("whole", number, Unit.WORKING_DAYS, ACCEPTED, CALENDAR)
    on = ACCEPTED + timedelta(after)

    longer = extend(clock, number + more, CALENDAR)

    assert days_left(longer, on, CALENDAR) - days_left(clock, on, CALENDAR) == more


def test_a_clock_cannot_be_shortened():
    clock = start("whole", 30, Unit.WORKING_DAYS, ACCEPTED, CALENDAR)

    with pytest.raises(ClockProblem, match="只能延长"):
        extend(clock, 20, CALENDAR)


def test_a_stopped_clock_stays_stopped_on_its_first_day():
    clock = start("confirm", 10, Unit.WORKING_DAYS, ACCEPTED, CALENDAR)

    once = stop(clock, date(2024, 3, 28))

    assert stop(once, date(2024, 4, 2)).stopped_on == date(2024, 3, 28)
    assert resume(once, date(2024, 4, 2), CALENDAR) == once
    assert pause(once, date(2024, 4, 2), CALENDAR) == once


def test_a_clock_is_not_paused_before_it_began():
    clock = start("confirm", 10, Unit.WORKING_DAYS, ACCEPTED, CALENDAR)

    with pytest.raises(ClockProblem, match="起算"):
        pause(clock, date(2024, 3, 20), CALENDAR)


def test_months_are_counted_to_the_same_day():
    clock = start("validity", 12, Unit.MONTHS, date(2024, 2, 29), CALENDAR)

    assert clock.due == date(2025, 2, 28)
