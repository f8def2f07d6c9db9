"""The working-day calendar against an independent source, and the clocks of the law."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.calendar import CalendarProblem, add_months, load_calendar

CALENDAR = load_calendar()
KNOWN_DAYS = st.dates(date(2005, 1, 1), date(2025, 6, 30))


def test_every_day_of_every_known_year_agrees_with_an_independent_source():
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert CALENDAR.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(1)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year, days):
    assert CALENDAR.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2024-09-13", 20, "2024-10-17"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 10, "2026-05-18"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2024-03-25", 10, "2024-04-09"),
        ("2024-03-25", 15, "2024-04-16"),
        ("2024-03-25", 20, "2024-04-23"),
        ("2024-03-25", 30, "2024-05-09"),
        ("2024-03-25", 35, "2024-05-15"),
        ("2024-03-25", 45, "2024-05-29"),
        ("2024-04-01", 7, "2024-04-11"),
    ],
)
def test_deadlines_in_working_days(start, days, end):
    assert CALENDAR.add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


@given(KNOWN_DAYS, st.integers(1, 200))
def test_counting_there_and_back_gives_the_number(start, days):
    end = CALENDAR.add_working_days(start, days)

    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(start, end) == days


@given(KNOWN_DAYS, st.integers(0, 100), st.integers(0, 100))
def test_a_longer_term_never_ends_earlier(start, one, other):
    ends = [CALENDAR.add_working_days(start, days) for days in sorted((one, other))]

    assert ends[0] <= ends[1]


def test_a_year_that_is_not_issued_is_refused_or_marked_provisional():
    with pytest.raises(CalendarProblem, match="2027"):
        CALENDAR.add_working_days(date(2026, 12, 31), 1)

    provisional = CALENDAR.provisional()
    assert provisional.is_provisional(date(2027, 1, 4))
    assert not provisional.is_provisional(date(2026, 1, 4))
    assert provisional.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 1)


def test_a_bureau_adds_a_year_with_a_file(tmp_path):
    path = tmp_path / "2027.yaml"
    path.write_text('2027:\n  days_off: ["01-01..01-03"]\n  makeup: ["01-09"]\n', "utf-8")

    calendar = load_calendar(path)

    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 9))
    assert not calendar.is_provisional(date(2027, 5, 1))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2024-06-15", 12, "2025-06-15"),
        ("2024-03-31", -1, "2024-02-29"),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(start, months, end):
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)
