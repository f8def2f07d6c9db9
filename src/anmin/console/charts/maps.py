"""Maps of districts as pages show them: one link for each district, colour by class, a name where there is room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from anmin.console.charts.scales import Classes
from anmin.console.charts.svg import Svg, element, picture, text
from anmin.kernel.divisions.maps import Area, Map

SMALLEST_LABEL = 26.0
NO_DATA = "no-data"
LAST_RAMP = 5


@dataclass(frozen=True)
class District:
    """What a map says of one district: `said` is the figure in words, `href` the page it opens."""

    name: str
    said: str
    href: str = ""


def ramp(place: int, count: int) -> str:
    """The colour of a class out of so many: the whole ramp is used whatever their number."""
    return f"ramp-{place * LAST_RAMP // (count - 1)}" if count > 1 else "ramp-2"


def sequential(values: Mapping[str, int], classes: Classes) -> dict[str, str]:
    """The colour of each district: light is little, dark is much."""
    return {code: ramp(classes.of(value), len(classes.limits)) for code, value in values.items()}


def diverging(values: Mapping[str, int]) -> dict[str, str]:
    """The colour of each district by sign: gains one way, losses the other, nothing in grey."""
    top = max((abs(value) for value in values.values()), default=0)

    def colour(value: int) -> str:
        if value == 0:
            return "change-none"
        return f"{'gain' if value > 0 else 'loss'}-{2 if abs(value) * 2 >= top else 1}"

    return {code: colour(value) for code, value in values.items()}


def district_map(board: Map, districts: Mapping[str, District], *, label: str, key: str = "map") -> Svg:
    """Draw a board. Areas without a class are hatched: no figure is not the same as nought.

    `key` keeps the id of the hatch pattern unique on a page.
    """
    areas = [_area(area, districts.get(area.code), key) for area in board.areas]
    lines = element("path", d=board.lines, class_="boundary") if board.lines else Svg("")
    names = [_name(area) for area in board.areas if area.size >= SMALLEST_LABEL]
    return picture(
        _hatch(key), *areas, lines, *names, width=board.width, height=board.height, label=label, class_="map"
    )


def _area(area: Area, district: District | None, key: str) -> Svg:
    colour = area.value_class or NO_DATA
    said = f"{district.name}：{district.said}" if district else area.name
    hatch = None if area.value_class else f"url(#{key}-hatch)"
    shape = element("path", d=area.d, class_=f"district {colour}", fill_rule="evenodd", fill=hatch)
    title = element("title", said)
    if district and district.href:
        return element("a", title, shape, href=district.href, aria_label=said)
    return element("g", title, shape, role="img", aria_label=said)


def _name(area: Area) -> Svg:
    x, y = area.label
    return text(x, y, area.name, anchor="middle", class_=f"district-name on-{area.value_class or NO_DATA}")


def _hatch(key: str) -> Svg:
    return element(
        "defs",
        element(
            "pattern",
            element("rect", width=6, height=6, class_="hatch-ground"),
            element("line", x1=0, y1=0, x2=0, y2=6, class_="hatch-line"),
            id=f"{key}-hatch",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        ),
    )
