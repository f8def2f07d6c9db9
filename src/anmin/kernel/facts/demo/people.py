"""Who lives in the demonstration city: households, ages, schooling, work, health, drawn in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anmin.policy.codes import ChildStatus, DisabilityKind, ParentState, Relation, Sex, Study, SupportMode

SIZES = np.array([0.254, 0.297, 0.210, 0.132, 0.068, 0.039])
"""Shares of households with one to six members, near the 2020 census mean of 2.62."""
FEN = 100


@dataclass
class Population:
    """One batch of households in columns; persons sorted by household. Money in fen."""

    sizes: np.ndarray
    rural: np.ndarray
    home: np.ndarray
    first: np.ndarray
    relation: np.ndarray
    age_days: np.ndarray
    sex: np.ndarray

    @property
    def households(self) -> int:
        """How many households."""
        return len(self.sizes)

    @property
    def persons(self) -> int:
        """How many persons."""
        return len(self.home)

    @property
    def age(self) -> np.ndarray:
        """Approximate age in years, for drawing further facts."""
        return self.age_days // 365


def draw_households(rng: np.random.Generator, count: int, rural: np.ndarray) -> Population:
    """Sizes, roles and ages. One-person households are old more often than not."""
    sizes = rng.choice(np.arange(1, 7), count, p=SIZES).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    home = np.repeat(np.arange(count), sizes)
    position = np.arange(len(home)) - starts[home]
    old_alone = rng.random(count) < np.where(sizes == 1, 0.55, np.where(sizes == 2, 0.38, 0.08))
    head_age = np.where(old_alone, rng.normal(71, 8, count), rng.normal(44, 10, count)).clip(19, 101)
    relation = np.full(len(home), Relation.CHILD, dtype=np.uint8)
    relation[position == 0] = Relation.HEAD
    has_spouse = (rng.random(count) < np.where(sizes == 2, 0.82, 0.93)) & (sizes >= 2)
    relation[(position == 1) & has_spouse[home]] = Relation.SPOUSE
    parent = (position >= 3) & (rng.random(len(home)) < 0.55) & (head_age[home] < 62)
    relation[parent] = Relation.PARENT
    age = head_age[home] + rng.uniform(0, 1, len(home))
    gap = rng.normal(27, 4, len(home)).clip(18, 42)
    age = np.where(relation == Relation.SPOUSE, age + rng.normal(-1.5, 3, len(home)), age)
    child_age = age - gap - 2.5 * np.maximum(position - 2, 0)
    age = np.where(relation == Relation.CHILD, child_age, age)
    age = np.where(relation == Relation.PARENT, age + gap, age)
    adult_only = (relation != Relation.CHILD) & (age < 18)
    age = np.where(adult_only, 19 + rng.random(len(home)) * 5, age).clip(0.01, 104)
    sex = np.where(rng.random(len(home)) < 0.505, Sex.MALE, Sex.FEMALE).astype(np.uint8)
    sex = np.where(relation == Relation.SPOUSE, 3 - np.roll(sex, 1), sex).astype(np.uint8)
    return Population(sizes, rural, home, starts[:-1], relation, (age * 365.2425).astype(np.int64), sex)


def draw_facts(rng: np.random.Generator, people: Population, hard: np.ndarray) -> dict[str, np.ndarray]:
    """The facts about persons. `hard` marks households in hardship, one value per household."""
    n, age = people.persons, people.age
    rural, in_need = people.rural[people.home], hard[people.home]
    facts: dict[str, np.ndarray] = {}
    facts.update(_health(rng, age, in_need))
    facts["study"] = _study(rng, age)
    works = (age >= 18) & (age < 60) & (facts["study"] == Study.NONE)
    works &= rng.random(n) < np.where(in_need, 0.13, np.where(rural, 0.78, 0.82))
    works &= ~((facts["disability_level"] > 0) & (facts["disability_level"] <= 2))
    median = np.where(rural, 34_000, 56_000) * np.where(in_need, 0.28, 1.0)
    # Wages lump at round hundreds of yuan a month, as declared incomes do.
    wage = (median * rng.lognormal(0, 0.45, n) / 1200).round() * 1200
    facts["wage_year"] = np.where(works, wage * FEN, 0).astype(np.int64)
    farms = rural & (age >= 18) & (age < 78) & (rng.random(n) < 0.55)
    farm = rng.gamma(2.0, np.where(in_need, 700, 3_400), n)
    facts["business_year"] = np.where(farms, farm.round() * FEN, 0).astype(np.int64)
    retired = (age >= 60) & (rng.random(n) < np.where(rural, 0.14, 0.70) * np.where(in_need, 0.12, 1.0))
    pension = (rng.normal(38_500, 9_000, n).clip(20_000, 90_000) / 12).round() * 12
    facts["retirement_pension_year"] = np.where(retired, pension * FEN, 0).astype(np.int64)
    resident = (age >= 60) & ~retired
    lumps = rng.choice(np.array([163, 178, 193, 223, 268]), n, p=[0.34, 0.28, 0.2, 0.12, 0.06])
    facts["resident_pension_month"] = np.where(resident, lumps * FEN, 0).astype(np.int64)
    rent = rng.random(n) < 0.04
    facts["property_income_year"] = np.where(rent & ~in_need, rng.gamma(2, 4_000, n).round() * FEN, 0).astype(
        np.int64
    )
    gifts = rng.random(n) < 0.03
    facts["other_transfer_year"] = np.where(gifts, rng.gamma(1.5, 1_200, n).round() * FEN, 0).astype(np.int64)
    facts["is_unemployed"] = ((age >= 18) & (age < 60) & ~works & (facts["study"] == Study.NONE)).astype(
        np.uint8
    )
    facts["is_registered_here"] = (rng.random(n) < np.where(rural, 0.985, 0.86)).astype(np.uint8)
    facts["has_contracted_land"] = (rural & (rng.random(n) < 0.9)).astype(np.uint8)
    facts.update(_old_age(rng, people, facts))
    facts.update(_children(rng, age))
    return facts


def _health(rng: np.random.Generator, age: np.ndarray, in_need: np.ndarray) -> dict[str, np.ndarray]:
    n = len(age)
    disabled = rng.random(n) < np.where(age < 18, 0.006, np.where(age < 60, 0.018, 0.052)) * np.where(
        in_need, 4, 1
    )
    kinds = rng.choice(
        np.array(list(DisabilityKind)[1:], dtype=np.uint8), n, p=[0.12, 0.11, 0.02, 0.55, 0.08, 0.09, 0.03]
    )
    levels = rng.choice(np.arange(1, 5, dtype=np.int32), n, p=[0.14, 0.26, 0.28, 0.32])
    ill = rng.random(n) < np.where(age > 60, 0.02, 0.006) * np.where(in_need, 4, 1)
    cost = np.where(ill, rng.lognormal(10.1, 0.8, n), rng.gamma(1.2, np.where(age > 60, 1_500, 500), n))
    unmet = np.where(disabled & (levels == 1), rng.integers(1, 7, n), 0)
    unmet = np.where((age > 82) & (rng.random(n) < 0.3), rng.integers(1, 7, n), unmet)
    return {
        "disability": np.where(disabled, kinds, 0).astype(np.uint8),
        "disability_level": np.where(disabled, levels, 0).astype(np.int32),
        "has_major_illness": ill.astype(np.uint8),
        "medical_paid_year": (cost.round() * FEN).astype(np.int64),
        "self_care_unmet": unmet.astype(np.int32),
    }


def _study(rng: np.random.Generator, age: np.ndarray) -> np.ndarray:
    study = np.select(
        [age < 3, age < 6, age < 15, age < 18, age < 22, age < 25],
        [
            Study.NONE,
            Study.PRESCHOOL,
            Study.COMPULSORY,
            Study.HIGH_SCHOOL,
            Study.BACHELOR,
            Study.POSTGRADUATE,
        ],
        Study.NONE,
    )
    stays = rng.random(len(age)) < np.select(
        [age < 15, age < 18, age < 22, age < 25], [1.0, 0.93, 0.55, 0.06], 0.0
    )
    return np.where(stays, study, Study.NONE).astype(np.uint8)


def _old_age(
    rng: np.random.Generator, people: Population, facts: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    n, age = people.persons, people.age
    alone = (people.sizes == 1)[people.home] & (age >= 60)
    childless = alone & (rng.random(n) < 0.055) & (facts["retirement_pension_year"] == 0)
    # Old couples and old people alone have children elsewhere, who owe support; larger households have them at home.
    small = (people.sizes <= 2)[people.home]
    has_child = (age >= 60) & small & ~childless & (rng.random(n) < 0.88)
    income = rng.lognormal(11.2, 0.6, n).round() * FEN
    return {
        "has_able_supporter": (~childless).astype(np.uint8),
        "support_mode": np.where(
            childless & (rng.random(n) < 0.2), SupportMode.INSTITUTION, SupportMode.SCATTERED
        ).astype(np.uint8),
        "supporter1_income_year": np.where(has_child, income, 0).astype(np.int64),
        "supporter1_members": np.where(has_child, rng.integers(2, 5, n), 0).astype(np.int32),
        "supporter1_supported": np.where(has_child, rng.integers(1, 4, n), 1).astype(np.int32),
    }


def _children(rng: np.random.Generator, age: np.ndarray) -> dict[str, np.ndarray]:
    n = len(age)
    child = age < 18
    draw = rng.random(n)
    status = np.select(
        [child & (draw < 0.0006), child & (draw < 0.0008), child & (draw < 0.0026)],
        [ChildStatus.ORPHAN_SCATTERED, ChildStatus.ORPHAN_INSTITUTION, ChildStatus.UNSUPPORTED],
        ChildStatus.NONE,
    )
    orphan = (status == ChildStatus.ORPHAN_SCATTERED) | (status == ChildStatus.ORPHAN_INSTITUTION)
    without = status == ChildStatus.UNSUPPORTED
    # Some children fit the test and nobody has recognised them yet.
    unseen = child & (draw >= 0.0026) & (draw < 0.0030)
    mother = rng.choice(
        np.array([ParentState.PRISON, ParentState.LOST_CONTACT, ParentState.SEVERE_ILLNESS]), n
    )
    return {
        "child_status": status.astype(np.uint8),
        "father_state": np.where(orphan | without | unseen, ParentState.DEAD, ParentState.PRESENT).astype(
            np.uint8
        ),
        "mother_state": np.where(
            orphan, ParentState.DEAD, np.where(without | unseen, mother, ParentState.PRESENT)
        ).astype(np.uint8),
        "mother_state_months": np.where(without | unseen, rng.integers(6, 40, n), 0).astype(np.int32),
    }
