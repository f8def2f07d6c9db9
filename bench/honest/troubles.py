"""What truly happens: illness, lost work, deaths, disasters and school, and which families they bring into hardship.

Whether a family is in hardship follows from its means: what it has left in the year after, a head, against the line of
its place, savings counted. No threshold of a rule of monitoring is read here, and nothing here is read by a rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anmin.kernel.facts.demo.months import Columns, Months

FEN = 100
KINDS = ("illness", "work", "death", "disaster", "school")
MIXES = {
    "assumed": {"illness": 0.030, "work": 0.030, "death": 0.0075, "disaster": 0.020, "school": 0.100},
    "mostly ill": {"illness": 0.055, "work": 0.012, "death": 0.0075, "disaster": 0.006, "school": 0.050},
    "few ill": {"illness": 0.012, "work": 0.050, "death": 0.0075, "disaster": 0.030, "school": 0.100},
}
"""How many households in a year each trouble comes to. None is measured in any city. "assumed": of the families brought into
hardship about two fifths are ill, a fifth had a disaster, a fifth lost work. The more of them are ill, the better a single
indicator of illness does: "mostly ill" is its best case, "few ill" its worst."""
USUAL = "assumed"


@dataclass(frozen=True)
class Trouble:
    """One trouble: household, kind, month, day of the month, the person it came to, and whether hardship followed."""

    home: int
    kind: str
    month: int
    day: int
    person: int
    cost: int
    lost_year: int
    is_hardship: bool


def happen(
    rng: np.random.Generator,
    people: Columns,
    homes: Columns,
    means: Columns,
    told: Months,
    months: int,
    mix: str = USUAL,
) -> list[Trouble]:
    """Draw troubles over the months and write what each does into the true months of `told`.

    `means` holds by household: `income_year`, `savings`, `standard` (monthly, a head), all fen.
    """
    found: list[Trouble] = []
    starts = np.concatenate([[0], np.cumsum(homes["members"])])
    for kind in KINDS:
        chance = MIXES[mix][kind] / 12
        rows, at = np.nonzero(rng.random((len(homes["members"]), months)) < chance)
        for home, month in zip(rows.tolist(), at.tolist(), strict=True):
            members = np.arange(starts[home], starts[home + 1])
            trouble = _DRAW[kind](rng, people, told, members, month, months)
            if trouble is None:
                continue
            person, cost, lost = trouble
            is_hard = _is_hard(means, home, len(members), cost, lost)
            found.append(Trouble(home, kind, month, int(rng.integers(1, 28)), person, cost, lost, is_hard))
    return sorted(found, key=lambda one: (one.month, one.home, one.kind))


def _is_hard(means: Columns, home: int, members: int, cost: int, lost: int) -> bool:
    """What is left in the year after, with half of the savings drawn on, is below one and a half standards a head."""
    left = means["income_year"][home] - lost - cost + means["savings"][home] // 2
    return bool(left < means["standard"][home] * 12 * members * 3 // 2)


def _illness(
    rng: np.random.Generator, people: Columns, told: Months, members: np.ndarray, month: int, months: int
) -> tuple[int, int, int] | None:
    weights = np.where(people["age"][members] >= 60, 3.0, 1.0)
    person = int(rng.choice(members, p=weights / weights.sum()))
    cost = 0
    for step in range(int(rng.integers(1, 6))):
        if month + step >= months:
            break
        bill = int(rng.lognormal(8.9, 0.7)) * FEN
        cost += bill
        told["inpatient_top"][person, month + step] = max(told["inpatient_top"][person, month + step], bill)
        told["medical_burden"][person, month + step] += bill
        told["scope_burden"][person, month + step] += bill * 7 // 10
        told["inpatient_days"][person, month + step] = rng.integers(5, 40)
    if rng.random() < 0.45:
        told["serious_registered"][person, min(month + 1, months - 1) :] = 1
    lost = 0
    if people["wage_year"][person] > 0 and rng.random() < 0.6:
        lost = int(people["wage_year"][person] * 6 // 10)
        if rng.random() < 0.5:
            told["insured"][person, month + 1 : month + 8] = 0
    _calls(rng, told, person, month, months, 0.10)
    return person, cost, lost


def _work(
    rng: np.random.Generator, people: Columns, told: Months, members: np.ndarray, month: int, months: int
) -> tuple[int, int, int] | None:
    earners = [int(one) for one in members if people["wage_year"][one] > 0 and people["age"][one] < 60]
    if not earners:
        return None
    person = int(rng.choice(earners))
    out = int(rng.integers(4, 16))
    told["insured"][person, month : month + out] = 0
    told["wage_reported"][person, month : month + out] = 0
    if rng.random() < 0.55:
        told["unemployed_registered"][person, min(month + 1, months) : month + out] = 1
        if rng.random() < 0.5:
            paid = min(out, int(rng.integers(2, 7)))
            told["unemployment_paid"][person, min(month + 1, months) : month + 1 + paid] = 1_500 * FEN
    _calls(rng, told, person, month + 1, months, 0.08)
    return person, 0, int(people["wage_year"][person] * min(out, 12) // 12)


def _death(
    rng: np.random.Generator, people: Columns, told: Months, members: np.ndarray, month: int, months: int
) -> tuple[int, int, int] | None:
    grown = [int(one) for one in members if people["age"][one] >= 25]
    if len(members) < 2 or not grown:
        return None
    person = int(rng.choice(grown))
    for name in ("insured", "wage_reported", "pension_paid"):
        told[name][person, month:] = 0
    cost = int(rng.lognormal(9.2, 0.5)) * FEN
    if rng.random() < 0.5 and month > 0:
        told["inpatient_top"][person, month - 1] = max(told["inpatient_top"][person, month - 1], cost)
        told["medical_burden"][person, month - 1] += cost
    told["death_month"][person] = month
    other = next((int(one) for one in members if one != person), person)
    _calls(rng, told, other, month, months, 0.10)
    income = people["wage_year"][person] + people["retirement_pension_year"][person]
    return person, cost, int(income + people["resident_pension_month"][person] * 12)


def _disaster(
    rng: np.random.Generator, people: Columns, told: Months, members: np.ndarray, month: int, months: int
) -> tuple[int, int, int] | None:
    home = int(people["home"][members[0]])
    told["disaster_month"][home] = month
    _calls(rng, told, int(members[0]), month, months, 0.15)
    return int(members[0]), int(rng.lognormal(10.2, 0.6)) * FEN, 0


def _school(
    rng: np.random.Generator, people: Columns, told: Months, members: np.ndarray, month: int, months: int
) -> tuple[int, int, int] | None:
    young = [int(one) for one in members if 17 <= people["age"][one] <= 20]
    if not young:
        return None
    person = int(rng.choice(young))
    told["in_college"][person, month:] = 1
    _calls(rng, told, int(members[0]), month, months, 0.03)
    return person, int(rng.integers(12_000, 26_000)) * FEN, 0


def _calls(
    rng: np.random.Generator, told: Months, person: int, month: int, months: int, chance: float
) -> None:
    if rng.random() < chance and month < months:
        told["calls_for_help"][person, min(month + int(rng.integers(0, 3)), months - 1)] += 1


_DRAW = {"illness": _illness, "work": _work, "death": _death, "disaster": _disaster, "school": _school}
