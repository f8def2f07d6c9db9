"""Arithmetic on Chinese division codes (行政区划代码), GB/T 2260 and GB/T 10114: no data, only digits.

Canonical forms: six digits down to the county (province 370000, prefecture 371000, county 371002), nine for a
town (371002001), twelve for a village (371002001001). The nation is 000000.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

NATION = "000000"
_LENGTHS = {2, 4, 6, 9, 12}


class DivisionLevel(Enum):
    """The level of a division, from the nation down to the village."""

    NATION = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5


def canonical(code: str) -> str:
    """The canonical form of a code; raises ValueError for anything that is not one."""
    if len(code) not in _LENGTHS or not (code.isascii() and code.isdigit()):
        raise ValueError(f"“{code}”不是行政区划代码：应为 2、4、6、9 或 12 位数字")
    if len(code) < 6:
        return code.ljust(6, "0")
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    return code


def level_of(code: str) -> DivisionLevel:
    """The level that a code stands for."""
    code = canonical(code)
    if len(code) == 12:
        return DivisionLevel.VILLAGE
    if len(code) == 9:
        return DivisionLevel.TOWN
    if code == NATION:
        return DivisionLevel.NATION
    if code.endswith("0000"):
        return DivisionLevel.PROVINCE
    return DivisionLevel.PREFECTURE if code.endswith("00") else DivisionLevel.COUNTY


def parent_of(code: str) -> str | None:
    """The code one level up, or None for the nation. Says nothing about whether that division exists."""
    code = canonical(code)
    match level_of(code):
        case DivisionLevel.NATION:
            return None
        case DivisionLevel.PROVINCE:
            return NATION
        case DivisionLevel.PREFECTURE:
            return code[:2] + "0000"
        case DivisionLevel.COUNTY:
            return code[:4] + "00"
        case DivisionLevel.TOWN:
            return code[:6]
        case DivisionLevel.VILLAGE:
            return code[:9]


@lru_cache(maxsize=65_536)
def ancestors(code: str) -> tuple[str, ...]:
    """The code itself and everything above it up to the nation, nearest first."""
    line = [canonical(code)]
    while (above := parent_of(line[-1])) is not None:
        line.append(above)
    return tuple(line)


def is_within(code: str, ancestor: str) -> bool:
    """Whether a division lies in another, or is it."""
    return canonical(ancestor) in ancestors(code)
