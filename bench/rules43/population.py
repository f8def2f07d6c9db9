"""The synthetic population of the 43-rule set: columns by seed, as a snapshot of household-aligned parts.

Every side reads the same files. Values are optimistic (no nulls, no broken links, at most six members); what the
engine does with worse input is tested elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from anmin.policy.snapshots import PERSONS_IN_PART, Form, Snapshot, SnapshotWriter
from bench.rules43.parameters import BY_CITY, CITIES, DAY, DISTRICTS

SEED = 20_260_301
SIZES = np.array([1, 2, 3, 4, 5, 6])
SIZE_SHARES = np.array([0.25, 0.285, 0.22, 0.145, 0.07, 0.03])
"""Household sizes with a mean of 2.59 persons."""
HARD_SHARE = 0.08
"""Households drawn with low incomes, so that every recognition occurs often."""
AGE_BANDS = ((0, 18, 0.17), (18, 60, 0.62), (60, 80, 0.17), (80, 103, 0.04))


def population(
    home: Path, persons: int, *, form: Form = "parquet", seed: int = SEED, part: int = PERSONS_IN_PART
) -> Snapshot:
    """The snapshot of so many persons under `home`, made on first use and kept."""
    folder = home / f"rules43-{persons}-{part}-{seed}-{form}"
    if not folder.exists():
        with SnapshotWriter(folder, on=DAY, source="synthetic", form=form) as writer:
            first = 0
            for number, size in enumerate(_part_sizes(persons, part)):
                households, people = draw_part(
                    np.random.default_rng([seed, number]), size, first, number * part
                )
                first += len(households)
                writer.write(households, people)
    return Snapshot.open(folder)


def _part_sizes(persons: int, part: int) -> list[int]:
    whole, rest = divmod(persons, part)
    return [part] * whole + ([rest] if rest else [])


def draw_part(
    rng: np.random.Generator, persons: int, first_household: int, first_person: int
) -> tuple[pa.Table, pa.Table]:
    """Household and person columns of one part of exactly `persons` persons."""
    members = _sizes(rng, persons)
    count = len(members)
    home = np.repeat(np.arange(count), members)
    district = rng.integers(0, len(DISTRICTS), count)
    city = district // (len(DISTRICTS) // len(CITIES))
    hard = rng.random(count) < HARD_SHARE
    people = _persons(rng, home, hard, np.array(BY_CITY["dibao_standard"][1])[city])
    keys = np.arange(first_household, first_household + count, dtype=np.int64)
    persons_table = {
        "person": np.arange(first_person, first_person + persons, dtype=np.int64),
        "household": keys[home],
        **people,
    }
    households = {
        "household": keys,
        "division": pa.DictionaryArray.from_arrays(pa.array(district, pa.int32()), pa.array(DISTRICTS)),
        "settlement": (rng.random(count) < 0.35).astype(np.uint8),
        "members": members.astype(np.int32),
        **_assets(rng, members, hard),
    }
    return pa.table(households), pa.table(persons_table)


def _sizes(rng: np.random.Generator, persons: int) -> np.ndarray:
    """Household sizes that add up exactly."""
    drawn = rng.choice(SIZES, size=int(persons / 2.2) + 10, p=SIZE_SHARES)
    ends = np.cumsum(drawn)
    last = int(np.searchsorted(ends, persons))
    sizes = drawn[: last + 1].copy()
    sizes[last] -= ends[last] - persons
    return sizes


def _assets(rng: np.random.Generator, members: np.ndarray, hard: np.ndarray) -> dict[str, Any]:
    count = len(members)
    savings = np.where(hard, rng.integers(0, 1_200_000, count), rng.integers(0, 30_000_000, count))
    cars = np.where(rng.random(count) < np.where(hard, 0.04, 0.45), rng.integers(1, 3, count), 0)
    return {
        "financial_assets": savings.astype(np.int64) * members,
        "cars": cars.astype(np.int32),
        "car_value": (cars * rng.integers(1_500_000, 20_000_000, count)).astype(np.int64),
        "houses": np.where(rng.random(count) < 0.85, 1, rng.integers(0, 4, count)).astype(np.int32),
    }


def _persons(
    rng: np.random.Generator, home: np.ndarray, hard_home: np.ndarray, standard: np.ndarray
) -> dict[str, Any]:
    count, hard = len(home), hard_home[home]
    age = _ages(rng, count)
    working, old, child = (age >= 18) & (age < 60), age >= 60, age < 18
    disability = np.where(rng.random(count) < np.where(hard, 0.18, 0.04), rng.integers(1, 5, count), 0)
    ill = rng.random(count) < np.where(hard, 0.12, 0.02)
    frail = (old & (rng.random(count) < 0.2)) | ((disability == 1) & (rng.random(count) < 0.7))
    care = np.where(frail, rng.integers(1, 3, count), 0)
    wage = _wages(rng, working, hard)
    pension = np.where(
        old,
        np.where(hard | (rng.random(count) < 0.4), 12_300 + 100 * rng.integers(0, 200, count), 340_000),
        0,
    )
    # A lump of incomes exactly at the city's standard, where every comparison must be right.
    at_line = hard & (rng.random(count) < 0.1)
    transfer = np.where(at_line & (wage == 0) & (pension == 0), standard[home], 0)
    return {
        "age": age.astype(np.int32),
        "wage_month": wage,
        "is_newly_employed": (working & (rng.random(count) < 0.03)).astype(np.uint8),
        "pension_month": pension.astype(np.int64),
        "business_month": np.where(
            working & (rng.random(count) < 0.15), rng.integers(0, 300_000, count), 0
        ).astype(np.int64),
        "transfer_month": transfer.astype(np.int64),
        "property_month": _sometimes(rng, count, 0.1, 60_000),
        "disability_level": disability.astype(np.int32),
        "disability_kind": np.where(disability > 0, rng.integers(1, 8, count), 0).astype(np.uint8),
        "study": np.where((age >= 3) & (age < 23), np.clip((age - 3) // 4, 1, 5), 0).astype(np.uint8),
        "has_major_illness": ill.astype(np.uint8),
        "care_level": care.astype(np.uint8),
        "has_able_supporter": (rng.random(count) < np.where(hard, 0.8, 0.97)).astype(np.uint8),
        "medical_month": np.where(ill, rng.integers(0, 800_000, count), rng.integers(0, 30_000, count)),
        "education_month": _sometimes(rng, count, 0.15, 150_000),
        "rehabilitation_month": np.where(disability > 0, rng.integers(0, 200_000, count), 0),
        "parents_state": np.where(child & (rng.random(count) < 0.01), rng.integers(1, 4, count), 0).astype(
            np.uint8
        ),
        "lives_in_institution": (rng.random(count) < np.where(frail, 0.1, 0.002)).astype(np.uint8),
    }


def _ages(rng: np.random.Generator, count: int) -> np.ndarray:
    shares = np.array([share for _, _, share in AGE_BANDS])
    band = rng.choice(len(AGE_BANDS), count, p=shares)
    low = np.array([low for low, _, _ in AGE_BANDS])[band]
    high = np.array([high for _, high, _ in AGE_BANDS])[band]
    return low + (rng.random(count) * (high - low)).astype(np.int64)


def _wages(rng: np.random.Generator, working: np.ndarray, hard: np.ndarray) -> np.ndarray:
    """Lumps at nothing and at the minimum wage, the rest spread to the fen."""
    count = len(working)
    usual = np.where(rng.random(count) < 0.15, 220_000, rng.integers(150_000, 1_500_000, count))
    low = np.where(rng.random(count) < 0.5, 0, rng.integers(20_000, 200_000, count))
    employed = working & (rng.random(count) < 0.85)
    return np.where(employed, np.where(hard, low, usual), 0).astype(np.int64)


def _sometimes(rng: np.random.Generator, count: int, share: float, top: int) -> np.ndarray:
    return np.where(rng.random(count) < share, rng.integers(0, top, count), 0).astype(np.int64)
