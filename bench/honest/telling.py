"""How it is told: late, with rows lost, with wrong values, and now and then a whole month of a source that does not come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anmin.kernel.facts.demo.months import Months
from anmin.policy.facts import FactCatalogue
from anmin.policy.types import UNKNOWN, WINDOW

LAG = {
    "医保": 1,
    "残联": 1,
    "民政": 0,
    "人社": 1,
    "税务、公积金": 2,
    "教育": 2,
    "银行": 1,
    "12345 热线": 0,
    "供电": 1,
}
"""Months from the end of a month until a source has told about it."""
LOST = {"医保": 0.05, "人社": 0.06, "教育": 0.08, "12345 热线": 0.10}
"""Share of the events that a source never tells: treated elsewhere, not registered, number mistyped."""
LATE, NOISE = 0.06, 0.0004
"""Chance that a source's month comes two months late, and that a row shows a large value that belongs to somebody else."""


@dataclass(frozen=True)
class Told:
    """What was told, as it was told: the months with their losses and errors, and when each month of a source came."""

    months: Months
    came: dict[str, np.ndarray]
    sources: dict[str, str]

    def window(self, name: str, at: int) -> np.ndarray:
        """Twelve months up to one, as known at its end; what had not come is unknown."""
        values = self.months[name][:, at - WINDOW + 1 : at + 1].copy()
        came = self.came[self.sources[name]][at - WINDOW + 1 : at + 1]
        values[:, came > at] = UNKNOWN
        return values


def tell(rng: np.random.Generator, true: Months, facts: FactCatalogue, months: int) -> Told:
    """Spoil the truth as departments do."""
    sources = {name: facts[name].source for name in true if name in facts and facts[name].monthly}
    came = {}
    for source in sorted(set(sources.values())):
        late = np.where(rng.random(months) < LATE, 2, 0)
        came[source] = np.arange(months) + LAG.get(source, 1) + late
    told: Months = {}
    for name, source in sources.items():
        values = true[name].copy()
        lost = rng.random(len(values)) < LOST.get(source, 0.03)
        if name in EVENTS:
            values[lost] = np.minimum(values[lost], 0)
        if name == "inpatient_top":
            rows, at = np.nonzero(rng.random(values.shape) < NOISE)
            values[rows, at] = rng.integers(11_000, 30_000, len(rows)) * 100
        told[name] = values
    return Told(told, came, sources)


EVENTS = (
    "inpatient_top",
    "serious_registered",
    "unemployed_registered",
    "calls_for_help",
    "in_college",
)
"""Facts that exist because somebody wrote something down; when nobody did, there is nothing."""
