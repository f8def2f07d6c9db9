"""Outlines of provinces, prefectures and counties: longitude and latitude in CGCS2000 (EPSG:4490)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.divisions.readers import read_shapes
from anmin.lib.divisions import NATION, DivisionLevel, canonical, level_of

Point = tuple[float, float]
Ring = list[Point]
Polygon = list[Ring]
"""The outer ring first, then holes. Rings are open: the last point is not the first again."""

SOURCE = "国家地理信息公共服务平台（天地图）2024 年行政区划数据"
REVIEW_NUMBER = "GS（2024）0650号"
"""审图号 under which the source publishes its own maps. A map drawn from it here is another map: before it is
published it needs a review of its own (地图管理条例), and the operator enters that number (`ANMIN_MAP_APPROVAL`)."""
LINES = "lines"


def credit() -> str:
    """What must stand under a map drawn from these outlines (地图数据来源)."""
    return f"{SOURCE}，源图审图号 {REVIEW_NUMBER}；边界经简化，仅作示意，不作划界依据"


@lru_cache(maxsize=512)
def outline(code: str) -> list[Polygon]:
    """The polygons of a division down to the county, in degrees; empty where there is none.

    The map shows 2024: divisions set up since have no outline, and those merged since still have theirs.
    """
    code = canonical(code)
    for name in _files_for(code):
        if body := read_shapes(name).get(code):
            return _polygons(body)
    return []


def boundary_lines() -> list[Ring]:
    """境界线 of the whole country, the South China Sea included: a map of the nation must show them."""
    return [ring for polygon in _polygons(read_shapes("provinces")[LINES]) for ring in polygon]


def drawn_below(code: str) -> dict[str, str]:
    """Code and name of the areas that a map of this division is made of, by code.

    Counties in a prefecture, prefectures in a province, provinces in the nation. Names are the map's own where
    the division is none of today's: farms in Gansu, districts merged since.
    """
    code = canonical(code)
    match level_of(code):
        case DivisionLevel.NATION:
            bodies = {key: body for key, body in read_shapes("provinces").items() if key != LINES}
        case DivisionLevel.PROVINCE:
            bodies = {key: body for key, body in read_shapes("prefectures").items() if key[:2] == code[:2]}
            if len(bodies) == 1:  # a municipality has no prefectures
                bodies = read_shapes(f"counties/{code[:2]}")
        case DivisionLevel.PREFECTURE:
            bodies = {
                key: body for key, body in read_shapes(f"counties/{code[:2]}").items() if key[:4] == code[:4]
            }
        case _:
            bodies = {}
    places = Catalogue.load()
    return {key: found.name if (found := places.find(key)) else body["name"] for key, body in bodies.items()}


def _files_for(code: str) -> tuple[str, ...]:
    counties = f"counties/{code[:2]}"
    if code == NATION:
        return ()
    if code.endswith("0000"):
        return ("provinces",)
    return ("prefectures", counties) if code.endswith("00") else (counties, "prefectures")


def _polygons(body: dict[str, Any]) -> list[Polygon]:
    return [[_ring(ring, body["steps"]) for ring in part] for part in body["parts"]]


def _ring(numbers: list[int], steps: int) -> Ring:
    """Undo the packing: a first point, then differences, in steps of a degree."""
    x = y = 0
    ring = []
    for place in range(0, len(numbers), 2):
        x, y = x + numbers[place], y + numbers[place + 1]
        ring.append((x / steps, y / steps))
    return ring
