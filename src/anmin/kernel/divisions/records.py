"""What is known of a division: its code and name over a span of days, and the changes that began or ended it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from anmin.lib.divisions import DivisionLevel, level_of

RECORDS_BEGIN = date(1980, 12, 31)
"""The day of the earliest code book. What stood in it began on an unknown earlier day and counts from here."""
LIST_DAY = date(2026, 9, 11)
"""The day of the official list that the packaged data ends with (国家地名信息库)."""
VILLAGES_DAY = date(2023, 6, 30)
"""The day of the village list (统计用区划代码), the last one that was published in full."""


class Dating(Enum):
    """How well the first or last day of a span is known."""

    DAY = "day"
    YEAR = "year"
    """The year books of two years differ: the change falls on an unknown day of that year, and counts from its last."""
    ATTESTED = "attested"
    """First seen on this day; it may have begun earlier."""
    UNKNOWN = "unknown"
    """Began before the records."""


class ChangeKind(Enum):
    """What happened to a code (区划变更的种类)."""

    CREATED = "created"
    RENAMED = "renamed"
    RECODED = "recoded"
    CONVERTED = "converted"
    """撤县设市, 撤县设区, 撤市设区, 撤地设市: another kind of division in the same place."""
    MERGED = "merged"
    TRANSFERRED = "transferred"
    ABOLISHED = "abolished"


class Extent(Enum):
    """How much of the old division went to the new one."""

    WHOLE = "whole"
    MAIN = "main"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Place:
    """A division under one code and one name, over the days it had both; both days inclusive.

    `last_day` None means still in force on the list's day. `statistical_code` is the code that the statistical
    list of 2023-06-30 uses for the same place where it differs from the official one.
    """

    code: str
    name: str
    first_day: date
    last_day: date | None = None
    first_dating: Dating = Dating.UNKNOWN
    last_dating: Dating = Dating.DAY
    source: str = "official"
    statistical_code: str | None = None

    @property
    def level(self) -> DivisionLevel:
        """The level that the code stands for."""
        return level_of(self.code)

    @property
    def official(self) -> bool:
        """False for farms and zones that only the statistical list treats as towns (类似乡级单位)."""
        return self.source != "statistical"

    @property
    def committee(self) -> str | None:
        """居民委员会 or 村民委员会, told from the village's number: 001–199 and 400–499, 200–399 and 500–599."""
        if self.level is not DivisionLevel.VILLAGE:
            return None
        hundreds = int((self.statistical_code or self.code)[9])
        return {0: "居民委员会", 1: "居民委员会", 2: "村民委员会", 3: "村民委员会"}.get(
            hundreds, {4: "类似居民委员会", 5: "类似村民委员会"}.get(hundreds)
        )

    @property
    def urban_rural(self) -> str | None:
        """城乡分类代码: None, because no packaged source has it (it is no longer published since 2024-10)."""
        return None

    def in_force(self, on: date) -> bool:
        """Whether the division had this code and name on a day."""
        return self.first_day <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history: on a day (or in a year) an old code went to a new one, whole or in part.

    `old` is None for a creation from nothing recorded, `new` is None where no successor is recorded.
    """

    day: date
    dating: Dating
    kind: ChangeKind
    old: str | None
    old_name: str | None
    new: str | None
    new_name: str | None
    extent: Extent = Extent.WHOLE
    document: str = ""
    source: str = ""


def first_day_of(text: str) -> tuple[date, Dating]:
    """A span's first day as the data files write it: "" unknown, "2014" a year book, "2014-01-25", "~2026-09-11"."""
    if not text:
        return RECORDS_BEGIN, Dating.UNKNOWN
    if text.startswith("~"):
        return date.fromisoformat(text[1:]), Dating.ATTESTED
    if len(text) == 4:
        return date(int(text), 12, 31), Dating.YEAR
    return date.fromisoformat(text), Dating.DAY


def last_day_of(text: str) -> tuple[date | None, Dating]:
    """A span's last day: "" in force, "2013" last seen in that year's book (ends in the next year), "2014-01-24"."""
    if not text:
        return None, Dating.DAY
    if len(text) == 4:
        return date(int(text) + 1, 12, 31) - timedelta(days=1), Dating.YEAR
    return date.fromisoformat(text), Dating.DAY
