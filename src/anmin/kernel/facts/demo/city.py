"""Builds the demonstration city as a snapshot: places, batches of households, and the planted truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anmin.kernel.facts.demo.numbers import household_numbers, person_keys
from anmin.kernel.facts.demo.people import FEN, Population, draw_facts, draw_households
from anmin.kernel.facts.demo.truths import Planted, planted_households
from anmin.policy.codes import Settlement
from anmin.policy.compiling import Progress
from anmin.policy.rulebook import Rulebook
from anmin.policy.snapshots import PERSONS_IN_PART, Form, Snapshot, SnapshotWriter

SMALL, LARGE = 60_000, 2_900_000
MEAN_SIZE = 2.58
IN_HARDSHIP_URBAN, IN_HARDSHIP_RURAL = 0.016, 0.034
STANDARD = "dibao_standard"


@dataclass(frozen=True)
class Place:
    """A place where households live: its code, the share of rural households, and its weight in population."""

    code: str
    rural_share: float
    weight: float


def build_city(
    folder: Path,
    places: Sequence[Place],
    rulebook: Rulebook,
    *,
    on: date,
    persons: int = SMALL,
    seed: int = 20261124,
    form: Form = "parquet",
    progress: Progress | None = None,
) -> tuple[Snapshot, list[Planted]]:
    """Write the city's snapshot, and beside it `truths.parquet` with what was planted.

    The population is calibrated to household size, age, income lumps at zero and at pension levels, disability
    and registration; hardship is drawn so that about one household in forty falls below the standard.
    """
    rng = np.random.default_rng(seed)
    weights = np.array([place.weight for place in places])
    weights = weights / weights.sum()
    standards = _standards(rulebook, places, on)
    planted = planted_households(rulebook, [place.code for place in places], on)
    todo = max(int(persons / MEAN_SIZE) - len(planted), 1)
    batch = int(PERSONS_IN_PART / MEAN_SIZE)
    batches = max(1, -(-todo // batch))
    with SnapshotWriter(folder, on=on.isoformat(), source="演示数据", form=form, replace=True) as writer:
        first, serial = 1, 0
        for number in range(batches):
            count = todo // batches + (1 if number < todo % batches else 0)
            households, people = _batch(rng, places, weights, standards, on, count, first, serial)
            if number == 0:
                extra_households, extra_people = _planted_tables(
                    planted, on, households.schema, people.schema
                )
                households = pa.concat_tables([_plain(extra_households), _plain(households)])
                people = pa.concat_tables([extra_people, people])
            households = households.set_column(
                households.column_names.index("division"),
                "division",
                households["division"].dictionary_encode(),
            ).combine_chunks()
            writer.write(households, people.combine_chunks())
            first, serial = first + count, serial + len(people)
            if progress:
                progress("生成演示城市", number + 1, batches)
        pq.write_table(
            pa.table(
                {
                    "household": [row.household for row in planted],
                    "kind": [row.kind for row in planted],
                    "note": [row.note for row in planted],
                    "expected": [row.expected for row in planted],
                }
            ),
            writer.temporary / "truths.parquet",
        )
    return Snapshot.open(folder), planted


def _standards(rulebook: Rulebook, places: Sequence[Place], on: date) -> np.ndarray:
    entries = [rulebook.rates.entry(STANDARD, place.code, on) for place in places]
    return np.array([[entry.value(Settlement.URBAN), entry.value(Settlement.RURAL)] for entry in entries])


def _batch(
    rng: np.random.Generator,
    places: Sequence[Place],
    weights: np.ndarray,
    standards: np.ndarray,
    on: date,
    count: int,
    first: int,
    serial: int,
) -> tuple[pa.Table, pa.Table]:
    where = rng.choice(len(places), count, p=weights)
    rural = rng.random(count) < np.array([place.rural_share for place in places])[where]
    hard = rng.random(count) < np.where(rural, IN_HARDSHIP_RURAL, IN_HARDSHIP_URBAN)
    people = draw_households(rng, count, rural)
    facts = draw_facts(rng, people, hard)
    standard = standards[where, rural.astype(np.int64)]
    shared = _household_facts(rng, people, facts, hard, standard)
    facts["receives_dibao"] = np.repeat(shared.pop("receives"), people.sizes)
    alone = (facts["has_able_supporter"] == 0) & (people.age >= 60)
    facts["receives_tekun"] = (alone & (rng.random(people.persons) < 0.85)).astype(np.uint8)
    birth = _birth_days(people.age_days, on)
    codes = np.array([place.code for place in places])
    households = pa.table(
        {
            "household": household_numbers(first, count),
            "division": pa.array(codes[where]),
            "settlement": rural.astype(np.uint8),
            "members": people.sizes,
            **shared,
        }
    )
    persons = pa.table(
        {
            "person": person_keys(serial + np.arange(people.persons)),
            "birth_day": birth.astype(np.int32),
            "sex": people.sex,
            "relation": people.relation,
            **facts,
        }
    )
    return households, persons


def _household_facts(
    rng: np.random.Generator,
    people: Population,
    facts: dict[str, np.ndarray],
    hard: np.ndarray,
    standard: np.ndarray,
) -> dict[str, np.ndarray]:
    count = people.households
    income = facts["wage_year"] + facts["business_year"] + facts["retirement_pension_year"]
    income = income + facts["property_income_year"] + facts["resident_pension_month"] * 12
    yearly = np.add.reduceat(income, people.first)
    assets = rng.lognormal(10.9, 1.1, count) * np.where(hard, 0.12, 1.0)
    cars = (rng.random(count) < np.where(hard, 0.02, np.where(people.rural, 0.32, 0.48))).astype(np.int32)
    homes = rng.choice(np.array([0, 1, 2, 3], dtype=np.int32), count, p=[0.05, 0.77, 0.15, 0.03])
    homes = np.where(hard, np.minimum(homes, 1), homes).astype(np.int32)
    per_head = yearly / 12 / people.sizes
    modest = (assets * FEN < standard * 24 * people.sizes) & (cars == 0) & (homes <= 1)
    poor = (per_head < standard) & modest
    nearly = (per_head >= standard) & (per_head < standard * 1.1)
    receives = np.where(poor, rng.random(count) < 0.86, nearly & (rng.random(count) < 0.05))
    left = rng.random(count) < 0.002
    since = 20250101 + rng.integers(0, 12, count) * 100
    return {
        "financial_assets": (assets.round() * FEN).astype(np.int64),
        "cars": cars,
        "homes": homes,
        "business_capital": np.where(
            ~hard & (rng.random(count) < 0.05), rng.lognormal(11.5, 1, count).round() * FEN, 0
        ).astype(np.int64),
        "left_aid_day": np.where(left & ~receives, since, 0).astype(np.int32),
        "receives": receives.astype(np.uint8),
    }


def _birth_days(age_days: np.ndarray, on: date) -> np.ndarray:
    days = np.datetime64(on) - age_days.astype("timedelta64[D]")
    months = days.astype("datetime64[M]")
    years = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return years * 10_000 + month * 100 + day


def _planted_tables(
    planted: Sequence[Planted], on: date, households: pa.Schema, people: pa.Schema
) -> tuple[pa.Table, pa.Table]:
    """The planted households in the columns of the others; what they do not state stays null, which is silence."""
    rows = [
        {
            "household": row.household,
            "division": row.division,
            "settlement": row.settlement,
            "members": len(row.members),
            **row.facts,
        }
        for row in planted
    ]
    members = [member for row in planted for member in row.members]
    keys = person_keys(4_900_000 + np.arange(len(members)))
    for member, key in zip(members, keys.to_pylist(), strict=True):
        member["person"] = key
    for given, schema in ((rows, households), (members, people)):
        unknown = {name for row in given for name in row} - set(schema.names)
        if unknown:
            raise ValueError(
                f"planted households state facts that the city has no column for: {sorted(unknown)}"
            )
    return (
        pa.Table.from_pylist(rows, schema=_decoded(households)),
        pa.Table.from_pylist(members, schema=people),
    )


def _decoded(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [
            pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in schema
        ]
    )


def _plain(table: pa.Table) -> pa.Table:
    return table.cast(_decoded(table.schema))
