"""The types that rules speak: money, ratios, days, tables, and one value for each member."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import Enum, IntEnum
from typing import Annotated, Generic, TypeVar

from anmin.policy.errors import PolicyError

T = TypeVar("T")

Fen = Annotated[int, "fen"]
"""Money in integer fen (分); one yuan is 100."""

BasisPoints = Annotated[int, "bp"]
"""A ratio in ten-thousandths: 15000 is 1.5 times, 3000 is 30 %."""

Day = Annotated[int, "day"]
"""A day as the integer yyyymmdd, so that the same arithmetic runs in Python and in machine code."""

Table = Annotated[tuple[tuple[int, int], ...], "table"]
"""Rows of (key, value) in ascending order of the key, read with `band` or `entry`."""


class Each(Generic[T]):
    """One value per counted member, in the order of the household's roster.

    Used only in annotations of household rules. At run time a tuple (one household) or an array (a city)
    is passed; rules read it with `for`, `len`, or the functions of `anmin.policy.vocabulary`.
    """

    if typing.TYPE_CHECKING:

        def __iter__(self) -> Iterator[T]: ...
        def __len__(self) -> int: ...
        def __getitem__(self, position: int) -> T: ...


class Months(Generic[T]):
    """One value for each of twelve months, the oldest first, the last the month of the calculation.

    `UNKNOWN` stands where a source has not told, which is not the same as nothing. At run time a tuple (one household)
    or an array (a city) is passed; rules read it with the functions of `anmin.policy.vocabulary` that know of unknown
    months. A household rule reads the months of its members through a person rule.
    """

    if typing.TYPE_CHECKING:

        def __iter__(self) -> Iterator[T]: ...
        def __len__(self) -> int: ...
        def __getitem__(self, position: int) -> T: ...


UNKNOWN = -1
"""A month that a source has not told about."""
WINDOW = 12
"""Months that a monthly fact spans."""


class Kind(Enum):
    """What a value is: decides how it is stored, compiled and shown."""

    FEN = "fen"
    BP = "bp"
    DAY = "day"
    INT = "int"
    BOOL = "bool"
    CODE = "code"
    TABLE = "table"

    @property
    def is_number(self) -> bool:
        """Every kind but a table is one int64 (or one truth value) in the kernel."""
        return self is not Kind.TABLE


def kind_of(annotation: object, where: str) -> tuple[Kind, bool]:
    """The kind an annotation stands for, and whether it is `Each[…]`; refuses everything else by name."""
    if typing.get_origin(annotation) is Each:
        (inner,) = typing.get_args(annotation)
        kind, nested = kind_of(inner, where)
        if nested or kind is Kind.TABLE or is_months(inner):
            raise _unusable(annotation, where)
        return kind, True
    if typing.get_origin(annotation) is Months:
        (inner,) = typing.get_args(annotation)
        kind, nested = kind_of(inner, where)
        if nested or kind not in (Kind.FEN, Kind.INT, Kind.BOOL):
            raise _unusable(annotation, where)
        return kind, False
    if typing.get_origin(annotation) is Annotated:
        return Kind(typing.get_args(annotation)[1]), False
    if annotation is bool:
        return Kind.BOOL, False
    if annotation is int:
        return Kind.INT, False
    if isinstance(annotation, type) and issubclass(annotation, IntEnum):
        return Kind.CODE, False
    raise _unusable(annotation, where)


def is_months(annotation: object) -> bool:
    """Whether an annotation is `Months[…]`."""
    return typing.get_origin(annotation) is Months


def _unusable(annotation: object, where: str) -> PolicyError:
    return PolicyError(
        "annotation",
        what=f"规则引擎不认识类型标注 {annotation!r}",
        where=where,
        todo="使用 int、bool、Fen、BasisPoints、Day、Table、代码枚举，或 Each[其中之一]；逐月的写 Months[int、bool 或 Fen]",
    )
