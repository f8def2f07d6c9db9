"""Repairs of identity numbers (证件号码修复): what a wrongly written number may have been; the check digit is the proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from anmin.lib.identifiers.residents import CHECK, WEIGHTS, check_digit

LOOK_ALIKES = str.maketrans({"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "B": "8"})
CENTENARIANS = ("996", "997", "998", "999")
"""Sequence numbers that fifteen-digit numbers kept for those born before 1900 (GB 11643-1989)."""
HOW = {
    "fifteen": _("15 位旧号码补成 18 位"),
    "letters": _("字母误作数字（如 O 与 0）"),
    "check": _("末位校验码有误"),
    "digit": _("一位数字有误"),
    "swap": _("相邻两位颠倒"),
}


@dataclass(frozen=True)
class Repair:
    """A number with a valid check digit that the typed one may have been, and by which mistake."""

    number: str
    how: str


def repairs_of(typed: str) -> list[Repair]:
    """Every number that one usual mistake away from `typed` is valid, by the most certain mistake first.

    `typed` is compact (no spaces, upper case, narrow) and not valid itself: a valid number has no repairs, it is
    somebody else's. MOD 11-2 catches every single wrong digit and every swap of neighbours (ISO 7064), so for each
    place at most one digit fits.
    """
    if is_valid(typed):
        return []
    if re.fullmatch(r"\d{15}", typed):
        return [Repair(one, "fifteen") for one in _eighteen(typed)]
    plain = typed[:17].translate(LOOK_ALIKES) + typed[17:].replace("×", "X").replace("*", "X")
    if len(typed) == 15 and plain.isdigit():
        return [Repair(one, "fifteen") for one in _eighteen(plain)]
    if re.fullmatch(r"\d{16}X\d", plain):
        swapped = plain[:16] + plain[17] + "X"
        return [Repair(swapped, "swap")] if is_valid(swapped) else []
    if len(plain) != 18 or not plain[:17].isdigit():
        return []
    last = plain[17].translate(LOOK_ALIKES) if plain[17] != "X" else "X"
    plain = plain[:17] + last
    if plain != typed and is_valid(plain):
        return [Repair(plain, "letters")]
    found: dict[str, str] = {}
    for number, how in _one_mistake(plain):
        if number != plain and _has_day(number) and number not in found:
            found[number] = how
    return [Repair(number, how) for number, how in found.items()]


def is_valid(number: str) -> bool:
    """Whether this is an eighteen-character number with a real birth date and a fitting check digit."""
    return (
        re.fullmatch(r"\d{17}[\dX]", number) is not None
        and number[17] == check_digit(number[:17])
        and _has_day(number)
    )


def _eighteen(old: str) -> Iterator[str]:
    for century in ("18", "19") if old[12:] in CENTENARIANS else ("19",):
        widened = old[:6] + century + old[6:]
        number = widened + check_digit(widened)
        if _has_day(number):
            yield number


def _one_mistake(plain: str) -> Iterator[tuple[str, str]]:
    if plain[17].isdigit() or plain[17] == "X":
        for place in range(16):
            if plain[place] != plain[place + 1]:
                swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
                if swapped[17] == check_digit(swapped[:17]):
                    yield swapped, "swap"
        if plain[17].isdigit() and plain[16] != plain[17]:
            swapped = plain[:16] + plain[17] + plain[16]
            if swapped[17] == check_digit(swapped[:17]):
                yield swapped, "swap"
        yield from _one_digit(plain)
    yield plain[:17] + check_digit(plain[:17]), "check"


def _one_digit(plain: str) -> Iterator[tuple[str, str]]:
    """For each place the one digit that makes the check digit fit."""
    total = sum(int(digit) * weight for digit, weight in zip(plain[:17], WEIGHTS, strict=True))
    wanted = CHECK.index(plain[17])
    for place, weight in enumerate(WEIGHTS):
        rest = total - int(plain[place]) * weight
        for digit in range(10):
            if (rest + digit * weight) % 11 == wanted:
                yield plain[:place] + str(digit) + plain[place + 1 :], "digit"


def _has_day(number: str) -> bool:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14])).year >= 1850
    except ValueError:
        return False
