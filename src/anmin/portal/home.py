"""What the entrance shows to somebody who is logged in: matters under way and forms that were begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anmin.kernel.cases.own.forms import Filling, fillings
from anmin.kernel.cases.own.road import Road, own_cases, road_of
from anmin.kernel.people.residents.queries import Resident

MOST = 3


@dataclass(frozen=True)
class Home:
    """The cards of the entrance."""

    roads: tuple[Road, ...] = ()
    fillings: tuple[Filling, ...] = ()


def home_of(resident: Resident | None, on: date) -> Home:
    """The entrance of a resident, or of nobody."""
    if resident is None:
        return Home()
    under_way = own_cases(resident).filter(closed_on__isnull=True)[:MOST]
    return Home(tuple(road_of(row, on) for row in under_way), tuple(fillings(resident)[:MOST]))
