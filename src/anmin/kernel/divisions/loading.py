"""Puts the packaged divisions into the database: by COPY, leaving alone what is already there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from anmin.kernel.divisions.catalogue import Catalogue
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.divisions.readers import VILLAGE_CITIES
from anmin.kernel.divisions.records import LIST_DAY, Change, Place
from anmin.lib.divisions import NATION, DivisionLevel, canonical

DIVISION_COLUMNS = (
    "code, name, level, first_day, first_dating, last_day, last_dating, statistical_code, source, parent_code"
)
CHANGE_COLUMNS = "day, dating, kind, extent, old_code, old_name, new_code, new_name, document, source"
INSERT = """
INSERT INTO kernel_division (code, name, level, first_day, first_dating, last_day, last_dating, statistical_code,
                             source, parent_id)
SELECT code, name, level, first_day, first_dating, last_day, last_dating, statistical_code, source,
       (SELECT p.id FROM kernel_division p
        WHERE p.code = a.parent_code
          AND daterange(p.first_day, p.last_day, '[]') && daterange(a.first_day, a.last_day, '[]')
        ORDER BY p.first_day DESC LIMIT 1)
FROM division_arrivals a WHERE level = %s ORDER BY code, first_day
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Loaded:
    """How many rows a load added."""

    divisions: int
    changes: int


def copy_divisions(provinces: Iterable[str] | None, cities: Iterable[str] | None) -> Loaded:
    """Counties and above of the provinces (None: all), towns and villages of the cities (None: those with villages).

    A city brings its province along. A packaged row whose code already has a row over any of the same days is left
    out: what an operator changed stands.
    """
    wanted = None if provinces is None else {canonical(code)[:2] for code in provinces}
    if cities is None:
        chosen = [city for city in VILLAGE_CITIES if wanted is None or city[:2] in wanted]
    else:
        chosen = [canonical(code)[:4] for code in cities]
        wanted = None if wanted is None else wanted | {city[:2] for city in chosen}
    places = Catalogue.load()
    known = set(Division.objects.values_list("code", "first_day"))
    rows = [place for place in _places(places, wanted, chosen) if (place.code, place.first_day) not in known]
    told = set(DivisionChange.objects.values_list("day", "kind", "old_code", "new_code"))
    changes = [
        change
        for change in places.changes
        if (wanted is None or (change.old or change.new or "")[:2] in wanted)
        and (change.day, change.kind.value, change.old or "", change.new or "") not in told
    ]
    with transaction.atomic():
        return Loaded(_insert_divisions(places, rows), _insert_changes(changes))


def _places(places: Catalogue, provinces: set[str] | None, cities: Iterable[str]) -> Iterator[Place]:
    for place in places.all_counties():
        if provinces is None or place.code[:2] in provinces:
            yield place
    for city in cities:
        for town in places.towns_of(city):
            yield town
            yield from places.villages_of(town.code)


def _insert_divisions(places: Catalogue, rows: Iterable[Place]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE division_arrivals (code text, name text, level smallint, first_day date,"
            " first_dating text, last_day date, last_dating text, statistical_code text, source text,"
            " parent_code text) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY division_arrivals ({DIVISION_COLUMNS}) FROM STDIN") as copy:
            for place in rows:
                copy.write_row(
                    (
                        place.code,
                        place.name,
                        place.level.value,
                        place.first_day,
                        place.first_dating.value,
                        place.last_day,
                        place.last_dating.value,
                        place.statistical_code or "",
                        place.source,
                        _parent_code(places, place),
                    )
                )
        added = 0
        # From above, so that a row finds its parent. A conflict is a code with a day that is already taken.
        for level in DivisionLevel:
            cursor.execute(INSERT, [level.value])
            added += cursor.rowcount
        cursor.execute("DROP TABLE division_arrivals")
    return added


def _parent_code(places: Catalogue, place: Place) -> str | None:
    """Of what stood above on the last day of the span: the district of a city that was renamed has the new name."""
    last = min(place.last_day or LIST_DAY, LIST_DAY)
    above = places.parent(place.code, on=last)
    return None if above is None or above.code == NATION else above.code


def _insert_changes(changes: Iterable[Change]) -> int:
    with connection.cursor() as cursor:
        count = 0
        with cursor.copy(f"COPY kernel_divisionchange ({CHANGE_COLUMNS}) FROM STDIN") as copy:
            for change in changes:
                count += 1
                copy.write_row(
                    (
                        change.day,
                        change.dating.value,
                        change.kind.value,
                        change.extent.value,
                        change.old or "",
                        change.old_name or "",
                        change.new or "",
                        change.new_name or "",
                        change.document,
                        change.source,
                    )
                )
    return count
