"""Periods (期限): how long each step of an exchange may take, as data with law and a mark where nobody verified it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from anmin.kernel.law.clocks import Unit, deadline
from anmin.lib.calendar import WorkCalendar, load_calendar

FILE = Path(__file__).parent / "periods.yaml"
UNITS = {"working": Unit.WORKING_DAYS, "calendar": Unit.CALENDAR_DAYS, "months": Unit.MONTHS}


@dataclass(frozen=True)
class Period:
    """One period: `number` of `unit`, its law, and whether it was checked against the text."""

    key: str
    title: str
    number: int
    unit: Unit
    law: str
    is_verified: bool


@lru_cache(maxsize=1)
def periods() -> dict[str, Period]:
    """Every period by its key."""
    rows = yaml.safe_load(FILE.read_text("utf-8"))
    return {
        key: Period(key, row["title"], row["days"], UNITS[row["unit"]], row["law"], row["verified"])
        for key, row in rows.items()
    }


def work_calendar() -> WorkCalendar:
    """The working-day calendar; years that are not issued yet are counted by weekends."""
    return load_calendar(on_unknown="provisional")


def due(key: str, start: date) -> date:
    """The last day of a period that begins with an event on a day."""
    period = periods()[key]
    return deadline(start, period.number, period.unit, work_calendar())


def days_left(last_day: date, on: date) -> int:
    """Working days left up to a last day; negative when it is over."""
    return work_calendar().working_days_between(on, last_day)
