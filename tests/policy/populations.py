"""Random populations for any rulebook: every fact it knows, with the awkward values drawn often."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from anmin.policy.evaluate import Household
from anmin.policy.facts import Fact
from anmin.policy.kernel import column_dtype
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level
from anmin.policy.types import UNKNOWN, WINDOW, Kind

STORED = {Kind.FEN: np.int64, Kind.BP: np.int32, Kind.DAY: np.int32, Kind.INT: np.int32}


def random_column(rng: np.random.Generator, fact: Fact, count: int) -> np.ndarray:
    """Values of one fact: defaults, small and large, lumps at round sums, all codes; months with gaps and unknown ones."""
    if fact.monthly:
        return random_months(rng, fact, count)
    if fact.codes is not None:
        codes = np.array([int(code) for code in fact.codes])
        common = np.full(count, fact.default if fact.default is not None else codes[0])
        return np.where(rng.random(count) < 0.5, common, rng.choice(codes, count)).astype(np.uint8)
    if fact.kind is Kind.BOOL:
        return np.where(rng.random(count) < 0.7, fact.default or 0, rng.integers(0, 2, count)).astype(
            np.uint8
        )
    if fact.kind is Kind.DAY:
        days = (
            rng.integers(1922, 2026, count) * 10000
            + rng.integers(1, 13, count) * 100
            + rng.integers(1, 29, count)
        )
        if fact.default is None:
            return days.astype(np.int32)
        recent = rng.integers(2023, 2027, count) * 10000 + rng.integers(1, 13, count) * 100 + 1
        return np.where(rng.random(count) < 0.6, fact.default, recent).astype(np.int32)
    if fact.kind is Kind.FEN:
        lumps = rng.choice(np.array([0, 1, 100, 6_000_000, 1_274_400, 1_274_399, 1_038_000]), count)
        spread = rng.integers(0, 9_000_000, count)
        usual = np.where(rng.random(count) < 0.6, lumps, spread)
        return np.where(rng.random(count) < 0.6, fact.default or 0, usual).astype(np.int64)
    few = rng.integers(0, 7, count)
    return np.where(rng.random(count) < 0.4, fact.default or 0, few).astype(STORED[fact.kind])


def random_months(rng: np.random.Generator, fact: Fact, count: int) -> pa.Array:
    """Twelve months a row: mostly nothing, runs of something, unknown months, most of all at the end."""
    high = {Kind.FEN: 3_000_000, Kind.INT: 40, Kind.BOOL: 2}[fact.kind]
    shares = rng.choice(np.array([0.02, 0.3, 0.95]), count)[:, None]
    values = np.where(rng.random((count, WINDOW)) < shares, rng.integers(0, high, (count, WINDOW)), 0)
    late = rng.integers(0, 4, count)[:, None] > WINDOW - 1 - np.arange(WINDOW)[None, :]
    lost = (
        rng.random((count, WINDOW))
        < rng.choice(np.array([0.0, 0.05, 1.0]), count, p=[0.7, 0.25, 0.05])[:, None]
    )
    months = np.where(late | lost, UNKNOWN, values).astype(column_dtype(fact))
    return pa.FixedSizeListArray.from_arrays(pa.array(months.ravel()), WINDOW)


def random_tables(
    rng: np.random.Generator, book: Rulebook, count: int, divisions: list[str], first: int = 0
) -> tuple[pa.Table, pa.Table]:
    """Snapshot tables of `count` households of one to seven persons."""
    sizes = rng.integers(1, 8, count).astype(np.int32)
    people = int(sizes.sum())
    households: dict[str, Any] = {
        "household": pa.array([f"H{first + number:08d}" for number in range(count)]),
        "division": pa.array(rng.choice(divisions, count)).dictionary_encode(),
        "settlement": rng.integers(0, 2, count).astype(np.uint8),
        "members": sizes,
    }
    for fact in book.facts.of(Level.HOUSEHOLD):
        households[fact.name] = random_column(rng, fact, count)
    persons: dict[str, Any] = {"person": pa.array([f"P{first}-{number}" for number in range(people)])}
    for fact in book.facts.of(Level.PERSON):
        persons[fact.name] = random_column(rng, fact, people)
    return pa.table(households), pa.table(persons)


def as_households(book: Rulebook, households: pa.Table, persons: pa.Table) -> list[Household]:
    """The same tables as single households."""
    own = [fact.name for fact in book.facts.of(Level.HOUSEHOLD)]
    each = [fact.name for fact in book.facts.of(Level.PERSON)]
    people = persons.select(each).to_pylist()
    result, at = [], 0
    for row in households.to_pylist():
        members = people[at : at + row["members"]]
        at += row["members"]
        facts = {name: row[name] for name in own}
        result.append(Household(row["household"], row["division"], row["settlement"], facts, members))
    return result
