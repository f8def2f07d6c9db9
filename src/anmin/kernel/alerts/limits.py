"""How long each step of an alert may take, how many one person handles, how scores become colours: as dated data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from anmin.kernel.law.clocks import Unit, deadline
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import WorkCalendar, load_calendar
from anmin.lib.divisions import ancestors
from anmin.policy.codes import Colour, Layer

FILE = Path(__file__).parent / "limits.yaml"
COLOURS = ("blue", "yellow", "orange", "red")
"""From the mildest to the gravest."""
LESS = "LESS"
"""The direction of a rule by which somebody may no longer be eligible (可能不再符合)."""


@dataclass(frozen=True)
class Limit:
    """The limits of one colour (处置时限): until the first contact, the visit, the closing; when and to whom it goes up."""

    contact: tuple[int, Unit]
    visit: tuple[int, Unit]
    close: tuple[int, Unit]
    escalate: tuple[int, Unit]
    to: str

    def due(self, what: str, start: date) -> date:
        """The last day of `contact`, `visit`, `close` or `escalate` for what began on a day."""
        number, unit = getattr(self, what)
        return deadline(start, number, unit, work_calendar())


@dataclass(frozen=True)
class Limits:
    """What a place has laid down from a day on. `verified` is False where nobody saw the document yet."""

    division: str
    since: date
    law: str
    verified: bool
    colours: Mapping[str, Limit]
    capacity: Mapping[str, int]
    left_aid: int
    remembers_months: int
    watches_left_months: int
    bands: Mapping[str, int] = field(default_factory=dict)
    identities: Mapping[str, int] = field(default_factory=dict)

    def of(self, colour: str, direction: str) -> Limit:
        """The limits of an alert: those of its colour; of one that may end a benefit those of its kind, unless red."""
        return self.colours["less" if direction == LESS and colour != "red" else colour]


def work_calendar() -> WorkCalendar:
    """The working-day calendar; years that are not issued yet are counted by weekends."""
    return load_calendar(on_unknown="provisional")


def gravest(colours: list[str]) -> str:
    """The gravest of some colours."""
    return max(colours, key=COLOURS.index)


@lru_cache(maxsize=1)
def every_limits() -> tuple[Limits, ...]:
    """Everything that is laid down, by place and day."""
    return tuple(
        Limits(
            division=str(row["division"]),
            since=row["since"],
            law=row["law"],
            verified=row["verified"],
            colours={
                key: Limit(
                    contact=_period(one["contact"]),
                    visit=_period(one["visit"]),
                    close=_period(one["close"]),
                    escalate=_period(one["escalate"]),
                    to=one["to"],
                )
                for key, one in row["colours"].items()
            },
            capacity=row["capacity"],
            left_aid=row["left_aid"],
            remembers_months=row["remembers_months"],
            watches_left_months=row["watches_left_months"],
        )
        for row in yaml.safe_load(FILE.read_text("utf-8"))
    )


def _period(written: list[Any]) -> tuple[int, Unit]:
    return int(written[0]), Unit(written[1])


def limits_in(division: str, on: date) -> Limits:
    """What counts in a place on a day: the nearest place upwards, the newest of its entries; bands and weights of
    identities are the dated rates by which the rules of monitoring score.

    Raises:
        PolicyError: `rate_missing`.
    """
    for place in ancestors(division):
        found = [row for row in every_limits() if row.division == place and row.since <= on]
        if found:
            newest = max(found, key=lambda row: row.since)
            return replace(newest, bands=_bands(division, on), identities=_identities(newest, division, on))
    raise LookupError(f"{division} 在 {on} 没有预警处置时限的规定")


def _bands(division: str, on: date) -> dict[str, int]:
    table = rulebook().rates.entry("risk_bands", division, on).urban
    assert isinstance(table, tuple)
    return {Colour.of(colour).name.lower(): least for least, colour in table}


def _identities(limits: Limits, division: str, on: date) -> dict[str, int]:
    rates = rulebook().rates
    weights, poverty = (
        rates.entry(name, division, on).urban for name in ("identity_weights", "return_to_poverty_weight")
    )
    assert isinstance(weights, tuple)
    assert isinstance(poverty, int)
    layers = {Layer.of(layer).name.lower(): points for layer, points in weights if points}
    return {**layers, "return_to_poverty": poverty, "left_aid": limits.left_aid}
