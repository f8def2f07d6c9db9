"""Risk of a household (风险得分): the weights of what was hit, each cause once, and of who they are; pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from anmin.kernel.alerts.limits import Limits
from anmin.lib.calendar import add_months


@dataclass(frozen=True)
class Weighed:
    """A hit as the score knows it: its cause, its weight, its day, and whether it still speaks (核实不属实的不计)."""

    cause: str
    weight: int
    on: date
    counts: bool = True


@dataclass(frozen=True)
class Risk:
    """A household's risk on a day: the score, its colour (empty below the lowest band), and the points of each cause."""

    score: int
    colour: str
    parts: tuple[tuple[str, int], ...]


def risk_of(hits: Iterable[Weighed], identities: Iterable[str], on: date, limits: Limits) -> Risk:
    """The score on a day. Same-cause hits count once, the larger (同因只计一次); after 12 months a hit drops.

    `identities` are keys of the limits' identities; the heaviest of them counts, and having left aid counts beside it.
    """
    oldest = add_months(on, -limits.remembers_months)
    best: dict[str, int] = {}
    for hit in hits:
        if hit.counts and oldest <= hit.on <= on:
            best[hit.cause] = max(best.get(hit.cause, 0), hit.weight)
    known = set(identities)
    points = {key: limits.identities[key] for key in known if key in limits.identities}
    left = points.pop("left_aid", 0)
    parts = sorted(best.items(), key=lambda one: (-one[1], one[0]))
    if best and points:
        key = max(points, key=lambda one: points[one])
        parts.append((f"identity:{key}", points[key]))
    if best and left:
        parts.append(("identity:left_aid", left))
    score = sum(points for _cause, points in parts)
    return Risk(score, colour_of(score, limits), tuple(parts))


def colour_of(score: int, limits: Limits) -> str:
    """The band of a score; empty where it is below the lowest."""
    reached = [colour for colour, least in limits.bands.items() if score >= least]
    return max(reached, key=lambda colour: limits.bands[colour], default="")
