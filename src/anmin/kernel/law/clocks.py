"""Statutory clocks (法定期限): deadlines in working days, calendar days or hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum

from anmin.lib.calendar import WorkCalendar, add_months


class Unit(Enum):
    """What a period is counted in."""

    WORKING_DAYS = "工作日"
    CALENDAR_DAYS = "日"
    MONTHS = "月"


def deadline(start: date, number: int, unit: Unit, calendar: WorkCalendar) -> date:
    """The last day of a period; the day of the event is not counted (民法典 §201)."""
    if unit is Unit.WORKING_DAYS:
        return calendar.add_working_days(start, number)
    if unit is Unit.CALENDAR_DAYS:
        return start + timedelta(number)
    return add_months(start, number)


def hours_later(start: datetime, hours: int) -> datetime:
    """The moment so many hours later: clocks in hours run through nights and holidays."""
    return start + timedelta(hours=hours)


def last_day_of_publicity(first_day: date, days: int) -> date:
    """The last day of a publicity of so many calendar days, the first day counted (公示期)."""
    return first_day + timedelta(days - 1)
