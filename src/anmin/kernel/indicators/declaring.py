"""What a line of business says of a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.roles import powers as all_powers
from anmin.kernel.indicators.periods import KINDS, Period
from anmin.kernel.registers.declaring import Register

Rows = Callable[[Reader, Period], QuerySet[Any]]
"""The list behind a figure: rows that the reader may see, in a period; each has a division."""


class IndicatorProblem(ValueError):
    """An indicator is declared wrongly; the message says what."""


@dataclass(frozen=True)
class Column:
    """One column of the list behind a figure that is not of a register: its names, and the cell of a row in words."""

    title: str
    english: str
    cell: Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Indicator:
    """A figure leaders use (指标). Its value is the number of `rows`, or the sum of their column `total`.

    With `out_of` it is a share: of those rows, how many are in `rows`; both lists are then of the same model.
    `register` gives the list its columns and links; a list of other rows names `columns` itself. `division` is the path
    to a row's division. `definition` is what is counted, in words that an auditor could strike out.
    """

    key: str
    title: str
    english: str
    unit: str
    english_unit: str
    definition: str
    english_definition: str
    law: str
    period: str
    read: tuple[str, ...]
    rows: Rows
    register: Register | None = None
    columns: tuple[Column, ...] = ()
    out_of: Rows | None = None
    total: str = ""
    division: str = "division"
    persons: Callable[[Any], int] | None = None

    @property
    def line(self) -> str:
        """The line of business."""
        return self.key.split("/")[0]

    @property
    def name(self) -> str:
        """The part of the key after the line of business."""
        return self.key.split("/")[1]

    @property
    def is_share(self) -> bool:
        """Whether the value is a share of a whole."""
        return self.out_of is not None


@dataclass
class Book:
    """All indicators that were declared, in the order of their files."""

    rows: dict[str, Indicator] = field(default_factory=dict)

    def add(self, one: Indicator) -> Indicator:
        """Take in one declaration; raises IndicatorProblem."""
        if one.key.count("/") != 1 or one.key in self.rows:
            raise IndicatorProblem(f"指标 {one.key} 声明了两次，或 key 没有写成“业务条线/名称”")
        if one.period not in KINDS:
            raise IndicatorProblem(f"指标 {one.key}：期间“{one.period}”不认识；可以写 {'、'.join(KINDS)}")
        if unknown := sorted(set(one.read) - all_powers()):
            raise IndicatorProblem(f"指标 {one.key}：没有哪个岗位有这些权限：{'、'.join(unknown)}")
        if one.register is None and not one.columns:
            raise IndicatorProblem(f"指标 {one.key}：要写 register，或者写 columns，否则清单没有列")
        self.rows[one.key] = one
        return one


BOOK = Book()


def declared(one: Indicator) -> Indicator:
    """Put an indicator into the book: `SEATS = declared(Indicator(...))`."""
    return BOOK.add(one)
