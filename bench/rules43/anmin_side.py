"""The Anmin side of the 43-rule set: its rulebook, and the compiled kernel over columns in memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from anmin.policy import codes
from anmin.policy.areas import Areas
from anmin.policy.facts import Fact, FactCatalogue
from anmin.policy.kernel import Kernel, RateCube, build_kernel, rate_cube
from anmin.policy.plan import Plan, make_plan
from anmin.policy.rates import NATION, Rate, RateBook, RateEntry
from anmin.policy.rulebook import Rulebook
from anmin.policy.rules import Level
from anmin.policy.simulate import Change, Scenario
from anmin.policy.snapshots import Snapshot
from anmin.policy.types import Kind
from bench.rules43 import anmin_aid, anmin_income, anmin_recognition
from bench.rules43.parameters import (
    BY_CITY,
    CITIES,
    COUNTS,
    DAY,
    EARLIER,
    HOUSEHOLD_OUTPUTS,
    LATER,
    NATIONAL,
    PERSON_OUTPUTS,
    RATIOS,
    SCENARIOS,
)

ON = date.fromisoformat(DAY)
OUTPUTS = (*PERSON_OUTPUTS, *HOUSEHOLD_OUTPUTS)
PERSON_MONEY = (
    "wage",
    "pension",
    "business",
    "transfer",
    "property",
    "medical",
    "education",
    "rehabilitation",
)
PERSON_FLAGS = ("is_newly_employed", "has_major_illness", "has_able_supporter", "lives_in_institution")
PERSON_CODES = {
    "disability_kind": codes.DisabilityKind,
    "study": codes.Study,
    "care_level": codes.CareLevel,
    "parents_state": codes.ParentState,
}
PERSON_NUMBERS = ("age", "disability_level")


def rulebook() -> Rulebook:
    """The 43 rules with their facts and dated rates."""
    return Rulebook.collect([anmin_income, anmin_recognition, anmin_aid], _facts(), _rates())


def plan_of(book: Rulebook, outputs: Sequence[str] = OUTPUTS) -> Plan:
    """The plan of the day that every side calculates."""
    return make_plan(book, ON, outputs)


def scenarios() -> list[Scenario]:
    """Twenty variants of the dibao standard."""
    return [
        Scenario(f"+{percent} %", (Change("dibao_standard", percent=str(percent)),))
        for percent in range(SCENARIOS)
    ]


@dataclass
class Columns:
    """A population in memory as the kernel takes it, cut into household ranges for the threads."""

    starts: np.ndarray
    areas: np.ndarray
    facts: dict[str, np.ndarray]
    cube: RateCube

    @classmethod
    def load(cls, snapshot: Snapshot, plan: Plan) -> Columns:
        """All parts as one."""
        pairs = [(str(code), int(kind)) for code, kind in snapshot.manifest["areas"]]
        areas = Areas.of(plan, pairs)
        parts = [snapshot.part(number, list(plan.facts)) for number in range(snapshot.parts)]
        sizes = np.concatenate([np.diff(part.starts) for part in parts])
        return cls(
            starts=np.concatenate([[0], np.cumsum(sizes)]),
            areas=np.concatenate([areas.of_part(part) for part in parts]),
            facts={
                fact.name: np.concatenate([part.columns[fact.name] for part in parts]) for fact in plan.facts
            },
            cube=rate_cube(plan, areas.rows),
        )

    @property
    def households(self) -> int:
        """How many households."""
        return len(self.areas)

    @property
    def persons(self) -> int:
        """How many persons."""
        return int(self.starts[-1])


def compute(kernel: Kernel, columns: Columns, threads: int, pieces: int = 8) -> dict[str, np.ndarray]:
    """All outputs in fresh arrays; the columns are those in memory, person positions are absolute."""
    out = kernel.outputs(columns.persons, columns.households)
    levels = {rule.name: rule.level for rule in kernel.plan.rules}
    cuts = np.linspace(0, columns.households, pieces + 1).astype(int)
    own = [fact.name for fact in kernel.plan.facts_of(Level.HOUSEHOLD)]

    def piece(number: int) -> None:
        a, b = cuts[number], cuts[number + 1]
        facts = {name: values[a:b] if name in own else values for name, values in columns.facts.items()}
        results = {
            name: values[a:b] if levels[name] is Level.HOUSEHOLD else values for name, values in out.items()
        }
        kernel.run(columns.starts[a : b + 1], columns.areas[a:b], facts, columns.cube, results)

    if threads == 1:
        for number in range(pieces):
            piece(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(piece, range(pieces)))
    return out


def kernel_of(plan: Plan, home: Path) -> Kernel:
    """The compiled kernel, kept under `home`."""
    return build_kernel(plan, home / "kernels")


def _facts() -> FactCatalogue:
    def fact(name: str, level: Level, kind: Kind, code: type | None = None) -> Fact:
        return Fact(name, level, kind, name, name, "synthetic", None, code)

    person, own = Level.PERSON, Level.HOUSEHOLD
    return FactCatalogue(
        [
            *[fact(f"{name}_month", person, Kind.FEN) for name in PERSON_MONEY],
            *[fact(name, person, Kind.BOOL) for name in PERSON_FLAGS],
            *[fact(name, person, Kind.CODE, code) for name, code in PERSON_CODES.items()],
            *[fact(name, person, Kind.INT) for name in PERSON_NUMBERS],
            *[fact(name, own, Kind.FEN) for name in ("financial_assets", "car_value")],
            *[fact(name, own, Kind.INT) for name in ("cars", "houses")],
        ]
    )


def _rates() -> RateBook:
    rates, entries = [], []
    for name, values in {**BY_CITY, **NATIONAL}.items():
        kind = Kind.BP if name in RATIOS else Kind.INT if name in COUNTS else Kind.FEN
        rates.append(Rate(name, name, name, kind))
        for since, value in zip((EARLIER, LATER), values, strict=True):
            if isinstance(value, tuple):
                entries += [_entry(name, city, since, one) for city, one in zip(CITIES, value, strict=True)]
            else:
                entries.append(_entry(name, NATION, since, value))
    return RateBook(rates, entries)


def _entry(name: str, division: str, since: str, value: int) -> RateEntry:
    first = date.fromisoformat(since)
    return RateEntry(name, division, first, None, value, value, anmin_income.LAW, "invented", True, None)
