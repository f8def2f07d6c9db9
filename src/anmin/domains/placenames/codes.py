"""What the digits of a division code say (区划代码): kinds of towns and villages, classes of the statistical code."""

from __future__ import annotations

TOWNS = ((1, 99, "街道"), (100, 199, "镇"), (200, 399, "乡"), (400, 599, "类似乡级单位"))
VILLAGES = (
    (1, 199, "居民委员会"),
    (200, 399, "村民委员会"),
    (400, 499, "类似居委会"),
    (500, 599, "类似村委会"),
)
CLASSES = {
    "111": ("主城区", "urban"),
    "112": ("城乡结合区", "urban"),
    "121": ("镇中心区", "urban"),
    "122": ("镇乡结合区", "urban"),
    "123": ("特殊区域", "urban"),
    "210": ("乡中心区", "rural"),
    "220": ("村庄", "rural"),
}
"""Urban–rural classes; the ranges of towns and villages are not verified against the text of the standard."""


def town_kind(code: str) -> str:
    """What digits 7 to 9 say; empty where they say nothing known."""
    return _kind(TOWNS, code[6:9])


def village_kind(code: str) -> str:
    """What digits 10 to 12 say; empty where they say nothing known."""
    return _kind(VILLAGES, code[9:12])


def is_rural(klass: str) -> bool:
    """Whether an urban–rural class is rural; raises KeyError for a class that does not exist."""
    return CLASSES[klass][1] == "rural"


def _kind(ranges: tuple[tuple[int, int, str], ...], digits: str) -> str:
    if len(digits) != 3 or not digits.isdigit():
        return ""
    return next((title for low, high, title in ranges if low <= int(digits) <= high), "")
