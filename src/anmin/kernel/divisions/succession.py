"""What became of a code (区划代码的沿革): follows the recorded changes from one day to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from anmin.kernel.divisions.records import Change, Dating, Extent, Place

Spans = Callable[[str], tuple[Place, ...]]
Changes = Callable[[str], Sequence[Change]]


class Outcome(Enum):
    """How a code stands on the day asked for."""

    IN_FORCE = "in force"
    SUCCEEDED = "succeeded"
    """One division took over; parts may have gone elsewhere."""
    SPLIT = "split"
    """Several divisions took over and none is the main one: a person must choose."""
    ENDED = "ended"
    """It ended and no successor is recorded."""
    NOT_YET = "not yet"
    """It began after the day; `successors` are what stood in its place."""


class NoSingleSuccessor(LookupError):
    """A code has no division, or more than one, to stand for it on the day."""


@dataclass(frozen=True)
class Resolution:
    """A code on a day. `successors` are the divisions valid on the day that its territory belongs to, main first.

    `parts` are those of them that took only some towns. `chain` are the changes between, in order of their days.
    `certain` is False where the answer depends on a day within a year of which only the year is known.
    """

    code: str
    on: date
    outcome: Outcome
    successors: tuple[Place, ...]
    parts: tuple[Place, ...]
    chain: tuple[Change, ...]
    certain: bool

    @property
    def place(self) -> Place:
        """The one division that stands for the code on the day; raises NoSingleSuccessor where there is no such."""
        main = [place for place in self.successors if place not in self.parts]
        if len(main) == 1:
            return main[0]
        names = "、".join(f"{p.code} {p.name}" for p in self.successors)
        what = f"分属 {names}，请按住址人工选择" if names else "没有记录去向，请人工确定"
        raise NoSingleSuccessor(f"行政区划代码“{self.code}”在 {self.on:%Y-%m-%d} {what}")


def follow(
    spans: Sequence[Place],
    on: date,
    written: date | None,
    spans_of: Spans,
    changes_from: Changes,
    changes_to: Changes,
) -> Resolution:
    """Resolve the code whose spans are given; `written` picks the span it was written in.

    `changes_from` and `changes_to` give the changes that name a code as the old, and as the new one.
    """
    start = _start(spans, on, written)
    code = spans[0].code
    if start.first_day > on:
        before = _walk_back(start, on, spans_of, changes_to)
        return Resolution(code, on, Outcome.NOT_YET, *before)
    places, parts, chain = _walk(start, on, written, spans_of, changes_from)
    certain = not any(c.dating is Dating.YEAR and c.day.year == on.year for c in chain) and not _doubtful(
        start, on
    )
    main = [place for place in places if place not in parts]
    if start.in_force(on) and not parts:
        outcome = Outcome.IN_FORCE
    elif not places:
        outcome = Outcome.ENDED
    elif len(main) == 1 and main[0].code == code and start.in_force(on):
        outcome = Outcome.IN_FORCE
    else:
        outcome = Outcome.SUCCEEDED if len(main) == 1 else Outcome.SPLIT
    return Resolution(code, on, outcome, (*main, *parts), parts, chain, certain)


def _start(spans: Sequence[Place], on: date, written: date | None) -> Place:
    """The span in which the code was written; without that day the one in force, else the last one before, else the next."""
    for day in (written, on):
        if day is not None:
            for span in reversed(spans):
                if span.in_force(day):
                    return span
    earlier = [span for span in spans if span.first_day <= (written or on)]
    return earlier[-1] if earlier else spans[0]


def _doubtful(span: Place, on: date) -> bool:
    """In the year in which a span ends, of which only the year is known, it may have ended already."""
    ends = span.last_dating is Dating.YEAR and span.last_day is not None and span.last_day.year == on.year
    begins = span.first_dating is Dating.YEAR and span.first_day.year == on.year
    return ends or begins


def _walk(
    start: Place, on: date, written: date | None, spans_of: Spans, changes_from: Changes
) -> tuple[tuple[Place, ...], tuple[Place, ...], tuple[Change, ...]]:
    whole: dict[Place, None] = {}
    partial: dict[Place, None] = {}
    chain: dict[Change, None] = {}
    seen: set[tuple[Place, bool]] = set()
    waiting: list[tuple[Place, bool]] = [(start, False)]
    while waiting:
        span, is_part = waiting.pop(0)
        if (span, is_part) in seen:
            continue
        seen.add((span, is_part))
        since = written if span is start and written and span.in_force(written) else span.first_day
        lost = _losses(span, on, since, changes_from, follow_parts=span is not start or written is not None)
        for change in lost:
            chain[change] = None
            if target := _taken_over(change, spans_of):
                waiting.append((target, is_part or change.extent is Extent.PART))
        if span.in_force(on):
            (partial if is_part else whole)[span] = None
    parts = tuple(place for place in partial if place not in whole)
    return (*whole, *parts), parts, tuple(sorted(chain, key=lambda c: c.day))


def _losses(span: Place, on: date, since: date, changes_from: Changes, *, follow_parts: bool) -> list[Change]:
    """The changes that took territory from a span by the day. While it is in force, parts count only if asked for."""
    found = []
    for change in changes_from(span.code):
        if change.old_name != span.name:
            continue
        at_end = span.last_day is not None and _ends(span, change)
        within = span.first_day < change.day and (span.last_day is None or change.day <= span.last_day)
        if change.day > on or change.day <= since or not (at_end or within):
            continue
        if change.extent is Extent.PART and not at_end and not follow_parts:
            continue
        if change.extent is not Extent.PART and not at_end:
            continue
        found.append(change)
    return found


def _ends(span: Place, change: Change) -> bool:
    assert span.last_day is not None
    return 0 < (change.day - span.last_day).days <= (1 if change.dating is Dating.DAY else 3 * 366)


def _taken_over(change: Change, spans_of: Spans) -> Place | None:
    """The span that received the territory: in force on the day of the change, else the first one after."""
    spans = [span for span in spans_of(change.new or "") if span.name == change.new_name]
    return next(
        (s for s in spans if s.in_force(change.day)),
        next((s for s in spans if s.first_day > change.day), None),
    )


def _walk_back(
    start: Place, on: date, spans_of: Spans, changes_to: Changes
) -> tuple[tuple[Place, ...], tuple[Place, ...], tuple[Change, ...], bool]:
    whole: dict[Place, None] = {}
    partial: dict[Place, None] = {}
    chain: dict[Change, None] = {}
    waiting: list[tuple[Place, bool]] = [(start, False)]
    seen: set[Place] = set()
    while waiting:
        span, is_part = waiting.pop(0)
        if span in seen:
            continue
        seen.add(span)
        if span.in_force(on):
            (partial if is_part else whole)[span] = None
            continue
        for change in changes_to(span.code):
            if abs((change.day - span.first_day).days) <= 1:
                chain[change] = None
                before = [s for s in spans_of(change.old or "") if s.first_day < change.day]
                if before:
                    waiting.append((before[-1], is_part or change.extent is Extent.PART))
    parts = tuple(place for place in partial if place not in whole)
    certain = not any(c.dating is Dating.YEAR and c.day.year == on.year for c in chain)
    return (*whole, *parts), parts, tuple(sorted(chain, key=lambda c: c.day)), certain
