"""Looking for trouble month by month: our risk score and a single indicator, with the same number of visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anmin.kernel.facts.demo.city import build_city
from anmin.kernel.facts.demo.months import (
    Columns,
    Months,
    add_months_columns,
    base_columns,
    on_books,
    told_months,
)
from anmin.kernel.facts.demo.places import places_of
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import add_months
from anmin.policy.rules import Level
from anmin.policy.scoring import NEEDS, findings, in_order
from anmin.policy.snapshots import Snapshot, make_part
from anmin.policy.types import WINDOW
from anmin.policy.watching import PartWatcher, Watch, needed
from bench.honest.telling import Told, tell
from bench.honest.troubles import USUAL, Trouble, happen

CITY, FIRST, MONTHS = "371000", date(2024, 1, 1), 36
"""Three years of life; looked at in the last two, when twelve months are there to look back on."""
AGAIN_AFTER = 6
"""Months until a family that was visited in vain is visited again; one that was found in hardship is not, for a year."""
TO_VISIT, WAITS = 3, 3
"""Days from the evaluation to the visit, and months that a family waits for one before its turn is over."""
LASTS = 12
"""Months after a trouble within which finding the family still counts."""
SINGLE = ("assistance/M01", "assistance/M02")
"""The indicator that counties are known to push to one another: one stay in hospital over a limit."""
FEN = 100


@dataclass
class City:
    """A city with its true troubles and what was told of them."""

    households: pa.Table
    persons: pa.Table
    people: Columns
    homes: Columns
    told: Told
    days: Mapping[str, np.ndarray]
    troubles: list[Trouble]
    aided: np.ndarray
    layers: np.ndarray
    snapshot: Snapshot

    def remembered(self, cache: Path, first: int = WINDOW, last: int = MONTHS) -> Seen:
        """Every month evaluated once, to be looked at with different numbers of visits."""
        return {at: evaluated(self, cache, at) for at in range(first, last)}


Seen = Mapping[int, tuple[pa.Table, pa.Table]]
"""Hits and findings at the end of each month."""


@dataclass
class Found:
    """What one way of looking found: visits, families found in hardship with the days it took, and visits in vain."""

    name: str
    visits: int = 0
    true_visits: int = 0
    days: dict[int, int] = field(default_factory=dict)

    def recall(self, cases: Sequence[int]) -> float:
        """Share of the cases that were found."""
        return len(set(cases) & set(self.days)) / max(len(cases), 1)

    @property
    def precision(self) -> float:
        """Share of the visits that found hardship."""
        return self.true_visits / max(self.visits, 1)

    @property
    def visits_per_case(self) -> float:
        """Visits for one case found."""
        return self.visits / max(len(self.days), 1)

    @property
    def median_days(self) -> float:
        """Days from the trouble to the visit, the middle one."""
        return float(np.median(list(self.days.values()))) if self.days else float("nan")


def month_end(at: int) -> date:
    """The last day of a month of the span."""
    return add_months(FIRST, at + 1) - timedelta(1)


def draw(folder: Path, persons: int, seed: int, mix: str = USUAL) -> City:
    """A city over the span, with its troubles, and how they were told."""
    book, rng = rulebook(), np.random.default_rng(seed)
    start = month_end(0)
    snapshot, _ = build_city(folder, places_of(CITY, start), book, on=start, persons=persons, seed=seed)
    households = pa.concat_tables(
        [snapshot.household_table(at) for at in range(snapshot.parts)]
    ).unify_dictionaries()
    people_table = pa.concat_tables([snapshot.person_table(at) for at in range(snapshot.parts)])
    people, homes = base_columns(households, people_table, start)
    count = len(households)
    true = told_months(rng, people, homes, MONTHS, month_end(MONTHS - 1))
    true["death_month"] = np.full(len(people["age"]), -1)
    true["disaster_month"] = np.full(count, -1)
    troubles = happen(rng, people, homes, _means(households, people, homes), true, MONTHS, mix)
    told = tell(rng, true, book.facts, MONTHS)
    days = {
        "death_day": _days(rng, true["death_month"], 0.04),
        "disaster_day": _days(rng, true["disaster_month"], 0.12),
    }
    aided = (
        np.bincount(
            people["home"], weights=people["receives_dibao"] + people["receives_tekun"], minlength=count
        )
        > 0
    )
    layers = on_books(rng, people, count)
    return City(households, people_table, people, homes, told, days, troubles, aided, layers, snapshot)


def _means(households: pa.Table, people: Columns, homes: Columns) -> dict[str, np.ndarray]:
    income = people["wage_year"] + people["retirement_pension_year"] + people["resident_pension_month"] * 12
    count = len(households)
    rates = rulebook().rates
    standard = np.array(
        [
            rates.entry("dibao_standard", place, month_end(0)).value(kind)
            for place, kind in zip(
                households["division"].to_pylist(), homes["settlement"].tolist(), strict=True
            )
        ]
    )
    savings = households["financial_assets"].fill_null(0).to_numpy()
    return {
        "income_year": np.bincount(people["home"], weights=income, minlength=count).astype(np.int64),
        "savings": savings,
        "standard": standard,
    }


def _days(rng: np.random.Generator, months: np.ndarray, lost: float) -> np.ndarray:
    """Days yyyymmdd of events by the month of the span, some of them never told."""
    days = np.zeros(len(months), dtype=np.int32)
    for at in range(MONTHS):
        day = add_months(FIRST, at)
        days[months == at] = day.year * 10_000 + day.month * 100 + 15
    return np.where(rng.random(len(months)) < lost, 0, days).astype(np.int32)


def look(
    city: City, evaluations: Seen, *, visits: int | None = None, first: int = WINDOW + 1, last: int = MONTHS
) -> dict[str, Found]:
    """Look month by month. `visits` is the number a month for both; None gives both what the single indicator asks for.

    Both see to what is new: a rule that held a month before raises nothing. A family waits for three months to be visited.
    """
    found = {name: Found(name) for name in ("ours", "single")}
    rest: dict[str, dict[int, int]] = {name: {} for name in found}
    raised: dict[str, dict[int, int]] = {name: {} for name in found}
    active = _active(city)
    before, _ = evaluations[first - 1]
    for at in range(first, last):
        hits, findings_now = evaluations[at]
        new = _new(hits, before)
        before = hits
        needs = pc.is_in(new["direction"], pa.array([int(one) for one in NEEDS], pa.uint8()))
        for name, rows in (
            ("ours", new.filter(needs)),
            ("single", new.filter(pc.is_in(new["rule"], pa.array(SINGLE)))),
        ):
            raised[name] |= dict.fromkeys(_positions(city, rows["household"]).tolist(), at)
        ranked = _positions(city, in_order(findings_now)["household"]).tolist()
        queue = {
            name: [
                one
                for one in (ranked if name == "ours" else list(raised[name]))
                if _waits(city, raised[name], rest[name], one, at)
            ]
            for name in found
        }
        budget = len(queue["single"]) if visits is None else visits
        for name, way in found.items():
            for home in queue[name][:budget]:
                del raised[name][home]
                case = _visit(city, way, home, at, active)
                rest[name][home] = at + (LASTS if case else AGAIN_AFTER)
    return found


def _new(hits: pa.Table, before: pa.Table) -> pa.Table:
    """Hits that did not hold a month before."""
    names = ("rule", "household", "person")
    keys = [pc.binary_join_element_wise(*(one[name] for name in names), "|") for one in (hits, before)]
    return hits.filter(pc.invert(pc.is_in(keys[0], keys[1].combine_chunks())))


def _waits(city: City, raised: Mapping[int, int], rest: Mapping[int, int], home: int, at: int) -> bool:
    if city.aided[home] or home not in raised or at - raised[home] >= WAITS:
        return False
    return at >= rest.get(home, -1)


def _visit(city: City, way: Found, home: int, at: int, active: Mapping[int, list[int]]) -> bool:
    """One visit: whether the family is in hardship is seen there and nowhere else."""
    way.visits += 1
    there = [one for one in active.get(home, ()) if 0 <= at - city.troubles[one].month < LASTS]
    for case in there:
        trouble = city.troubles[case]
        began = add_months(FIRST, trouble.month) + timedelta(trouble.day - 1)
        way.days.setdefault(case, (month_end(at) - began).days + TO_VISIT)
    way.true_visits += bool(there)
    return bool(there)


def cases(city: City, first: int = WINDOW + 1, last: int = MONTHS) -> list[int]:
    """The troubles to be found: hardship of families without aid, begun while we look and early enough to be told."""
    return [
        number
        for number, one in enumerate(city.troubles)
        if one.is_hardship and not city.aided[one.home] and first - 1 <= one.month < last - 2
    ]


def _active(city: City) -> dict[int, list[int]]:
    rows: dict[int, list[int]] = {}
    for number, one in enumerate(city.troubles):
        if one.is_hardship and not city.aided[one.home]:
            rows.setdefault(one.home, []).append(number)
    return rows


def evaluated(city: City, cache: Path, at: int) -> tuple[pa.Table, pa.Table]:
    """Hits and findings at the end of a month, by what had been told by then and nothing else."""
    on = month_end(at)
    watch = Watch.of(rulebook(), on)
    told: Months = {name: city.told.window(name, at) for name in city.told.months}
    facts = rulebook().facts
    names = {level: [name for name in told if facts[name].level is level] for level in Level}
    day = on.year * 10_000 + on.month * 100 + on.day
    households = add_months_columns(city.households, told, names[Level.HOUSEHOLD])
    households = households.append_column("recognised_layer", pa.array(city.layers))
    households = households.append_column("disaster_day", pa.array(_known(city.days["disaster_day"], day)))
    persons = add_months_columns(city.persons, told, names[Level.PERSON])
    persons = persons.append_column("death_day", pa.array(_known(city.days["death_day"], day)))
    watcher = PartWatcher.over(watch, city.snapshot, cache, ())
    own = [fact for fact in needed(watch) if fact.level is Level.HOUSEHOLD]
    each = [fact for fact in needed(watch) if fact.level is Level.PERSON]
    part = make_part(households, persons, len(persons), own, each)
    raw = watcher.hits(part, persons["person"])
    return raw, findings(raw, watch.scale)


def _known(days: np.ndarray, on: int) -> np.ndarray:
    return np.where(days <= on, days, 0).astype(np.int32)


def _positions(city: City, keys: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.index_in(keys, city.households["household"].combine_chunks().cast(pa.string())))
