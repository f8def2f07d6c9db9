"""Outlines and maps: shapes that fit, labels that lie inside, credit that is given."""

from __future__ import annotations

import math
import re

import pytest

from anmin.kernel.divisions.maps import NoOutlines, draw
from anmin.kernel.divisions.shapes import boundary_lines, credit, drawn_below, outline

PILOTS = {"371000": 4, "350200": 6, "460100": 4, "610600": 13}
AREA = {"371000": 5800, "350200": 1700, "460100": 2300, "610600": 37000}
"""Land area in km² as the cities publish it."""


@pytest.mark.parametrize("city", PILOTS)
def test_a_pilot_citys_map_has_a_path_and_a_label_inside_it_for_every_county(city: str) -> None:
    drawing = draw(city, {"371002": "high"})

    assert len(drawing.areas) == PILOTS[city] == len({area.code for area in drawing.areas})
    for area in drawing.areas:
        rings = _rings(area.d)
        assert rings and all(len(ring) >= 3 for ring in rings)
        assert all(
            -0.1 <= x <= drawing.width + 0.1 and -0.1 <= y <= drawing.height + 0.1
            for r in rings
            for x, y in r
        )
        assert _holds(rings, area.label), area.name
        assert area.value_class == ("high" if area.code == "371002" else None)


@pytest.mark.parametrize("city", PILOTS)
def test_the_outlines_have_the_size_of_the_city(city: str) -> None:
    area = sum(_km2(ring) for code in drawn_below(city) for polygon in outline(code) for ring in polygon[:1])

    assert 0.75 < area / AREA[city] < 1.35


@pytest.mark.parametrize("city", PILOTS)
def test_the_drawing_fits_the_board_and_keeps_its_proportions(city: str) -> None:
    wide, small = draw(city, {}), draw(city, {}, width=320, tallest=200)

    assert wide.width <= 640 and wide.height <= 640
    assert small.width <= 320 and small.height <= 200
    assert math.isclose(wide.width / wide.height, small.width / small.height, rel_tol=0.01)
    assert wide.view_box == f"0 0 {wide.width:g} {wide.height:g}"


def test_a_province_is_drawn_by_prefecture_and_a_municipality_by_county() -> None:
    assert {"威海市", "济南市"} <= {area.name for area in draw("370000", {}).areas}
    assert "东城区" in {area.name for area in draw("110000", {}).areas}


def test_a_map_of_the_nation_shows_taiwan_and_the_lines_in_the_south_china_sea() -> None:
    nation = draw("000000", {})
    southernmost = min(y for line in boundary_lines() for _, y in line)

    assert len(nation.areas) == 34 and "台湾省" in {area.name for area in nation.areas}
    assert southernmost < 4.5
    assert nation.lines.startswith("M")
    hainan = next(area for area in nation.areas if area.name == "海南省")
    assert hainan.d.count("M") >= 328
    assert len(outline("460000")) == 328 and len(outline("710000")) == 16


def test_a_town_has_no_outline_and_says_so() -> None:
    assert outline("371002001") == []
    with pytest.raises(NoOutlines, match="371002"):
        draw("371002", {})


def test_the_credit_names_source_and_review_number() -> None:
    assert "天地图" in credit() and "GS（2024）0650号" in credit() and "示意" in credit()
    assert draw("371000", {}).credit == credit()


def _rings(d: str) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, point.split())) for point in piece.strip("MZ ").split("L")]  # type: ignore[misc]
        for piece in re.findall(r"M[^Z]*Z", d)
    ]


def _holds(rings: list[list[tuple[float, float]]], point: tuple[float, float]) -> bool:
    x, y = point
    crossed = 0
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                crossed += 1
    return crossed % 2 == 1


def _km2(ring: list[tuple[float, float]]) -> float:
    flat = [(x * 111.32 * math.cos(math.radians(y)), y * 110.57) for x, y in ring]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, [*flat[1:], flat[0]], strict=True))) / 2
