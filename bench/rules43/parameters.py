"""The 35 dated parameters of the 43-rule set, and the three cities with their districts, for every side.

Standard library only: the OpenFisca side reads this file in an environment that has no Anmin.
Money is fen, ratios are basis points. The values are invented; see `spec.md`.
"""

from __future__ import annotations

DAY = "2026-03-01"
"""The day for which every side calculates."""
CITIES = ("990100", "990200", "990300")
"""Codes of an unassigned province, so that no invented amount can be taken for a real city's."""
DISTRICTS = tuple(f"{city[:4]}{number:02d}" for city in CITIES for number in range(1, 11))
EARLIER, LATER = "2024-07-01", "2025-07-01"
"""Every parameter has a value from each of these days on."""

BY_CITY: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "dibao_standard": ((101_900, 90_000, 71_500), (106_200, 93_500, 76_000)),
    "tekun_ratio": ((13_000, 13_000, 13_000), (13_000, 15_000, 13_300)),
    "tekun_care_half": ((35_000, 42_000, 28_000), (36_000, 45_000, 30_500)),
    "tekun_care_full": ((70_000, 85_000, 60_000), (73_000, 91_000, 62_500)),
    "orphan_scattered": ((154_300, 160_000, 120_000), (161_300, 165_000, 125_000)),
    "orphan_institution": ((202_300, 210_000, 165_000), (211_400, 215_000, 170_000)),
    "unsupported_standard": ((150_300, 160_000, 120_000), (157_000, 165_000, 125_000)),
    "hardship_standard": ((16_400, 12_000, 10_000), (17_200, 13_000, 11_000)),
    "nursing_first": ((16_400, 22_000, 12_000), (17_200, 24_000, 13_000)),
    "nursing_second": ((14_400, 20_000, 10_000), (15_200, 21_000, 11_000)),
    "elderly_80": ((8_000, 10_000, 5_000), (8_400, 10_000, 10_000)),
    "elderly_90": ((15_000, 20_000, 10_000), (15_000, 20_000, 20_000)),
}
"""Parameters by city: values in the order of CITIES, from EARLIER on and from LATER on."""

NATIONAL: dict[str, tuple[int, int]] = {
    "edge_ratio": (15_000, 15_000),
    "rigid_ratio": (20_000, 20_000),
    "asset_months_dibao": (24, 24),
    "asset_months_edge": (36, 36),
    "houses_dibao": (1, 1),
    "houses_edge": (2, 2),
    "car_value_edge": (8_000_000, 10_000_000),
    "wage_exempt_ratio": (1_500, 2_000),
    "wage_exempt_cap": (5_000, 5_000),
    "pension_exempt": (10_300, 12_300),
    "adult_age": (18, 18),
    "old_age": (60, 60),
    "uplift_child": (1_000, 1_000),
    "uplift_old": (2_000, 2_000),
    "uplift_disabled": (3_000, 3_000),
    "uplift_illness": (2_000, 2_500),
    "exit_ratio": (11_000, 12_000),
    "exit_share": (5_000, 5_000),
    "single_ratio": (10_000, 10_000),
    "elderly_100": (50_000, 60_000),
    "elderly_care_half": (10_000, 12_000),
    "elderly_care_full": (20_000, 25_000),
    "medical_share": (8_000, 8_500),
}
"""Parameters that are the same everywhere, from EARLIER on and from LATER on."""

RATIOS = frozenset(
    {"tekun_ratio", "edge_ratio", "rigid_ratio", "wage_exempt_ratio", "wage_exempt_cap", "uplift_child"}
    | {"uplift_old", "uplift_disabled", "uplift_illness", "exit_ratio", "exit_share", "single_ratio"}
    | {"medical_share"}
)
COUNTS = frozenset({"asset_months_dibao", "asset_months_edge", "houses_dibao", "houses_edge"}) | frozenset(
    {"adult_age", "old_age"}
)
PERSON_OUTPUTS = (
    *("countable_income", "tekun_amount", "uplift_amount", "single_amount", "orphan_amount"),
    *("unsupported_amount", "hardship_amount", "elderly_allowance", "care_subsidy", "person_total"),
)
HOUSEHOLD_OUTPUTS = (
    *("counted_members", "household_income", "income_per_capita", "dibao_gap"),
    *("dibao_total", "tier", "household_total", "annual_budget"),
)
SCENARIOS = 20
"""Variants of the dibao standard: +0 % … +19 %, each rounded half up to the fen."""


def current(name: str) -> tuple[int, int, int]:
    """The values in force on DAY, one per city."""
    if name in BY_CITY:
        return BY_CITY[name][1]
    return (NATIONAL[name][1],) * 3


def raised(standard: int, percent: int) -> int:
    """The dibao standard raised by whole percents, half up to the fen."""
    return (standard * (100 + percent) + 50) // 100
