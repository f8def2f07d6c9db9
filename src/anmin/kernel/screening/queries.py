"""What screening found, as far as the reader may see it: runs, sums by division, households, reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Substr

from anmin.kernel.access.queries import Scope
from anmin.kernel.facts.queries import snapshots_home
from anmin.kernel.screening.models import BrokenHousehold, DivisionSum, HouseholdResult, Run
from anmin.kernel.screening.rulebooks import (
    COVERAGE,
    LAYER,
    MEASURE,
    TARGET,
    TARGET_COVERED,
    monthly_amounts,
    rulebook,
)
from anmin.lib.divisions import DivisionLevel, level_of
from anmin.policy.codes import Coverage, Layer
from anmin.policy.evaluate import Household, Outcome, evaluate
from anmin.policy.explain import Explanation, explain
from anmin.policy.lookups import find_household
from anmin.policy.phrases import CHINESE, Words
from anmin.policy.plan import make_plan
from anmin.policy.rules import Level
from anmin.policy.snapshots import Snapshot

CHILD_DIGITS = {
    DivisionLevel.NATION: 2,
    DivisionLevel.PROVINCE: 4,
    DivisionLevel.PREFECTURE: 6,
    DivisionLevel.COUNTY: 9,
    DivisionLevel.TOWN: 12,
}


Cell = tuple[str, str, int, int]
"""Division, output, sum, count."""


@dataclass
class Overview:
    """One division of the city page. `layers` counts households by layer; money is fen a month.

    `target` counts the persons below the monitoring line, `target_covered` those of them on dibao or tekun.
    """

    code: str
    households: int = 0
    persons: int = 0
    layers: dict[int, int] = field(default_factory=dict)
    missed: int = 0
    without_ground: int = 0
    target: int = 0
    target_covered: int = 0
    benefits: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def monthly(self) -> int:
        """All monthly benefits, in fen."""
        return sum(total for total, _ in self.benefits.values())


def prefix_of(code: str) -> str:
    """The digits that all codes within a division begin with."""
    digits = {DivisionLevel.NATION: 0, DivisionLevel.PROVINCE: 2, DivisionLevel.PREFECTURE: 4}.get(
        level_of(code)
    )
    return code if digits is None else code[:digits]


def runs(scope: Scope) -> QuerySet[Run]:
    """Runs over cities that the reader's divisions lie in or contain, newest first."""
    cities = {city for city in Run.objects.values_list("city", flat=True).distinct() if scope.touches(city)}
    return Run.objects.filter(city__in=cities).order_by("-made_at", "-pk")


def latest_run(scope: Scope) -> Run | None:
    """The newest run, or None where none was made yet."""
    return runs(scope).first()


def run_numbered(scope: Scope, number: int) -> Run | None:
    """One run by its number."""
    return runs(scope).filter(pk=number).first()


def run_by(snapshot: str, fingerprint: str) -> Run | None:
    """The newest run over a snapshot by exactly these rules, rates and day, or None."""
    return Run.objects.filter(snapshot=snapshot, fingerprint=fingerprint).order_by("-pk").first()


def city_overview(run: Run, scope: Scope, parent: str) -> list[Overview]:
    """The children of a division, each with its sums, as far as the scope reaches."""
    digits = CHILD_DIGITS.get(level_of(parent), 12)
    hidden = [
        (place[:digits], output, -total, -count)
        for place, output, total, count in _hidden(run, scope)
        if place.startswith(prefix_of(parent))
    ]
    rows = (
        DivisionSum.objects.filter(scope.q(), run=run, division__startswith=prefix_of(parent))
        .annotate(child=Substr("division", 1, digits))
        .values("child", "output")
        .annotate(total_sum=Sum("total"), count_sum=Sum("count"))
    )
    cells = [(row["child"], row["output"], row["total_sum"], row["count_sum"]) for row in rows]
    return _overviews(_added(cells, hidden))


def overview(run: Run, scope: Scope, code: str) -> Overview:
    """The sums of one division as a whole."""
    rows = (
        DivisionSum.objects.filter(scope.q(), run=run, division__startswith=prefix_of(code))
        .values("output")
        .annotate(total_sum=Sum("total"), count_sum=Sum("count"))
    )
    hidden = [
        (code, output, -total, -count)
        for place, output, total, count in _hidden(run, scope)
        if place.startswith(prefix_of(code))
    ]
    cells = [(code, row["output"], row["total_sum"], row["count_sum"]) for row in rows]
    found = _overviews(_added(cells, hidden))
    return found[0] if found else Overview(code)


def _hidden(run: Run, scope: Scope) -> list[Cell]:
    """What households that the reader may not know of add to the sums of a run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, output, total, number FROM anmin_hidden_sums(%s)", [run.pk])
        return [row for row in cursor.fetchall() if scope.contains(row[0])]


def _added(cells: list[Cell], hidden: list[Cell]) -> list[Cell]:
    """Sums by place and output; an output that the sums do not have is none of theirs."""
    sums = {(place, output): (total, count) for place, output, total, count in cells}
    for place, output, total, count in hidden:
        if (place, output) in sums:
            before = sums[place, output]
            sums[place, output] = (before[0] + total, before[1] + count)
    return [(*key, *values) for key, values in sums.items()]


def _results(run: Run, scope: Scope) -> QuerySet[HouseholdResult]:
    """Results in scope without the households that the reader may not know of (`anmin_hidden_homes`)."""
    rows = HouseholdResult.objects.filter(scope.q(), run=run)
    return rows.exclude(number__in=RawSQL("SELECT anmin_hidden_homes()", []))


def is_hidden(number: str) -> bool:
    """Whether a household is kept from the reader of this transaction, so that it reads like one that is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT anmin_hides(%s)", [number])
        return bool(cursor.fetchone()[0])


def _overviews(rows: Iterable[tuple[str, str, int, int]]) -> list[Overview]:
    monthly = monthly_amounts(rulebook())
    found: dict[str, Overview] = {}
    for code, output, total, count in rows:
        row = found.setdefault(code, Overview(code))
        name, _, value = output.partition("=")
        if output == "households":
            row.households = count
        elif output == "persons":
            row.persons = count
        elif name == LAYER:
            row.layers[int(value)] = count
        elif name == COVERAGE and int(value) == Coverage.MISSED:
            row.missed = count
        elif name == COVERAGE and int(value) == Coverage.WITHOUT_GROUND:
            row.without_ground = count
        elif name == TARGET:
            row.target = total
        elif name == TARGET_COVERED:
            row.target_covered = total
        elif name in monthly:
            row.benefits[name] = (total, count)
    return sorted(found.values(), key=lambda row: row.code)


def households(
    run: Run,
    scope: Scope,
    *,
    layer: int | None = None,
    coverage: int | None = None,
    division: str | None = None,
    output: str | None = None,
    uncovered: bool = False,
    search: str = "",
) -> QuerySet[HouseholdResult]:
    """The households behind a figure, by number. `output` keeps those with a value of that name.

    `uncovered` keeps those with persons below the monitoring line who are on neither dibao nor tekun.
    """
    found = _results(run, scope)
    if layer is not None:
        found = found.filter(layer=layer)
    if coverage is not None:
        found = found.filter(coverage=coverage)
    if division:
        found = found.filter(division__startswith=prefix_of(division))
    if output:
        found = found.filter(values__has_key=output)
    if uncovered:
        found = found.alias(target=_whole(TARGET), covered=_whole(TARGET_COVERED)).filter(
            target__gt=F("covered")
        )
    if search:
        found = found.filter(number__startswith=search.strip().upper())
    return found.order_by("number")


def _whole(name: str) -> Coalesce:
    """An output of a household as a number; what was nought was not stored."""
    return Coalesce(Cast(KeyTextTransform(name, "values"), IntegerField()), 0)


def household_result(run: Run, scope: Scope, number: str) -> HouseholdResult | None:
    """The stored result of a household, or None: also where the reader may not see it."""
    return _results(run, scope).filter(number=number).first()


def broken_households(run: Run, scope: Scope) -> QuerySet[BrokenHousehold]:
    """Households that could not be calculated; shown only to whoever sees the whole city."""
    if not scope.contains(run.city):
        return BrokenHousehold.objects.none()
    rows = BrokenHousehold.objects.filter(run=run)
    return rows.exclude(number__in=RawSQL("SELECT anmin_hidden_homes()", [])).order_by("number")


def provenance(run: Run) -> dict[str, dict[str, Any]]:
    """Which batches each fact of a run's snapshot came from; empty where the snapshot came as one file."""
    found: dict[str, dict[str, Any]] = Snapshot.open(snapshots_home() / run.snapshot).manifest.get(
        "provenance", {}
    )
    return found


def household_facts(run: Run, scope: Scope, number: str) -> Household | None:
    """The household as the run's snapshot has it, or None: also where the reader may not see it."""
    snapshot = Snapshot.open(snapshots_home() / run.snapshot)
    household = find_household(snapshot, number, list(rulebook().facts.values()))
    if household is None or not scope.contains(household.division) or is_hidden(number):
        return None
    return household


def outcome(run: Run, household: Household, on: date | None = None) -> Outcome:
    """The household calculated now by the rules of a day (the run's own day when none is named)."""
    return evaluate(make_plan(rulebook(), on or run.on), household)


def explanation(
    found: Outcome, name: str = MEASURE, member: int | None = None, words: Words = CHINESE
) -> Explanation:
    """Why a value came out as it did."""
    return explain(found, name, member, words)


@dataclass(frozen=True)
class Replay:
    """A stored result against the same calculation made again. `differences`: name, stored, now."""

    differences: tuple[tuple[str, Any, Any], ...]

    @property
    def agrees(self) -> bool:
        """Whether every stored value came out again."""
        return not self.differences


def replay(stored: HouseholdResult, found: Outcome) -> Replay:
    """Compare every stored value, of the household and of its members, with a fresh calculation."""
    names = {rule.name: rule.level for rule in found.plan.rules}
    differences = []
    for name, value in stored.values.items():
        if names.get(name) is Level.HOUSEHOLD and int(found.values[name]) != value:
            differences.append((name, value, int(found.values[name])))
    for position, values in stored.people.items():
        for name, value in values.items():
            now = int(found.members[int(position)][name])
            if now != value:
                differences.append((f"{name}[{position}]", value, now))
    return Replay(tuple(differences))


def unverified_rates(run: Run) -> list[str]:
    """The titles of the rates in force in the run's city that nobody has verified yet."""
    plan = make_plan(rulebook(), run.on)
    return [
        rate.title
        for rate in plan.rates
        if not plan.rulebook.rates.entry(rate.name, run.city, run.on).verified
    ]


LAYERS = [layer for layer in Layer if layer is not Layer.NONE]
