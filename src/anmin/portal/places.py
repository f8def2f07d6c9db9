"""Places as residents know them: counties where the rules know a standard, names, whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.papers.offices import county_office, town_office
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.divisions import DivisionLevel, ancestors, level_of

STANDARD = "dibao_standard"
HOTLINE = "12345"
"""The government's own telephone in every city, where an office's number was not entered."""


@lru_cache(maxsize=4)
def counties(on: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The counties for which a standard is known, by city: (name of the city, [(code, name)])."""
    book, catalogue = rulebook(), Catalogue.load()
    cities = {
        code
        for rate, place in book.rates.entries
        if rate == STANDARD
        for code in ancestors(place)
        if level_of(code) is DivisionLevel.PREFECTURE
    }
    found = []
    for city in sorted(cities):
        rows = [
            (place.code, place.name)
            for place in catalogue.counties_of(city, on=on)
            if book.rates.find(STANDARD, place.code, on) is not None
        ]
        if rows:
            found.append((name_of(city, on), rows))
    return found


@lru_cache(maxsize=200)
def towns(county: str, on: date) -> list[tuple[str, str]]:
    """The towns and streets of a county."""
    return [(place.code, place.name) for place in Catalogue.load().towns_of(county, on=on)]


@dataclass(frozen=True)
class Contact:
    """Whom to ask: the office, where it is, when it is open, its telephone."""

    name: str
    address: str = ""
    phone: str = ""
    hours: str = ""
    is_hotline: bool = False


def contacts(division: str, on: date) -> list[Contact]:
    """The town's office and the county's bureau; without a number of their own the city's hotline stands there."""
    found = []
    for ask in (town_office, county_office):
        try:
            row = ask(division, on)
        except (PaperProblem, ValueError, LookupError):
            continue
        one = Contact(row.name, row.address, row.phone or HOTLINE, row.hours, not row.phone)
        if one not in found:
            found.append(one)
    return found


def place_name(code: str, on: date) -> str:
    """The name of a village with its town."""
    names = [
        name_of(one, on)
        for one in reversed(ancestors(code))
        if level_of(one).value >= DivisionLevel.COUNTY.value
    ]
    return " ".join(names)
