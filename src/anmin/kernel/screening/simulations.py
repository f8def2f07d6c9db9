"""Simulations over a city: the effects of scenarios, and the cliffs that a typical household would meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from anmin.kernel.screening.actions import kernel_cache
from anmin.kernel.screening.rulebooks import COVERAGE, LAYER, MEASURE, outputs, rulebook
from anmin.policy.compiling import Progress
from anmin.policy.evaluate import Household
from anmin.policy.plan import make_plan
from anmin.policy.simulate import (
    CurvePoint,
    Scenario,
    Simulation,
    changed_rulebook,
    cliffs,
    income_curve,
    simulate,
)
from anmin.policy.snapshots import Snapshot

BORN = 40
CURVE_STEP, CURVE_TOP = 5_000, 600_000
"""The income curve runs in steps of 50 yuan up to 6,000 yuan a month, in fen."""
CURRENT = "现行"


@dataclass(frozen=True)
class Simulated:
    """Effects by scenario and county; the aid along a rising income, and its cliffs, by scenario."""

    simulation: Simulation
    curves: Mapping[str, Sequence[CurvePoint]]
    cliffs: Mapping[str, Sequence[tuple[CurvePoint, CurvePoint]]]

    def as_json(self) -> dict[str, Any]:
        """Plain values; money in fen."""
        return {
            "day": self.simulation.day.isoformat(),
            "measure": self.simulation.measure,
            "effects": [asdict(row) for row in self.simulation.effects],
            "cliffs": {
                name: [[asdict(before), asdict(after)] for before, after in falls]
                for name, falls in self.cliffs.items()
            },
        }


def run_simulation(
    snapshot: Snapshot, scenarios: Sequence[Scenario], *, on: date, progress: Progress | None = None
) -> Simulated:
    """Simulate scenarios against today's rates over a snapshot; today's come first under the name 现行."""
    book = rulebook()
    rows = [Scenario(CURRENT), *[scenario for scenario in scenarios if scenario.changes]]
    names = [name for name in outputs(book) if name not in (LAYER, COVERAGE)]
    found = simulate(
        snapshot, book, rows, on=on, measure=MEASURE, outputs=names, cache=kernel_cache(), progress=progress
    )
    place = str(snapshot.manifest["areas"][0][0])
    curves = {}
    for scenario in rows:
        plan = make_plan(changed_rulebook(book, scenario, on), on, [MEASURE])
        curves[scenario.name] = income_curve(
            plan,
            typical_household(place, on),
            MEASURE,
            fact="wage_year",
            months=range(0, CURVE_TOP, CURVE_STEP),
        )
    return Simulated(found, curves, {name: cliffs(points) for name, points in curves.items()})


def typical_household(division: str, on: date) -> Household:
    """Two grown-ups and a child in town, the first of whom earns: the household of the income curve."""
    grown, child = (on.year - BORN) * 10_000 + 101, (on.year - 10) * 10_000 + 101
    members = [
        {"birth_day": grown, "relation": 0},
        {"birth_day": grown, "relation": 1},
        {"birth_day": child, "relation": 2},
    ]
    return Household("typical", division, 0, {}, members)
