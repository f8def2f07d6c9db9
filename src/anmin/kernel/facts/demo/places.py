"""Where the demonstration city puts its people: the villages of a real city, weighted by their kind."""

from __future__ import annotations

from datetime import date

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.facts.demo.city import Place
from anmin.policy.errors import PolicyError

KINDS = ((("街道",), 0.10, 3.2), (("镇",), 0.66, 1.0), (("乡",), 0.92, 0.7))
"""By the ending of a town's name: the share of rural households, and the population of a village of it."""
OTHERWISE = (0.35, 1.5)
IN_TOWN, IN_COUNTRY = ("社区", "居委会"), ("村委会",)


def places_of(city: str, on: date) -> list[Place]:
    """The villages (or, where none are known, the towns or counties) of a city as it was on a day.

    Raises:
        PolicyError: `unknown_division`.
    """
    catalogue = Catalogue.load()
    if not catalogue.knows(city):
        raise PolicyError(
            "unknown_division", what=f"没有代码为 {city} 的城市", todo="可用 371000 350200 460100 610600"
        )
    places: list[Place] = []
    for county in catalogue.counties_of(city, on=on) or (catalogue.lookup(city, on=on),):
        towns = catalogue.towns_of(county.code, on=on)
        for town in towns:
            rural, weight = next(
                ((share, size) for ends, share, size in KINDS if town.name.endswith(ends)), OTHERWISE
            )
            villages = catalogue.villages_of(town.code, on=on)
            for village in villages:
                share = _share(village.name, rural)
                places.append(Place(village.code, share, weight * (0.6 if share > 0.5 else 2.0)))
            if not villages:
                places.append(Place(town.code, rural, weight * 25))
        if not towns:
            places.append(Place(county.code, OTHERWISE[0], 100.0))
    return places


def _share(name: str, rural: float) -> float:
    if name.endswith(IN_COUNTRY):
        return max(rural, 0.75)
    return min(rural, 0.30) if name.endswith(IN_TOWN) else rural
