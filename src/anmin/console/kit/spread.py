"""Where the entries of a register lie (分布): numbers by place below, a map, a dot for each entry that has a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse

from anmin.console.charts.maps import District, district_map, sequential
from anmin.console.charts.scales import quantile_classes
from anmin.console.charts.svg import Svg, element
from anmin.console.kit.cells import entry_href
from anmin.console.kit.figures import children_of
from anmin.console.places import NARROW, WIDE, boards, map_credit, place_name
from anmin.console.templatetags.anmin_words import count
from anmin.kernel.divisions.maps import Map
from anmin.kernel.registers.declaring import Register
from anmin.kernel.registers.queries import marks
from anmin.lib.divisions import is_within


def spread(register: Register, rows: QuerySet[Any], home: str, address: Mapping[str, str]) -> dict[str, Any]:
    """What the page of the map shows; the numbers add up to the list from which they are counted."""
    places = children_of(home)
    numbers = dict.fromkeys(places, 0)
    rest = 0
    for code, number in rows.order_by().values_list("division").annotate(number=Count("pk")):
        place = next((one for one in places if is_within(code, one)), None)
        if place is None:
            rest += number
        else:
            numbers[place] += number
    lists = reverse("console:register", args=[register.line, register.name])
    ranked = [
        {
            "name": place_name(code),
            "value": number,
            "href": f"{lists}?{urlencode({**address, 'division': code})}",
        }
        for code, number in sorted(numbers.items(), key=lambda row: -row[1])
    ]
    drawn = boards(home, sequential(numbers, quantile_classes(numbers.values()))) if numbers else None
    districts = {
        code: District(place_name(code), count(number), f"{lists}?{urlencode({**address, 'division': code})}")
        for code, number in numbers.items()
    }
    pictures = []
    for board, key in zip(drawn or (), ("map", "small"), strict=False):
        picture = district_map(board, districts, label=register.title, key=key)
        pictures.append(_with_dots(picture, board, register, rows))
    return {
        "ranked": ranked,
        "rest": rest,
        "total": sum(numbers.values()) + rest,
        "top": max(numbers.values(), default=0),
        "map": pictures,
        "map_credit": map_credit() if pictures else "",
    }


def _with_dots(picture: Svg, board: Map, register: Register, rows: QuerySet[Any]) -> Svg:
    size = 6 if board.width > NARROW else 6 * NARROW / WIDE + 2
    dots = [
        element(
            "a",
            element("title", str(row)),
            element("circle", cx=board.at(east, north)[0], cy=board.at(east, north)[1], r=size, class_="dot"),
            href=entry_href(register, row),
            aria_label=str(row),
        )
        for east, north, row in marks(register, rows)
        if board.holds(east, north)
    ]
    return Svg(picture.removesuffix("</svg>") + "".join(dots) + "</svg>")
