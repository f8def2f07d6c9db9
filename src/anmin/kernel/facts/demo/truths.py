"""Known truths for the demonstration city: households whose right answer was worked out before any screening.

Every expectation here follows from arithmetic on the standard, not from running the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anmin.policy.codes import Layer, Relation, Settlement
from anmin.policy.rulebook import Rulebook

MISSED = "missed"
"""Qualifies and receives nothing."""
WRONGLY_PAID = "wrongly_paid"
"""Receives and does not qualify."""
BOUNDARY = "boundary"
"""One fen either side of a line."""


@dataclass(frozen=True)
class Planted:
    """A planted household. `expected` is the layer that the rules must give (`Layer` name)."""

    household: str
    kind: str
    note: str
    expected: str
    division: str
    settlement: int
    facts: dict[str, int] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)


def planted_households(
    rulebook: Rulebook,
    places: Sequence[str],
    on: date,
    *,
    missed: int = 60,
    wrong: int = 40,
    boundaries: int = 8,
) -> list[Planted]:
    """Plant truths over the places, urban and rural in turn.

    Planted households own nothing and have only declared transfers, so that no exclusion or deduction touches
    the sum that decides.
    """
    result: list[Planted] = []
    for number in range(missed):
        result.append(_missed(rulebook, places, on, number))
    for number in range(wrong):
        result.append(_wrongly_paid(rulebook, places, on, number))
    for number in range(boundaries):
        result += _boundary(rulebook, places, on, number)
    return result


def _standard(rulebook: Rulebook, place: str, settlement: int, on: date) -> int:
    value = rulebook.rates.entry("dibao_standard", place, on).value(settlement)
    assert isinstance(value, int)
    return value


def _spot(places: Sequence[str], number: int) -> tuple[str, int]:
    return places[number * 7919 % len(places)], Settlement.RURAL if number % 2 else Settlement.URBAN


def _adults(count: int, on: date, income_year: int, receives: bool) -> list[dict[str, Any]]:
    """Grown-ups of forty; the first has all the income."""
    born = (on.year - 40) * 10_000 + 115
    rows = [
        {
            "birth_day": born,
            "relation": int(Relation.HEAD if position == 0 else Relation.SIBLING),
            "sex": 1 + position % 2,
            "receives_dibao": int(receives),
            "is_registered_here": 1,
        }
        for position in range(count)
    ]
    rows[0]["other_transfer_year"] = income_year
    return rows


def _missed(rulebook: Rulebook, places: Sequence[str], on: date, number: int) -> Planted:
    place, settlement = _spot(places, number)
    size = 1 + number % 4
    income = _standard(rulebook, place, settlement, on) * 12 * size // 3
    return Planted(
        f"Q{number + 1:09d}",
        MISSED,
        "人均收入为标准的三分之一，没有领取",
        Layer.DIBAO.name,
        place,
        settlement,
        {"financial_assets": 0},
        _adults(size, on, income, receives=False),
    )


def _wrongly_paid(rulebook: Rulebook, places: Sequence[str], on: date, number: int) -> Planted:
    place, settlement = _spot(places, number + 1000)
    size = 1 + number % 3
    income = _standard(rulebook, place, settlement, on) * 12 * size * 20
    return Planted(
        f"W{number + 1:09d}",
        WRONGLY_PAID,
        "人均收入为标准的二十倍，仍在领取",
        Layer.NONE.name,
        place,
        settlement,
        {"financial_assets": 0},
        _adults(size, on, income, receives=True),
    )


def _boundary(rulebook: Rulebook, places: Sequence[str], on: date, number: int) -> list[Planted]:
    """Three households at each of two lines: one fen below, on the line, one fen above."""
    place, settlement = _spot(places, number + 2000)
    standard = _standard(rulebook, place, settlement, on)
    multiple = rulebook.rates.entry("edge_multiple", place, on).value(settlement)
    assert isinstance(multiple, int)
    lines = {
        "低保线": (standard * 12 * 2, Layer.DIBAO, Layer.EDGE),
        "低保边缘线": (standard * 12 * 2 * multiple // 10_000, Layer.EDGE, None),
    }
    result = []
    for at, (line, (income, below, above)) in enumerate(lines.items()):
        for step, offset in enumerate((-1, 0, 1)):
            layer = below if offset < 0 else above
            if layer is None:
                continue
            words = {-1: "低一分", 0: "恰好相等", 1: "高一分"}[offset]
            result.append(
                Planted(
                    f"B{number * 10 + at * 3 + step + 1:09d}",
                    BOUNDARY,
                    f"{line}{words}",
                    layer.name,
                    place,
                    settlement,
                    {"financial_assets": 0},
                    _adults(2, on, income + offset, receives=layer is Layer.DIBAO),
                )
            )
    return result
