"""Which column of which source holds whose money (停发线索来源)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from anmin.kernel.facts.batches.queries import all_until, in_force
from anmin.kernel.facts.lake.queries import said_between
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.payments.sentinels.models import Sentinel
from anmin.lib.calendar import add_months
from anmin.policy.codes import Absence

Kind = Sentinel.Kind
MONTHS = 24
"""Months back for which files of single events are heard again; each word is recorded once."""
DAY = timedelta(1)
LONG_AGO = 1_01_01


@dataclass(frozen=True)
class Word:
    """A column that says something: a day up to today, a day that has passed, or a code.

    Files of `events` each bring what is new; of the others the newest batch is the state of things. `benefits` is
    what a benefit of the person's own must begin with, where the word is about no other.
    """

    source: str
    kind: str
    column: str
    events: bool = False
    codes: tuple[int, int] | None = None
    ends: bool = False
    benefits: str = ""


@dataclass(frozen=True)
class Heard:
    """One word about one person, by the blind key of their number."""

    word: Word
    person: bytes
    first_day: date


WORDS = (
    Word("deaths", Kind.DEATH, "died_on", events=True),
    Word("cremations", Kind.CREMATION, "cremated_on", events=True),
    Word("custody", Kind.DETENTION, "absence", codes=(int(Absence.PRISON), int(Absence.DETOX))),
    Word("disability", Kind.CERTIFICATE, "valid_to", ends=True, benefits="disability/"),
    Word("elsewhere", Kind.DOUBLE, "since"),
)


def heard(on: date) -> Iterator[Heard]:
    """Everything that batches that have come by a day say. Reads the lake, and knows nobody.

    A batch of a period that is not over speaks of its last day already: what it says has come, and counts.
    """
    until = date(on.year, 12, 31)
    for word in WORDS:
        source = sources()[word.source]
        held = (
            all_until(word.source, add_months(on.replace(day=1), -MONTHS), until)
            if word.events
            else in_force(word.source, until)
        )
        last = on - DAY if word.ends else on
        low, high = word.codes or (LONG_AGO, int(last.strftime("%Y%m%d")))
        for person, (value, said_on) in said_between(source, word.column, low, high, held).items():
            yield Heard(word, person, _first_day(word, value, min(said_on, on)))


def _first_day(word: Word, value: int, said_on: date) -> date:
    if word.codes is not None:
        return said_on
    day = date(value // 10_000, value // 100 % 100, value % 100)
    return day + DAY if word.ends else day
