"""Maps of districts: polygons in longitude and latitude, one link for each district, colour by class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from anmin.console.charts.scales import Classes, quantile_classes
from anmin.console.charts.svg import Svg, element, join, picture, text

Ring = Sequence[Sequence[float]]
DETAIL = 0.6
"""Points closer than this many pixels to the one before are left out."""
SMALLEST_LABEL = 26.0


@dataclass(frozen=True)
class District:
    """One district: its polygons as rings of (longitude, latitude), the outer ring first in each polygon.

    `value` None is drawn hatched: no figure is not the same as nought. `said` is the figure in words.
    """

    code: str
    name: str
    polygons: Sequence[Sequence[Ring]]
    value: int | None
    said: str
    href: str | None = None


def district_map(
    districts: Sequence[District],
    *,
    label: str,
    width: int = 640,
    tallest: int = 560,
    classes: Classes | None = None,
    diverging: bool = False,
    key: str = "map",
) -> Svg:
    """Draw districts. `key` keeps the hatch pattern's id unique on a page.

    `diverging` colours by sign: gains one way, losses the other, nothing in grey.
    """
    projection = _Projection.of([d.polygons for d in districts], width, tallest)
    shares = classes or quantile_classes(d.value for d in districts if d.value is not None)
    top = max((abs(d.value) for d in districts if d.value is not None), default=0)
    areas, names = [], []
    for district in districts:
        if not district.polygons:
            continue
        colour = _colour(district.value, shares, top, diverging)
        rings = [ring for polygon in district.polygons for ring in polygon]
        path = " ".join(filter(None, (projection.path(ring) for ring in rings)))
        fill = f"url(#{key}-hatch)" if district.value is None else None
        shape = element("path", d=path, class_=f"district {colour}", fill_rule="evenodd", fill=fill)
        title = element("title", f"{district.name}：{district.said}")
        if district.href:
            areas.append(
                element("a", title, shape, href=district.href, aria_label=f"{district.name}：{district.said}")
            )
        else:
            areas.append(element("g", title, shape, role="img", aria_label=district.name))
        names.append(_name(district, projection, colour))
    return picture(
        _hatch(key), *areas, join(names), width=width, height=projection.height, label=label, class_="map"
    )


def tile_map(districts: Sequence[District], *, label: str, columns: int = 4, width: int = 640) -> Svg:
    """A map without boundaries: one square for each district, for places that have no approved polygons."""
    shares = quantile_classes(d.value for d in districts if d.value is not None)
    side = width / columns
    tiles = []
    for number, district in enumerate(districts):
        x, y = number % columns * side, number // columns * side * 0.6
        colour = _colour(district.value, shares, 0, False)
        fill = "url(#tile-hatch)" if district.value is None else None
        box = element(
            "rect",
            x=x + 2,
            y=y + 2,
            width=side - 4,
            height=side * 0.6 - 4,
            class_=f"district {colour}",
            fill=fill,
        )
        where = x + side / 2
        words = text(
            where, y + side * 0.3, district.name, anchor="middle", class_=f"district-name on-{colour}"
        )
        title = element("title", f"{district.name}：{district.said}")
        tiles.append(
            element(
                "a" if district.href else "g",
                title,
                box,
                words,
                href=district.href,
                aria_label=f"{district.name}：{district.said}" if district.href else None,
            )
        )
    height = -(-len(districts) // columns) * side * 0.6
    return picture(_hatch("tile"), *tiles, width=width, height=max(height, 1), label=label, class_="map")


def _colour(value: int | None, classes: Classes, top: int, diverging: bool) -> str:
    if value is None:
        return "no-data"
    if not diverging:
        spread = len(classes.limits)
        return f"ramp-{classes.of(value) * 5 // max(spread - 1, 1) if spread > 1 else 2}"
    if value == 0 or top == 0:
        return "change-none"
    side = "gain" if value > 0 else "loss"
    return f"{side}-{2 if abs(value) * 2 >= top else 1}"


def _hatch(key: str) -> Svg:
    stripe = element("line", x1=0, y1=0, x2=0, y2=6, class_="hatch-line")
    pattern = element(
        "pattern",
        element("rect", width=6, height=6, class_="hatch-ground"),
        stripe,
        id=f"{key}-hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", pattern)


@dataclass(frozen=True)
class _Projection:
    """Plate carrée, true at the middle latitude: right enough for one city, and simple to check."""

    west: float
    north: float
    across: float
    scale: float
    height: float

    @classmethod
    def of(cls, shapes: Iterable[Sequence[Sequence[Ring]]], width: int, tallest: int) -> _Projection:
        points = [point for shape in shapes for polygon in shape for ring in polygon for point in ring]
        if not points:
            return cls(0, 0, 1, 1, 1)
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        across = math.cos(math.radians((south + north) / 2))
        scale = width / ((east - west) * across or 1)
        if (north - south) * scale > tallest:
            scale = tallest / (north - south)
            west -= (width / scale / across - (east - west)) / 2
        return cls(west, north, across, scale, max((north - south) * scale, 1))

    def point(self, place: Sequence[float]) -> tuple[float, float]:
        return (place[0] - self.west) * self.across * self.scale, (self.north - place[1]) * self.scale

    def path(self, ring: Ring) -> str:
        kept: list[tuple[float, float]] = []
        for place in ring:
            x, y = self.point(place)
            if not kept or math.hypot(x - kept[-1][0], y - kept[-1][1]) >= DETAIL:
                kept.append((x, y))
        if len(kept) < 3:
            return ""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + "Z"


def _name(district: District, projection: _Projection, colour: str) -> Svg:
    rings = [polygon[0] for polygon in district.polygons if polygon]
    placed = [[projection.point(place) for place in ring] for ring in rings]
    largest = max(placed, key=lambda ring: abs(_area(ring)), default=None)
    if largest is None or math.sqrt(abs(_area(largest))) < SMALLEST_LABEL:
        return Svg("")
    x, y = _middle(largest)
    return element("text", district.name, x=x, y=y, class_=f"district-name on-{colour}", text_anchor="middle")


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def _middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    area = _area(ring)
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y


def shapes_of(geometry: Mapping[str, object]) -> Sequence[Sequence[Ring]]:
    """The polygons of a GeoJSON geometry: Polygon or MultiPolygon."""
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else coordinates  # type: ignore[list-item,return-value]
