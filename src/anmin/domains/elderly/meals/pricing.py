"""What a meal costs an elder (助餐价格): the category on the day beats the age band; the subsidy has a cap.

民发〔2023〕58号. The categories are the meal programme's own: they are not those of the visits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

CATEGORIES = {
    "poor": "低收入和特困老年人",
    "alone": "独居",
    "empty_nest": "空巢",
    "left_behind": "留守",
    "unable": "失能",
    "disabled": "残疾",
    "aged": "高龄",
    "special_family": "计划生育特殊家庭",
}


@dataclass(frozen=True)
class Price:
    """One line of a price table, in fen: for a category, or for those from an age on where `category` is empty."""

    list_fen: int
    elder_fen: int
    first_day: date
    last_day: date | None = None
    age_from: int = 60
    category: str = ""
    cap_fen: int | None = None

    def holds(self, age: int, categories: Collection[str], on: date) -> bool:
        """Whether the line is for somebody on a day."""
        in_force = self.first_day <= on and (self.last_day is None or on <= self.last_day)
        return in_force and age >= self.age_from and (not self.category or self.category in categories)


@dataclass(frozen=True)
class Charge:
    """What is paid for a meal by whom, in fen, and the line that says so."""

    price: Price
    elder_fen: int
    subsidy_fen: int
    rest_fen: int
    """What neither pays: the operator's own share where the cap is lower than the gap."""


class NoPrice(LookupError):
    """No line of the price table is for this person on this day."""


def charge(prices: Iterable[Price], age: int, categories: Collection[str], on: date) -> Charge:
    """The best line of a category, else the line of the highest age band reached (E18).

    Raises:
        NoPrice: the table has no line for this age on the day.
    """
    fitting = [one for one in prices if one.holds(age, categories, on)]
    if not fitting:
        raise NoPrice(f"{on} 没有 {age} 岁老人的价格，请先登记价目")
    special = [one for one in fitting if one.category]
    best = (
        min(special, key=lambda one: one.elder_fen)
        if special
        else max(fitting, key=lambda one: (one.age_from, -one.elder_fen))
    )
    gap = max(0, best.list_fen - best.elder_fen)
    subsidy = gap if best.cap_fen is None else min(gap, best.cap_fen)
    return Charge(best, best.elder_fen, subsidy, gap - subsidy)
