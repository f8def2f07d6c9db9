"""Figures by division and period, and the lists behind them; a figure is counted from its list and in no other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import Scope
from anmin.kernel.indicators.declaring import BOOK, Indicator
from anmin.kernel.indicators.periods import Period
from anmin.lib.divisions import is_within

PARTS = ("counted", "whole", "lacking")
"""Which list: what is counted; of a share also the whole, and what the whole has and the count lacks."""


@dataclass(frozen=True)
class Figure:
    """The value of an indicator in one division. `whole` is 0 where it is no share."""

    division: str
    value: int
    whole: int = 0

    @property
    def per_mille(self) -> int | None:
        """The share in tenths of a per cent, rounded down; None without a whole."""
        return self.value * 1000 // self.whole if self.whole else None


def indicators(reader: Reader | None = None) -> list[Indicator]:
    """The indicators of all lines of business, or those that a reader may see."""
    rows = BOOK.rows.values()
    return [one for one in rows if reader is None or any(reader.may(power) for power in one.read)]


def indicator_named(line: str, name: str) -> Indicator | None:
    """One indicator by the two parts of its key."""
    return BOOK.rows.get(f"{line}/{name}")


def behind(
    reader: Reader, one: Indicator, period: Period, *, division: str = "", part: str = "counted"
) -> QuerySet[Any]:
    """The list behind a figure, in a division where one is named."""
    rows = one.rows(reader, period)
    if one.out_of is not None and part == "whole":
        rows = one.out_of(reader, period)
    elif one.out_of is not None and part == "lacking":
        rows = one.out_of(reader, period).exclude(pk__in=rows.values("pk"))
    return rows.filter(Scope((division,)).q(one.division)) if division else rows


def figure(reader: Reader, one: Indicator, period: Period, division: str = "") -> Figure:
    """The value in one division, or of everything that the reader sees."""
    value = _value(one, behind(reader, one, period, division=division))
    whole = _value(one, behind(reader, one, period, division=division, part="whole")) if one.is_share else 0
    return Figure(division, value, whole)


def figures(reader: Reader, one: Indicator, period: Period, places: Sequence[str]) -> list[Figure]:
    """The value in each of some divisions that lie apart, from one grouped query each for value and whole."""
    values = _by_place(one, one.rows(reader, period), places)
    wholes = _by_place(one, one.out_of(reader, period), places) if one.out_of is not None else {}
    return [Figure(code, values.get(code, 0), wholes.get(code, 0)) for code in places]


def _value(one: Indicator, rows: QuerySet[Any]) -> int:
    if one.total:
        return int(rows.aggregate(total=Sum(one.total))["total"] or 0)
    return rows.count()


def _by_place(one: Indicator, rows: QuerySet[Any], places: Sequence[str]) -> dict[str, int]:
    measured = Sum(one.total) if one.total else Count("pk", distinct=True)
    found: dict[str, int] = {}
    grouped = rows.order_by().values_list(one.division).annotate(measured=measured)
    for code, value in grouped:
        place = next((place for place in places if code and is_within(code, place)), None)
        if place is not None:
            found[place] = found.get(place, 0) + int(value or 0)
    return found
