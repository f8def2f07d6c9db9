"""Working days, counted as the law counts: the day of the event is not counted, make-up days are working days."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

DATA = Path(__file__).parent / "years.yaml"
DAY = timedelta(days=1)
SATURDAY = 5
OnUnknown = Literal["refuse", "provisional"]


class CalendarProblem(LookupError):
    """A day lies in a year for which no notice is loaded."""


@dataclass(frozen=True)
class WorkCalendar:
    """Days off and make-up days by year. `on_unknown` says what happens outside the known years."""

    off: Mapping[int, frozenset[date]]
    makeup: Mapping[int, frozenset[date]]
    on_unknown: OnUnknown = "refuse"
    _known: frozenset[int] = field(init=False, repr=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", frozenset(self.off))

    def is_provisional(self, on: date) -> bool:
        """Whether a day is counted by weekends only, because its year is not issued yet."""
        return on.year not in self._known

    def is_working_day(self, on: date) -> bool:
        """Whether people work on a day.

        Raises:
            CalendarProblem: for a year that is not loaded, unless the calendar is provisional.
        """
        if on.year not in self._known:
            if self.on_unknown == "refuse":
                raise CalendarProblem(
                    f"{on.year} 年的放假安排尚未录入，不能推算工作日；录入后再算，或按“暂估”计算"
                )
            return on.weekday() < SATURDAY
        if on in self.makeup[on.year]:
            return True
        return on.weekday() < SATURDAY and on not in self.off[on.year]

    def add_working_days(self, start: date, days: int) -> date:
        """The day on which so many working days after `start` are full; the day itself is not counted.

        Negative numbers count backwards. Zero gives the day itself, working or not.
        """
        step = DAY if days >= 0 else -DAY
        left, here = abs(days), start
        while left:
            here += step
            if self.is_working_day(here):
                left -= 1
        return here

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        count, here = 0, start
        while here < end:
            here += DAY
            count += self.is_working_day(here)
        return count

    def provisional(self) -> WorkCalendar:
        """The same calendar, counting weekends only where nothing is issued."""
        return WorkCalendar(self.off, self.makeup, "provisional")


@lru_cache(maxsize=8)
def load_calendar(*more: Path, on_unknown: OnUnknown = "refuse") -> WorkCalendar:
    """The packaged calendar, with a bureau's own files laid over it year by year."""
    off: dict[int, frozenset[date]] = {}
    makeup: dict[int, frozenset[date]] = {}
    for path in (DATA, *more):
        for year, row in yaml.safe_load(path.read_text("utf-8")).items():
            off[int(year)] = _days(int(year), row["days_off"])
            makeup[int(year)] = _days(int(year), row.get("makeup", []))
    return WorkCalendar(off, makeup, on_unknown)


def _days(year: int, written: list[str]) -> frozenset[date]:
    """Days written as 10-01 or as a range 10-01..10-07."""
    days = set()
    for text in written:
        first, _, last = text.partition("..")
        here, end = _day(year, first), _day(year, last or first)
        while here <= end:
            days.add(here)
            here += DAY
    return frozenset(days)


def _day(year: int, text: str) -> date:
    month, _, day = text.partition("-")
    return date(year, int(month), int(day))


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the month's last day where there is none (民法典 art. 202)."""
    month = start.year * 12 + start.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
