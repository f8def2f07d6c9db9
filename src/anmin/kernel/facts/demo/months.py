"""Twelve months of what departments tell about the demonstration city: ordinary lives, with the bills and gaps they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from anmin.policy.codes import DisabilityKind, Layer
from anmin.policy.compiling import Progress
from anmin.policy.facts import FactCatalogue
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot, SnapshotWriter
from anmin.policy.types import UNKNOWN, WINDOW

FEN = 100
Columns = Mapping[str, np.ndarray]
Months = dict[str, np.ndarray]
"""By fact: an array of rows (persons or households) and months, the oldest first."""


def told_months(rng: np.random.Generator, people: Columns, homes: Columns, months: int, last: date) -> Months:
    """What would be told of each person and household month by month, if nothing happened to anybody.

    `people` needs `home`, `age`, `wage_year`, `retirement_pension_year`, `resident_pension_month`, `medical_paid_year`,
    `has_major_illness`, `disability`, `disability_level`, `study`, `receives_dibao`, `receives_tekun`; `homes` needs
    `members` and `settlement`.
    """
    n, age = len(people["age"]), people["age"]
    rural = homes["settlement"][people["home"]] == 1
    told: Months = {}
    told |= _work(rng, people, rural, months)
    told |= _bills(rng, people, months)
    certified = people["disability"] != DisabilityKind.NONE
    severe = certified & (people["disability_level"] <= 2) & (people["disability_level"] > 0)
    told["certified"] = _steady(certified, months)
    told["severely_certified"] = _steady(severe, months)
    aided = (people["receives_dibao"] > 0) | (people["receives_tekun"] > 0)
    living = certified & (people["receives_dibao"] > 0) & (rng.random(n) < 0.93)
    care = severe & (people["receives_tekun"] == 0) & (rng.random(n) < 0.95)
    told["living_subsidy_paid"] = _steady(living, months, 120 * FEN)
    told["care_subsidy_paid"] = _steady(care, months, 130 * FEN)
    # From four on, so that those who turn six within the months are at school when the rule begins to ask.
    told["in_school"] = _steady((age >= 4) & (age < 15) & (rng.random(n) < 0.999), months)
    told["in_college"] = _enrolled(rng, people, months, last)
    drawn = (rng.random((n, months)) < 0.9) & aided[:, None]
    told["withdrawn"] = drawn.astype(np.int8)
    returned = (rng.random((n, months)) < 0.002) & aided[:, None]
    told["payments_returned"] = returned.astype(np.int32)
    told["calls_for_help"] = (rng.random((n, months)) < 0.0006).astype(np.int32)
    members = homes["members"]
    empty = rng.random(len(members)) < np.where(members == 1, 0.02, 0.004)
    usual = rng.gamma(4.0, 22.0 * np.sqrt(members)[:, None], (len(members), months))
    told["power_used"] = np.where(empty[:, None], rng.integers(0, 4, (len(members), months)), usual).astype(
        np.int32
    )
    return told


def _steady(flags: np.ndarray, months: int, value: int = 1) -> np.ndarray:
    kind = np.int8 if value == 1 else np.int64
    return np.repeat(np.where(flags, value, 0).astype(kind)[:, None], months, axis=1)


def _work(rng: np.random.Generator, people: Columns, rural: np.ndarray, months: int) -> Months:
    """Insurance, wages, unemployment and pensions; jobs change with a gap of a month or two now and then."""
    n = len(people["age"])
    covered = (people["wage_year"] > 0) & (rng.random(n) < np.where(rural, 0.35, 0.88))
    insured = np.repeat(covered[:, None], months, axis=1)
    leaves = (rng.random((n, months)) < 0.004) & insured
    for gap in range(int(rng.integers(1, 3))):
        insured[:, gap:] &= ~leaves[:, : months - gap] if gap else ~leaves
    wage = np.where(insured, (people["wage_year"] // 12)[:, None], 0)
    pension = people["retirement_pension_year"] // 12 + people["resident_pension_month"]
    idle = (people["age"] >= 18) & (people["age"] < 60) & (people["wage_year"] == 0) & (rng.random(n) < 0.04)
    return {
        "insured": insured.astype(np.int8),
        "wage_reported": wage.astype(np.int64),
        "unemployed_registered": _steady(idle, months),
        "unemployment_paid": np.zeros((n, months), dtype=np.int64),
        "pension_paid": np.repeat(pension.astype(np.int64)[:, None], months, axis=1),
    }


def _bills(rng: np.random.Generator, people: Columns, months: int) -> Months:
    """Medical costs spread over months; stays in hospital for some, so that ordinary illness has its large bills too."""
    n = len(people["age"])
    small = rng.gamma(0.4, (people["medical_paid_year"] / 12 / 0.4 * 0.5)[:, None], (n, months))
    chance = np.where(people["has_major_illness"] > 0, 0.09, np.where(people["age"] >= 60, 0.014, 0.0035))
    stays = rng.random((n, months)) < chance[:, None]
    bill = np.where(stays, rng.lognormal(8.1, 0.75, (n, months)), 0.0) * FEN
    days = np.where(stays, rng.gamma(2.0, 5.0, (n, months)), 0)
    return {
        "inpatient_top": bill.astype(np.int64) // FEN * FEN,
        "medical_burden": (small + bill).astype(np.int64),
        "scope_burden": (small * 0.7 + bill * 0.75).astype(np.int64),
        "inpatient_days": days.astype(np.int32),
        "serious_registered": _steady(people["has_major_illness"] > 0, months),
    }


def _enrolled(rng: np.random.Generator, people: Columns, months: int, last: date) -> np.ndarray:
    """At university from eighteen on; the first year's students since September."""
    age = people["age"]
    freshman = (age == 18) & (rng.random(len(age)) < 0.55)
    older = (age > 18) & (age < 22) & (rng.random(len(age)) < 0.5)
    position = months - 1 - (last.month - 9) % 12
    column = np.repeat(older.astype(np.int8)[:, None], months, axis=1)
    column[freshman, max(position, 0) :] = 1
    return column


def with_months(
    folder: Path,
    city: Snapshot,
    facts: FactCatalogue,
    *,
    on: date,
    seed: int = 20261124,
    progress: Progress | None = None,
) -> Snapshot:
    """The city's snapshot with twelve months of what departments told up to a day, and who is on the books.

    The month of the day has not arrived for those who deliver after its end.
    """
    names = {level.value: [fact.name for fact in facts.of(level) if fact.monthly] for level in Level}
    with SnapshotWriter(
        folder, on=on.isoformat(), source=city.manifest["source"], form=city.manifest["form"], replace=True
    ) as writer:
        for number in range(city.parts):
            households, persons = city.household_table(number), city.person_table(number)
            rng = np.random.default_rng([seed, number])
            people, homes = base_columns(households, persons, on)
            told = told_months(rng, people, homes, WINDOW, on)
            for values in told.values():
                values[:, -1] = UNKNOWN
            households = add_months_columns(households, told, names["household"])
            households = households.append_column(
                "recognised_layer", pa.array(on_books(rng, people, len(households)))
            )
            persons = add_months_columns(persons, told, names["person"])
            writer.write(households, persons)
            if progress:
                progress("补充逐月数据", number + 1, city.parts)
    return Snapshot.open(folder)


def base_columns(
    households: pa.Table, persons: pa.Table, on: date
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The columns of a snapshot's part that months are drawn from; silence is nothing."""
    members = households["members"].to_numpy()
    day = on.year * 10_000 + on.month * 100 + on.day
    wanted = [
        *("wage_year", "retirement_pension_year", "resident_pension_month", "medical_paid_year"),
        *("has_major_illness", "disability", "disability_level", "study", "receives_dibao", "receives_tekun"),
    ]
    people = {name: persons[name].fill_null(0).to_numpy().astype(np.int64) for name in wanted}
    people["home"] = np.repeat(np.arange(len(members)), members)
    people["age"] = (day - persons["birth_day"].to_numpy().astype(np.int64)) // 10_000
    return people, {"members": members, "settlement": households["settlement"].to_numpy()}


def add_months_columns(table: pa.Table, told: Months, names: list[str]) -> pa.Table:
    """A table with its monthly columns, twelve values a row."""
    for name in names:
        if name in told:
            column = pa.FixedSizeListArray.from_arrays(
                pa.array(np.ascontiguousarray(told[name]).ravel()), WINDOW
            )
            table = table.append_column(name, column)
    return table


def on_books(rng: np.random.Generator, people: Columns, homes: int) -> np.ndarray:
    """The layer on the books: dibao where it is paid, and some of the others near the line."""
    aided = np.bincount(people["home"], weights=people["receives_dibao"], minlength=homes) > 0
    income = np.bincount(
        people["home"], weights=people["wage_year"] + people["retirement_pension_year"], minlength=homes
    )
    near = ~aided & (income < 18_000 * FEN) & (rng.random(homes) < 0.12)
    layers = np.where(rng.random(homes) < 0.7, int(Layer.EDGE), int(Layer.RIGID))
    return np.where(aided, int(Layer.DIBAO), np.where(near, layers, int(Layer.NONE))).astype(np.uint8)
