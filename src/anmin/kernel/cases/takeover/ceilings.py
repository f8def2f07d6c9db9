"""The most that a benefit can ever come to in a place on a day (待遇上限), from its rates; more is a mistake in a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import yaml

from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.lines import files_of_lines
from anmin.policy.rates import RateEntry


@dataclass(frozen=True)
class Ceiling:
    """One benefit: a list of sums of rates, the largest of which it cannot exceed, for each member or for one person.

    Of a rate that is a table its largest value counts; `yearly` ones of a monthly benefit are divided by twelve.
    """

    benefit: str
    rates: tuple[tuple[str, ...], ...]
    yearly: frozenset[str]
    for_each_member: bool


@lru_cache(maxsize=1)
def ceilings() -> dict[str, Ceiling]:
    """Every ceiling that a line of business declares, by benefit."""
    rows = [
        row
        for path in files_of_lines("*/payments/ceilings.yaml")
        for row in yaml.safe_load(path.read_text("utf-8"))
    ]
    return {
        row["benefit"]: Ceiling(
            row["benefit"],
            tuple(tuple(one) for one in row["rates"]),
            frozenset(row.get("yearly", [])),
            row.get("for_each_member", False),
        )
        for row in rows
    }


UNSURE = 2
"""How many times a ceiling counts that rests on a standard nobody has verified: only a gross mistake is one then."""


def most(benefit: str, division: str, settlement: int, members: int, on: date) -> int | None:
    """Fen a month, or a year where it is paid so, that a benefit cannot exceed; None where nothing says so, or where a rate is missing or nought."""
    known = ceilings().get(benefit)
    if known is None:
        return None
    sums, is_sure = [], True
    for names in known.rates:
        found = [_largest(name, division, settlement, on, known) for name in names]
        if any(one is None for one in found):
            return None
        sums.append(sum(one[0] for one in found if one is not None))
        is_sure = is_sure and all(one[1] for one in found if one is not None)
    return max(sums) * (max(members, 1) if known.for_each_member else 1) * (1 if is_sure else UNSURE) or None


@lru_cache(maxsize=4_096)
def _entry(name: str, county: str, on: date) -> RateEntry | None:
    return rulebook().rates.find(name, county, on)


def _largest(name: str, division: str, settlement: int, on: date, known: Ceiling) -> tuple[int, bool] | None:
    """The largest value of a rate in fen a period, and whether somebody verified it."""
    entry = _entry(name, division, on)
    if entry is None:
        return None
    value = entry.value(settlement)
    fen = int(value) if isinstance(value, int) else max((one for _key, one in value), default=0)
    return -(-fen // 12) if name in known.yearly else fen, entry.verified
