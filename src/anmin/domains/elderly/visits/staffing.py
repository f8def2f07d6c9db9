"""Elder-help workers per community (助老员配备): one or two to each, and not too many elders to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.domains.elderly.places import number


@dataclass(frozen=True)
class Staffing:
    """A community's elder-help workers against the rule. `problem` is empty where all is well."""

    division: str
    helpers: int
    elders: int
    problem: str


def staffing(division: str, helpers: int, elders: int, on: date) -> Staffing:
    """Compare: none, too few or too many workers, or more elders to one worker than the norm."""
    fewest, most = number("helper_fewest", division, on), number("helper_most", division, on)
    load = number("helper_elders", division, on)
    problem = ""
    if helpers == 0:
        problem = "没有助老员"
    elif helpers < fewest:
        problem = f"只有 {helpers} 名助老员，应有 {fewest}—{most} 名"
    elif helpers > most:
        problem = f"有 {helpers} 名助老员，应有 {fewest}—{most} 名，请核对登记"
    elif elders > load * helpers:
        problem = f"每名助老员平均服务 {-(-elders // helpers)} 位老人，超过 {load} 位"
    return Staffing(division, helpers, elders, problem)
