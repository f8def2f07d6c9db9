"""Reach on foot, computed over points: the geodesic distance from a community's middle to the nearest place that runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EARTH_METRES = 6_371_008.8
"""Mean radius of the earth (IUGG); on some kilometres the sphere differs from the ellipsoid by less than 0.5 %."""


@dataclass(frozen=True)
class Spot:
    """A place on the map: longitude and latitude in degrees (CGCS2000)."""

    key: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Community:
    """A community's middle with its elders and how far they walk, in metres."""

    spot: Spot
    elders: int
    walk_metres: int


@dataclass(frozen=True)
class Reached:
    """A community with the nearest place and its distance in metres; None where there is no place at all."""

    community: Community
    nearest: str | None
    metres: int | None

    @property
    def is_covered(self) -> bool:
        """Whether the place is within the walk."""
        return self.metres is not None and self.metres <= self.community.walk_metres


@dataclass(frozen=True)
class Coverage:
    """All communities, and the share of elders within reach."""

    rows: tuple[Reached, ...]

    @property
    def basis_points(self) -> int | None:
        """Elders within reach, in ten-thousandths, rounded down; None where no elder lives."""
        everyone = sum(row.community.elders for row in self.rows)
        near = sum(row.community.elders for row in self.rows if row.is_covered)
        return near * 10_000 // everyone if everyone else None


def metres_between(one: Spot, other: Spot) -> float:
    """The great-circle distance by the haversine formula."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(other.lon - one.lon) / 2
    part = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(part))


def coverage(communities: Iterable[Community], places: Sequence[Spot]) -> Coverage:
    """The nearest place of every community."""
    rows = []
    for one in communities:
        far, key = min(
            ((metres_between(one.spot, place), place.key) for place in places), default=(None, None)
        )
        rows.append(Reached(one, key, None if far is None else round(far)))
    return Coverage(tuple(rows))
