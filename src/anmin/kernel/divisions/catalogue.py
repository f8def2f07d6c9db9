"""The packaged divisions without a database: look up, list, name, and follow a code through its changes.

    places = Catalogue.load()
    places.path_name("371002001")              # 山东省威海市环翠区环翠楼街道
    places.resolve("371081", on=day).place     # 文登市 → 文登区

Nothing below the county is read before it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache, cached_property

from anmin.kernel.divisions.readers import (
    VILLAGE_CITIES,
    read_changes,
    read_counties,
    read_towns,
    read_villages,
)
from anmin.kernel.divisions.records import LIST_DAY, RECORDS_BEGIN, Change, Dating, Place
from anmin.kernel.divisions.succession import Resolution, follow
from anmin.lib.divisions import NATION, DivisionLevel, ancestors, canonical, level_of, parent_of

NATION_PLACE = Place(NATION, "全国", RECORDS_BEGIN, first_dating=Dating.UNKNOWN)


class UnknownDivision(LookupError):
    """No division has, or had on that day, this code. `nearest` is the closest one above that exists, if any."""

    def __init__(
        self, code: str, nearest: Place | None, on: date | None, known: tuple[Place, ...] = ()
    ) -> None:
        self.code, self.nearest, self.on, self.known = code, nearest, on, known
        when = f"在 {on:%Y-%m-%d} " if on and known else ""
        spans = "；".join(f"{p.name} {_span(p)}" for p in known)
        history = f"（该代码的记录：{spans}）" if known else ""
        hint = f"最近的上级是 {nearest.code} {nearest.name}" if nearest else "没有找到任何上级区划"
        todo = "请用 resolve 查找沿革" if known else "请核对代码"
        super().__init__(f"行政区划代码“{code}”{when}不存在{history}；{hint}，{todo}")


class Catalogue:
    """All packaged divisions. Days are optional: None means as the newest list has it."""

    def __init__(self) -> None:
        self._counties = _by_code(read_counties())
        self._towns: dict[str, dict[str, list[Place]]] = {}
        self._villages: dict[str, dict[str, list[Place]]] = {}

    @staticmethod
    @cache
    def load() -> Catalogue:
        """The one catalogue of the process: provinces to counties at once, towns and villages when asked."""
        return Catalogue()

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The recorded changes of provinces to counties, oldest first."""
        return tuple(read_changes())

    def spans(self, code: str) -> tuple[Place, ...]:
        """Everything the code has ever stood for, oldest first; empty where it never stood for anything."""
        code = canonical(code)
        if code == NATION:
            return (NATION_PLACE,)
        return tuple(self._table(code).get(code, ()))

    def find(self, code: str, *, on: date | None = None) -> Place | None:
        """The division with this code on a day (None: today's list), or None."""
        for place in reversed(self.spans(code)):
            if place.last_day is None if on is None else place.in_force(on):
                return place
        return None

    def knows(self, code: str) -> bool:
        """Whether today's list has the code, in the form 370000, 371000, 371002, 371002001 or 371002001001.

        Of a village outside VILLAGE_CITIES only its town can be known. False, not an error, for what is no code.
        """
        try:
            level = level_of(code)
        except ValueError:
            return False
        if level is DivisionLevel.VILLAGE and canonical(code)[:4] not in VILLAGE_CITIES:
            return self.find(code[:9]) is not None
        return self.find(code) is not None

    def lookup(self, code: str, *, on: date | None = None) -> Place:
        """The division with this code on a day; raises UnknownDivision, ValueError for what is not a code."""
        found = self.find(code, on=on)
        if found is None:
            raise UnknownDivision(canonical(code), self.nearest(code, on=on), on, self.spans(code))
        return found

    def nearest(self, code: str, *, on: date | None = None) -> Place | None:
        """The closest division above a code that exists on the day."""
        for above in ancestors(code)[1:]:
            if above != NATION and (place := self.find(above, on=on)):
                return place
        return None

    def parent(self, code: str, *, on: date | None = None) -> Place | None:
        """The division above; a county without a prefecture lies directly in its province. None for the nation."""
        above = parent_of(canonical(code))
        while above is not None and above != NATION:
            if place := self.find(above, on=on):
                return place
            above = parent_of(above)
        return NATION_PLACE if above == NATION else None

    def path(self, code: str, *, on: date | None = None) -> tuple[Place, ...]:
        """The division and everything above it, province first."""
        line = [self.lookup(code, on=on)]
        while (above := self.parent(line[0].code, on=on)) and above.code != NATION:
            line.insert(0, above)
        return tuple(line)

    def path_name(self, code: str, *, on: date | None = None, separator: str = "") -> str:
        """Full name from the province down (全称): 山东省威海市环翠区."""
        return separator.join(place.name for place in self.path(code, on=on))

    def children(self, code: str = NATION, *, on: date | None = None) -> tuple[Place, ...]:
        """The divisions directly below, by code. Villages exist for the cities of VILLAGE_CITIES only.

        Below a prefecture that has no counties stand its towns.
        """
        code = canonical(code)
        match level_of(code):
            case DivisionLevel.COUNTY:
                return self.towns_of(code, on=on)
            case DivisionLevel.TOWN:
                return self.villages_of(code, on=on)
            case DivisionLevel.VILLAGE:
                return ()
            case level:
                prefix = code[: {DivisionLevel.NATION: 0, DivisionLevel.PROVINCE: 2}.get(level, 4)]
                inside = [p for p in self._with_prefix(self._counties, prefix, on) if p.code != code]
                below = [p for p in inside if self._directly_below(p, code, on)]
                return tuple(below) or (
                    self.towns_of(code, on=on) if level is DivisionLevel.PREFECTURE else ()
                )

    def counties_of(self, code: str, *, on: date | None = None) -> tuple[Place, ...]:
        """All counties in a prefecture, province or the nation (000000), by code."""
        code = canonical(code)
        prefix = code[: {DivisionLevel.NATION: 0, DivisionLevel.PROVINCE: 2}.get(level_of(code), 4)]
        inside = self._with_prefix(self._counties, prefix, on)
        return tuple(place for place in inside if place.level is DivisionLevel.COUNTY)

    def all_counties(self) -> Iterator[Place]:
        """Every recorded span of provinces, prefectures and counties, ended ones too, by code."""
        for spans in self._counties.values():
            yield from spans

    def towns_of(self, code: str, *, on: date | None = None) -> tuple[Place, ...]:
        """街道、镇、乡 of a county, or of a whole prefecture, by official code."""
        code = canonical(code)
        prefix = code[:4] if level_of(code) is DivisionLevel.PREFECTURE else code
        return tuple(self._with_prefix(self._town_table(prefix[:2]), prefix, on))

    def villages_of(self, town: str, *, on: date | None = None) -> tuple[Place, ...]:
        """村 and 社区 of a town of VILLAGE_CITIES, by code; empty elsewhere."""
        town = canonical(town)
        return tuple(self._with_prefix(self._village_table(town[:4]), town, on))

    def statistical(self, code: str) -> Place:
        """The division that the statistical list of 2023-06-30 gave this code (统计用区划代码).

        The two lists number towns differently, and the same number can mean two towns: use this for codes from
        statistics, and lookup for official ones. Raises UnknownDivision.
        """
        code = canonical(code)
        if len(code) == 6:
            return self.lookup(code)
        for place in (spans[-1] for spans in self._table(code).values()):
            if (place.statistical_code or place.code) == code:
                return place
        raise UnknownDivision(code, self.nearest(code), None)

    def resolve(self, code: str, *, on: date | None = None, written: date | None = None) -> Resolution:
        """What a code is on a day: itself, what became of it, or what it came from; with the events between.

        `written` is the day the code was put down, for numbers that were given twice and for places that lost
        part of their territory since. Raises UnknownDivision for a code that never stood for anything.
        """
        code = canonical(code)
        spans = self.spans(code)
        day = on or LIST_DAY
        if not spans:
            raise UnknownDivision(code, self.nearest(code, on=day), on)
        olds, news = self._by_old_and_new
        return follow(
            spans, day, written, self.spans, lambda old: olds.get(old, []), lambda new: news.get(new, [])
        )

    @cached_property
    def _by_old_and_new(self) -> tuple[dict[str, list[Change]], dict[str, list[Change]]]:
        olds: dict[str, list[Change]] = defaultdict(list)
        news: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.old and change.new:
                olds[change.old].append(change)
                news[change.new].append(change)
        return olds, news

    def _table(self, code: str) -> dict[str, list[Place]]:
        match len(code):
            case 6:
                return self._counties
            case 9:
                return self._town_table(code[:2])
            case _:
                return self._village_table(code[:4])

    def _town_table(self, province: str) -> dict[str, list[Place]]:
        if province not in self._towns:
            self._towns[province] = _by_code(self._under(place) for place in read_towns(province))
        return self._towns[province]

    def _village_table(self, city: str) -> dict[str, list[Place]]:
        if city not in VILLAGE_CITIES:
            return {}
        if city not in self._villages:
            self._villages[city] = _by_code(self._under(place) for place in read_villages(city))
        return self._villages[city]

    def _under(self, place: Place) -> Place:
        """A town or village whose beginning is unknown is not older than the code of its county."""
        county = self._counties.get(place.code[:6])
        if place.first_dating is not Dating.UNKNOWN or not county:
            return place
        return replace(place, first_day=_unbroken(county))

    def _with_prefix(self, table: dict[str, list[Place]], prefix: str, on: date | None) -> Iterator[Place]:
        codes = list(table)
        for code in codes[bisect_left(codes, prefix) : bisect_right(codes, prefix + "~")]:
            if place := self.find(code, on=on):
                yield place

    def _directly_below(self, place: Place, code: str, on: date | None) -> bool:
        above = self.parent(place.code, on=on)
        return above is not None and above.code == code


def _by_code(places: Iterable[Place]) -> dict[str, list[Place]]:
    """Spans by code; the files are in order of code, which is why prefixes can be searched."""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(place.code, []).append(place)
    return found


def _unbroken(spans: list[Place]) -> date:
    """The day since which a code has been in force without a gap, whatever its name."""
    first = spans[-1].first_day
    for earlier in spans[-2::-1]:
        if earlier.last_day is None or (first - earlier.last_day).days > 1:
            break
        first = earlier.first_day
    return first


def _span(place: Place) -> str:
    first = "" if place.first_dating is Dating.UNKNOWN else f"{place.first_day:%Y}"
    return f"{first}–{place.last_day:%Y}" if place.last_day else f"{first}–"
