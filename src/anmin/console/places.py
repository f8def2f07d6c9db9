"""Names, neighbours and outlines of divisions, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.divisions.maps import Map, NoOutlines, draw
from anmin.kernel.divisions.shapes import credit
from anmin.lib.divisions import DivisionLevel, ancestors, canonical, is_within, level_of

WIDE, NARROW = 640.0, 350.0
"""Widths of a map on a desk and on a phone, so that its words keep their size."""
SELECTABLE = (DivisionLevel.PREFECTURE, DivisionLevel.COUNTY)
"""Levels whose children stand in the selection below them; villages are reached through their town."""


@lru_cache(maxsize=50_000)
def place_name(code: str) -> str:
    """The short name of a division; the code itself where nothing is known of it."""
    try:
        canonical(code)
    except ValueError:
        return code
    found = Catalogue.load().find(code) or next(iter(Catalogue.load().spans(code)[::-1]), None)
    return found.name if found else code


def full_name(code: str) -> str:
    """The name from the county down: 环翠区竹岛街道."""
    try:
        line = ancestors(code)
    except ValueError:
        return code
    names = [place_name(one) for one in reversed(line) if level_of(one).value >= DivisionLevel.COUNTY.value]
    return " ".join(names) if names else place_name(code)


def crumbs_of(code: str, home: str) -> list[dict[str, str]]:
    """The way from the reader's own division down to a place, without the place itself."""
    try:
        above = [one for one in ancestors(code)[1:] if is_within(one, home)]
    except ValueError:
        return []
    return [
        {"name": place_name(one), "href": reverse("console:place", args=[one])} for one in reversed(above)
    ]


@lru_cache(maxsize=200)
def places_below(home: str) -> list[tuple[str, str]]:
    """A division, its counties and their towns, indented by level, for a selection."""
    if not home:
        return []
    rows = [(home, place_name(home))]
    for child in _children(home):
        rows.append((child, f"　{place_name(child)}"))
        if level_of(child) in SELECTABLE:
            rows += [(below, f"　　{place_name(below)}") for below in _children(child)]
    return rows


def boards(code: str, classes: Mapping[str, str]) -> tuple[Map, Map] | None:
    """The map of what lies below a division, wide and narrow; None where there are no outlines for it."""
    try:
        return draw(code, classes, width=WIDE, tallest=WIDE), draw(
            code, classes, width=NARROW, tallest=NARROW * 1.2
        )
    except (NoOutlines, ValueError):
        return None


def map_credit() -> str:
    """The line under a map: where its outlines are from, and the review number that a public map must show."""
    approval = str(getattr(settings, "MAP_APPROVAL", ""))
    return _("底图：%(source)s") % {"source": credit()} + (f" · {approval}" if approval else "")


def _children(code: str) -> list[str]:
    try:
        return [place.code for place in Catalogue.load().children(code) if place.official]
    except (ValueError, LookupError):
        return []
