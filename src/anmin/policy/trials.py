"""A threshold tried on history before it is changed: how many more hits there would have been, and how many of them true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import pyarrow as pa

from anmin.policy.alerts import Alert, Hit, hits_of
from anmin.policy.errors import PolicyError
from anmin.policy.rates import NATION, RateEntry, rate_value
from anmin.policy.rulebook import Rulebook

FEWEST = 20
"""Closed hits nearest to the line from which a share is taken; with fewer than that all of them are used."""
SURE = 1.96
"""Standard deviations of the range that is shown (95 %)."""


@dataclass(frozen=True)
class Outcome:
    """What came of a past hit of the rule: the value that it hit with, and whether difficulty was confirmed."""

    value: int
    confirmed: bool


@dataclass(frozen=True)
class Figures:
    """A trial in figures alone, without whom it is about; the fields as in `Trial`, `added` and `dropped` counted."""

    before: int
    added: int
    dropped: int
    share: float | None
    known: int
    low: float
    high: float

    @property
    def expected(self) -> int | None:
        """How many of the added hits would be confirmed, as an estimate."""
        return None if self.share is None else round(self.added * self.share)


@dataclass(frozen=True)
class Trial:
    """What a change of a rate would have done in the month tried.

    `added` and `dropped` are identities of hits. `share` is the part of comparable past hits that was confirmed, out of
    `known`, with the range `low` to `high`; None where nothing was ever verified: then no estimate is made.
    """

    before: int
    after: int
    added: frozenset[tuple[str, str, str]]
    dropped: frozenset[tuple[str, str, str]]
    share: float | None
    known: int
    low: float
    high: float

    @property
    def figures(self) -> Figures:
        """What may be kept and shown: how many, and nobody named."""
        counted = len(self.added), len(self.dropped)
        return Figures(self.before, *counted, self.share, self.known, self.low, self.high)

    @property
    def expected(self) -> int | None:
        """How many of the added hits would be confirmed, as an estimate."""
        return self.figures.expected

    @property
    def sentence(self) -> str:
        """The result as one tells it."""
        if not self.added and not self.dropped:
            return "改动后上月命中不变。"
        words = []
        if self.added:
            words.append(f"上月会多 {len(self.added)} 条")
            if self.share is None:
                words.append("还没有核实过的同类预警，无法估计其中有多少确有困难")
            else:
                low, high = round(len(self.added) * self.low), round(len(self.added) * self.high)
                words.append(
                    f"其中核实有困难的估计 {self.expected} 条（{low} 到 {high} 条，依据 {self.known} 条核实结果）"
                )
        if self.dropped:
            words.append(f"{'同时' if self.added else '上月'}会少 {len(self.dropped)} 条")
        return "，".join(words) + "。"


def overridden(book: Rulebook, rate: str, written: str, division: str = NATION) -> Rulebook:
    """The rulebook with another value of one rate in one division, for any day; money is written in yuan.

    Raises:
        PolicyError: `rate_unknown`, or `value` for a value that cannot be read.
    """
    if rate not in book.rates.rates:
        raise PolicyError(
            "rate_unknown", what=f"没有名为 {rate} 的阈值", todo="用 anmin watch rules 查看各规则的阈值"
        )
    value = rate_value(book.rates.rates[rate], written, rate)
    rows = book.rates.history(rate, division)
    if not rows:
        raise PolicyError("rate_unknown", what=f"{division} 没有阈值 {rate}", todo="换一个行政区划")
    first = min(row.first_day for row in rows)
    entry = RateEntry(
        rate, division, first, None, value, value, rows[-1].law, "试算", False, None, "试算，没有生效"
    )
    return book.with_rates(book.rates.with_entries([entry]))


def compare(alert: Alert, before: pa.Table, after: pa.Table, outcomes: Sequence[Outcome], fact: str) -> Trial:
    """Compare the hits of one rule with those under a changed rate, and estimate from what was verified.

    `fact` is the value that the rate is a line for. The share comes from the verified hits whose values lie nearest to
    those that would be added: somebody just above the old line is more like somebody just below it than the worst case is.
    """
    one, other = (
        {hit.identity: hit for hit in hits_of(table) if hit.rule == alert.key} for table in (before, after)
    )
    added, dropped = frozenset(other) - frozenset(one), frozenset(one) - frozenset(other)
    near = _nearest(outcomes, [value for key in added for value in _values(other[key], fact)])
    share = sum(row.confirmed for row in near) / len(near) if near else None
    low, high = _range(share, len(near)) if share is not None else (0.0, 0.0)
    return Trial(len(one), len(other), added, dropped, share, len(near), low, high)


def _values(hit: Hit, fact: str) -> list[int]:
    return [row.value for row in hit.values if row.fact == fact]


def _nearest(outcomes: Sequence[Outcome], values: Sequence[int]) -> list[Outcome]:
    if not values:
        return list(outcomes)
    middle = sorted(values)[len(values) // 2]
    ordered = sorted(outcomes, key=lambda row: abs(row.value - middle))
    return ordered[: max(FEWEST, len(ordered) // 4)]


def _range(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval, which stays sensible for few and for extreme shares."""
    square = SURE * SURE
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = SURE * sqrt(share * (1 - share) / count + square / (4 * count * count)) / (1 + square / count)
    return max(0.0, middle - half), min(1.0, middle + half)
