"""One run against the rolls (比对): for each benefit who is eligible and lacks it, and who has it without ground; pure reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.facts.lake.queries import flagged
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.people.models import Identifier, Membership
from anmin.kernel.screening.models import HouseholdResult, Run
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.benefits import Benefit
from anmin.policy.codes import Coverage

FILE = Path(__file__).parent / "rolls.yaml"
ROLL = "benefit_rolls"
"""The source by which the bureau hands in who receives what already (待遇发放名册)."""


@lru_cache(maxsize=1)
def rolls() -> dict[str, Any]:
    """With which roll each benefit is compared."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


@dataclass(frozen=True)
class Lacking:
    """Somebody who is eligible and lacks a benefit (应享未享), or has it without ground (`is_without`).

    `member` is the position in the run's household where the benefit is a person's; `fen` a month is at stake.
    """

    benefit: str
    household: str
    division: str
    fen: int | None
    is_without: bool
    member: int | None = None


@dataclass
class Compared:
    """One benefit of a sweep: how many are eligible, how many of them lack it, how many have it without ground.

    `has_roll` is False where there is no roll to compare with; then nothing is said of who lacks it.
    """

    benefit: str
    eligible: int = 0
    missed: int = 0
    without: int = 0
    fen: int = 0
    has_roll: bool = True


def swept() -> list[Benefit]:
    """The benefits that a sweep goes through, the strongest layer first."""
    book = rulebook()
    never = set(rolls()["never"])
    return sorted((row for key, row in book.benefits.items() if key not in never), key=lambda row: row.rank)


def compare(run: Run) -> tuple[dict[str, Compared], Iterator[Lacking]]:
    """The counts of each benefit and everybody lacking, household by household. Counts are whole when all were read."""
    sums = {row.key: Compared(row.key) for row in swept()}
    return sums, _lacking(run, sums)


def _lacking(run: Run, sums: dict[str, Compared]) -> Iterator[Lacking]:
    by_facts = set(rolls()["same_roll"]["dibao_and_tekun"])
    rolled = _rolled(run)
    held = _held(run, rolled)
    eligible = _eligible(run)
    for key, row in sums.items():
        if key not in by_facts:
            row.has_roll = key in rolled or (
                len(held.get(key, ())) * 100 >= eligible.get(key, 0) * rolls()["least_roll"] > 0
            )
    rows = HouseholdResult.objects.filter(run=run).order_by("number")
    for found in rows.iterator(chunk_size=2_000):
        yield from _of_household(found, sums, by_facts, held)


def _of_household(
    found: HouseholdResult, sums: dict[str, Compared], by_facts: set[str], held: Mapping[str, set[Any]]
) -> Iterator[Lacking]:
    home, place = found.number, found.division
    if found.coverage == Coverage.WITHOUT_GROUND:
        sums["assistance/dibao"].without += 1
        yield Lacking("assistance/dibao", home, place, fen=None, is_without=True)
    is_missed = found.coverage == Coverage.MISSED
    for benefit in swept():
        row = sums[benefit.key]
        for member, fen in claims_in(found, benefit):
            row.eligible += 1
            row.fen += fen or 0
            if benefit.key in by_facts:
                lacks = is_missed
            elif row.has_roll:
                lacks = (found.number if member is None else (found.number, member)) not in held[benefit.key]
            else:
                lacks = False
            if lacks:
                row.missed += 1
                yield Lacking(benefit.key, home, place, fen=fen, is_without=False, member=member)


def claims_in(found: HouseholdResult, benefit: Benefit) -> list[tuple[int | None, int | None]]:
    """To whom of a household a run gives a benefit, and how much a period: member position (None: the household), fen."""
    if benefit.unit == "household":
        if not found.values.get(benefit.eligible):
            return []
        return [(None, int(found.values.get(benefit.amount, 0)) if benefit.amount else None)]
    return [
        (int(position), int(values.get(benefit.amount, 0)) if benefit.amount else None)
        for position, values in sorted(found.people.items(), key=lambda one: int(one[0]))
        if values.get(benefit.eligible)
    ]


def _eligible(run: Run) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    rows = run.sums.values_list("output", "count")
    of = {row.eligible: row.key for row in swept()}
    for output, number in rows.iterator():
        if output in of:
            found[of[output]] += number
    return found


def roll_column(benefit: str) -> str:
    """The title of the column of the roll that says who receives a benefit; empty where the roll has none."""
    name = rolls()["columns"].get(benefit)
    return next((one.title for one in sources()[ROLL].columns if one.name == name), "")


def _rolled(run: Run) -> dict[str, set[int]]:
    """Who receives a benefit by the newest roll handed in, as keys of persons; a column left empty is no roll."""
    said = flagged(sources()[ROLL], run.on)
    found = {}
    for benefit, column in rolls()["columns"].items():
        if column in said:
            numbers = Identifier.objects.filter(
                kind="resident", blind__in=said[column], last_day__isnull=True
            )
            found[benefit] = set(numbers.values_list("person", flat=True))
    return found


def _held(run: Run, rolled: Mapping[str, set[int]]) -> dict[str, set[Any]]:
    """Who has what on our books or by a roll: numbers of households, or number and position of the member in the snapshot's order."""
    found: dict[str, set[Any]] = defaultdict(set)
    rows = Entitlement.objects.exclude(state=Entitlement.State.ENDED).filter(
        division__startswith=run.city[:4]
    )
    personal: dict[int, set[str]] = defaultdict(set)
    for benefit, receiving in rolled.items():
        for person in receiving:
            personal[person].add(benefit)
    for benefit, number, person in rows.values_list("benefit", "household__number", "person"):
        if person is None:
            found[benefit].add(number)
        else:
            personal[person].add(benefit)
    members = Membership.objects.filter(person__in=personal, last_day__isnull=True)
    places = members_in_order(list(members.values_list("household__number", flat=True)))
    for number, people in places.items():
        for position, person in enumerate(people):
            for benefit in personal.get(person, ()):
                found[benefit].add((number, position))
    return found


def members_in_order(numbers: list[str]) -> dict[str, list[int]]:
    """The members of households in the order in which the snapshot has them, by number."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Membership.objects.filter(
        household__number__in=set(numbers), last_day__isnull=True, is_double=False
    )
    for number, person in rows.order_by("household", "relation", "pk").values_list(
        "household__number", "person"
    ):
        found[number].append(person)
    return found
