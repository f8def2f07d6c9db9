"""One run against the rolls (比对): for each benefit who is eligible and lacks it, and who has it without ground; pure reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anmin.kernel.alerts.sweeps.holders import Holder, holders
from anmin.kernel.alerts.sweeps.reversing import UNREAD, WITHOUT, is_better_off, judge
from anmin.kernel.alerts.sweeps.rolls import ROLL, groups, rolls, swept
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.facts.lake.queries import flagged
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.people.models import Identifier, Membership
from anmin.kernel.screening.claims import claims_in, members_in_order
from anmin.kernel.screening.models import HouseholdResult, Run
from anmin.policy.benefits import Benefit
from anmin.policy.codes import Coverage

DIBAO = "assistance/dibao"


@dataclass(frozen=True)
class Lacking:
    """Somebody who is eligible and lacks a benefit (应享未享), or has it without ground (`is_without`).

    `member` is the position in the run's household where the benefit is a person's, or `person` its register key; `fen` a
    period is at stake; `why` says which condition of the benefit no longer holds.
    """

    benefit: str
    household: str
    division: str
    fen: int | None
    is_without: bool
    member: int | None = None
    person: int | None = None
    why: str = ""


@dataclass
class Compared:
    """One benefit of a sweep: how many are eligible, how many of them lack it; how many have it, how many of those without ground.

    `has_roll` is False where there is no roll to compare with; then nothing is said of who lacks it. `untold` are those
    who have it and of whom the data cannot tell.
    """

    benefit: str
    eligible: int = 0
    missed: int = 0
    held: int = 0
    without: int = 0
    untold: int = 0
    fen: int = 0
    has_roll: bool = True


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
    benefits = swept()
    having = holders(run, sums, rolled)
    watched = {one.household for one in having}
    ours = {one.household for one in having if one.benefit in groups()[DIBAO]}
    given: dict[str, set[tuple[str, int | None]]] = {}
    received: dict[str, str] = {}
    rows = HouseholdResult.objects.filter(run=run).order_by("number")
    for found in rows.iterator(chunk_size=2_000):
        if found.number in watched:
            given[found.number] = _claimed(found, benefits)
        if found.coverage == Coverage.WITHOUT_GROUND:
            received[found.number] = found.division
        elif found.coverage == Coverage.COVERED and found.number not in ours:
            sums[DIBAO].held += 1
        yield from _of_household(found, benefits, sums, by_facts, held)
    yield from _reverse(run, sums, having, given, received)


def _of_household(
    found: HouseholdResult,
    benefits: Sequence[Benefit],
    sums: dict[str, Compared],
    by_facts: set[str],
    held: Mapping[str, set[Any]],
) -> Iterator[Lacking]:
    home, place = found.number, found.division
    is_missed = found.coverage == Coverage.MISSED
    for benefit in benefits:
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


def _reverse(
    run: Run,
    sums: dict[str, Compared],
    having: Sequence[Holder],
    given: Mapping[str, set[tuple[str, int | None]]],
    received: Mapping[str, str],
) -> Iterator[Lacking]:
    """Whoever has a benefit and is not given it: those the data cannot tell of are counted, not accused."""
    standing: dict[str, list[Holder]] = defaultdict(list)
    for one in having:
        standing[one.household].append(one)
    having = [one for one in having if one.benefit in sums]
    for one in having:
        sums[one.benefit].held += 1
    ours = {one.household for one in having if one.benefit in groups()[DIBAO]}
    told = [Holder(DIBAO, number) for number in received if number not in ours]
    if told:
        sums[DIBAO].held += len(told)
    order = members_in_order([one.household for one in having if one.person is not None])
    doubted = [
        one
        for one in [*having, *told]
        if not one.is_settled and not _is_given(one, given.get(one.household, ()), order)
    ]
    departments = set(told)
    for found in judge(run, doubted, standing):
        one = found.holder
        is_without = found.state == WITHOUT or (found.state == UNREAD and one in departments)
        if not is_without:
            sums[one.benefit].untold += 1
            continue
        sums[one.benefit].without += 1
        yield Lacking(
            one.benefit,
            one.household,
            found.place or received.get(one.household, ""),
            one.fen,
            is_without=True,
            person=one.person,
            why=found.why if found.state == WITHOUT else "",
        )


def without_ground(run: Run, benefits: Collection[str]) -> list[Lacking]:
    """Who has some benefits by our decisions and is given them no more by a run."""
    known = swept()
    having = holders(run, {row.key for row in known} | set(benefits), {})
    numbers = {one.household for one in having if one.benefit in benefits}
    rows = HouseholdResult.objects.filter(run=run, number__in=numbers)
    given = {row.number: _claimed(row, known) for row in rows}
    return list(_reverse(run, {key: Compared(key) for key in benefits}, having, given, {}))


def _claimed(found: HouseholdResult, benefits: Sequence[Benefit]) -> set[tuple[str, int | None]]:
    return {(one.key, member) for one in benefits for member, _fen in claims_in(found, one)}


def _is_given(
    one: Holder, claims: Collection[tuple[str, int | None]], order: Mapping[str, Sequence[int]]
) -> bool:
    if is_better_off(one.benefit, {key for key, _member in claims}):
        return True
    if one.person is None:
        return any((key, None) in claims for key in (one.benefit, *one.rivals))
    mine = list(order.get(one.household, ()))
    if one.person not in mine:
        return False
    return any((key, mine.index(one.person)) in claims for key in (one.benefit, *one.rivals))


def _eligible(run: Run) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    rows = run.sums.values_list("output", "count")
    of = {row.eligible: row.key for row in swept()}
    for output, number in rows.iterator():
        if output in of:
            found[of[output]] += number
    return found


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
