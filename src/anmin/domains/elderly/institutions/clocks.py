"""Days that an institution and its office must keep: inspection after filing, notice before stopping, five years of running."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.domains.elderly.places import found, number
from anmin.lib.calendar import load_calendar

INSPECT_DAYS = 20
"""Working days for the inspection on site after filing, or after an unfiled institution is found."""


@dataclass(frozen=True)
class Notice:
    """Whether a notice of stopping is early enough: days given and days needed."""

    days: int
    needed: int
    law: str

    @property
    def is_enough(self) -> bool:
        """Whether it may be taken in."""
        return self.days >= self.needed


def inspect_by(filed_on: date) -> date:
    """The last day for the inspection on site."""
    return load_calendar().add_working_days(filed_on, INSPECT_DAYS)


def stop_notice(noticed_on: date, stops_on: date, division: str) -> Notice:
    """Days between the notice and the stop, against the days that the place asks for (E17)."""
    entry = found("stop_notice_days", division, noticed_on)
    return Notice(
        (stops_on - noticed_on).days,
        number("stop_notice_days", division, noticed_on),
        entry.law if entry is not None else "",
    )
