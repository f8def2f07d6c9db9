"""Maps as paths (专题地图): districts projected to a drawing board, each with its path, label point and class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anmin.kernel.divisions.shapes import Point, Polygon, Ring, boundary_lines, credit, drawn_below, outline
from anmin.lib.divisions import NATION, canonical

NEAREST = 0.4
"""Points closer together than this, in units of the board, are left out."""
SMALLEST = 0.15
"""Islands whose area is less than this, in square units, are left out unless the district has nothing larger."""
EVERY_ISLAND = {"00", "46", "71"}
"""Maps of the nation, Hainan and Taiwan show every island, as a dot if need be (公开地图内容表示规范)."""


@dataclass(frozen=True)
class Area:
    """One district on the board. `d` is the path's data, `label` the point for its name, inside the largest part.

    `value_class` is what the caller gave for the code, None where it gave nothing. `size` is the square root of the
    largest part's area in units: room for a label.
    """

    code: str
    name: str
    d: str
    label: tuple[float, float]
    size: float
    value_class: str | None


@dataclass(frozen=True)
class Map:
    """A drawing: the board is `width` by `height` units, `lines` are boundary lines of a map of the nation."""

    code: str
    width: float
    height: float
    areas: tuple[Area, ...]
    lines: str
    credit: str
    board: _Board

    def at(self, east: float, north: float) -> tuple[float, float]:
        """Where a point of longitude and latitude lies on the board, in units; outside it where it is elsewhere."""
        ((x, y),) = self.board.place([(east, north)])
        return round(x, 1), round(y, 1)

    def holds(self, east: float, north: float) -> bool:
        """Whether a point lies on the board at all."""
        x, y = self.at(east, north)
        return 0 <= x <= self.width and 0 <= y <= self.height

    @property
    def view_box(self) -> str:
        """The attribute of an SVG of this drawing."""
        return f"0 0 {self.width:g} {self.height:g}"


class NoOutlines(LookupError):
    """There are no outlines to draw a division with."""

    def __init__(self, code: str) -> None:
        super().__init__(f"“{code}”没有可画的下级边界：只有省、市（到县）有边界数据")


def draw(code: str, classes: Mapping[str, str], *, width: float = 640.0, tallest: float = 640.0) -> Map:
    """The map of what lies below a division: counties of a prefecture, prefectures of a province, provinces.

    Equirectangular, true at the middle latitude (at a city's size it bends less than a line is wide). `classes`
    gives a class name for each code that has a value. Raises NoOutlines below the prefecture.
    """
    code = canonical(code)
    names = drawn_below(code)
    if not names:
        raise NoOutlines(code)
    outlines = {one: outline(one) for one in names}
    lines = boundary_lines() if code == NATION else []
    rings = [ring for polygons in outlines.values() for polygon in polygons for ring in polygon]
    board = _Board.around([*rings, *lines], width, tallest)
    areas = tuple(
        _area(one, names[one], polygons, board, classes.get(one), every_island=code[:2] in EVERY_ISLAND)
        for one, polygons in sorted(outlines.items())
    )
    drawn = " ".join(board.path(line, closed=False) for line in lines)
    return Map(code, board.width, board.height, areas, drawn, credit(), board)


@dataclass(frozen=True)
class _Board:
    west: float
    north: float
    across: float
    scale: float
    width: float
    height: float

    @classmethod
    def around(cls, rings: Iterable[Ring], width: float, tallest: float) -> _Board:
        points = [point for ring in rings for point in ring]
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        across = math.cos(math.radians((south + north) / 2))
        scale = min(width / ((east - west) * across), tallest / (north - south))
        return cls(
            west,
            north,
            across,
            scale,
            round((east - west) * across * scale, 1),
            round((north - south) * scale, 1),
        )

    def place(self, ring: Ring) -> Ring:
        return [((x - self.west) * self.across * self.scale, (self.north - y) * self.scale) for x, y in ring]

    def path(self, ring: Ring, *, closed: bool = True) -> str:
        kept: Ring = []
        for x, y in self.place(ring):
            if not kept or math.hypot(x - kept[-1][0], y - kept[-1][1]) >= NEAREST:
                kept.append((x, y))
        if len(kept) < (3 if closed else 2):
            return ""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + ("Z" if closed else "")

    def dot(self, point: Point) -> str:
        """The smallest mark that a printer shows."""
        ((x, y),) = self.place([point])
        return f"M{x:.1f} {y:.1f}h0.6v0.6h-0.6Z"


def _area(
    code: str,
    name: str,
    polygons: list[Polygon],
    board: _Board,
    value_class: str | None,
    *,
    every_island: bool,
) -> Area:
    sized = sorted(((_size(board.place(p[0])), p) for p in polygons), key=lambda pair: -pair[0])
    shown = [p for number, (size, p) in enumerate(sized) if number == 0 or every_island or size >= SMALLEST]
    drawn = [" ".join(filter(None, map(board.path, polygon))) for polygon in shown]
    d = " ".join(path or board.dot(polygon[0][0]) for path, polygon in zip(drawn, shown, strict=True))
    x, y = _inside([board.place(ring) for ring in shown[0]])
    return Area(code, name, d, (round(x, 1), round(y, 1)), round(math.sqrt(sized[0][0]), 1), value_class)


def _size(ring: Ring) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _inside(polygon: Polygon) -> tuple[float, float]:
    """A point well inside: the middle of the widest stretch of a few lines across the polygon."""
    low, high = min(p[1] for p in polygon[0]), max(p[1] for p in polygon[0])
    best = (0.0, polygon[0][0])
    for step in range(3, 14):
        y = low + (high - low) * step / 16
        cuts = sorted(_crossings(polygon, y))
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            # Lines near the middle win over slightly wider ones at the edge.
            room = (right - left) * (1 - abs(step - 8) / 16)
            if room > best[0]:
                best = (room, ((left + right) / 2, y))
    return best[1]


def _crossings(polygon: Polygon, y: float) -> Iterable[float]:
    for ring in polygon:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (ay > y) != (by > y):
                yield ax + (y - ay) * (bx - ax) / (by - ay)
