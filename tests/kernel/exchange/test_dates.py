"""Deadlines of exchanges fall on working days, never before what they count, and count what they say."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anmin.kernel.exchange.periods import days_left, due, periods, work_calendar
from anmin.kernel.law.clocks import Unit
from anmin.lib.calendar import add_months

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no finding."""
DAYS = st.dates(date(2025, 1, 1), date(2027, 6, 30))
WORKING = sorted(key for key, row in periods().items() if row.unit is Unit.WORKING_DAYS)


def counted(first, last):
    """Working days after the first up to the last day, one by one."""
    calendar = work_calendar()
    days = (first + timedelta(at) for at in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def test_every_period_names_its_law_and_whether_it_was_checked():
    assert {"check_start", "check_answer", "check_valid", "slip_answer"} <= set(periods())
    assert all(row.law and row.number > 0 for row in periods().values())


@PATIENT
@given(start=DAYS, key=st.sampled_from(WORKING))
def test_a_deadline_in_working_days_has_exactly_so_many_of_them_and_ends_on_one(start, key):
    last = due(key, start)

    assert counted(start, last) == periods()[key].number
    assert work_calendar().is_working_day(last)


@PATIENT
@given(start=DAYS, later=st.integers(0, 400), key=st.sampled_from(sorted(periods())))
def test_a_later_start_never_gives_an_earlier_deadline(start, later, key):
    assert due(key, start) <= due(key, start + timedelta(later))


@PATIENT
@given(start=DAYS)
def test_a_report_is_valid_for_whole_months(start):
    assert due("check_valid", start) == add_months(start, periods()["check_valid"].number)


@PATIENT
@given(start=DAYS, key=st.sampled_from(WORKING), ahead=st.integers(0, 20))
def test_days_left_fall_to_nothing_on_the_last_day_and_below_it_afterwards(start, key, ahead):
    last = due(key, start)

    assert days_left(last, last) == 0
    assert days_left(last, start) == periods()[key].number
    assert days_left(last, last + timedelta(1 + ahead)) <= 0
