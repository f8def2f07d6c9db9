"""Towns of the whole country by official code, and villages of chosen cities hung under their official town."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

ATTESTED_LATER = "~2026-09-11"
"""First day of an official town that the statistical list of 2023-06-30 does not have."""
ABOLISHED_MARK = "（撤销）"
"""The official list carries some abolished towns under a 6xx number with this mark: they are left out."""
STATISTICAL_COUNTIES = {"371071": "371002", "371072": "371002", "371073": "371002"}
"""County codes that only the statistical list has (development zones of Weihai) and the official county."""

Row = dict[str, str]


def official_towns(townships: str) -> Iterator[Row]:
    """code (nine digits) and name of every town in the official list."""
    for county, body in json.loads(townships).items():
        for name, code in body["townships"].items():
            if not code.endswith("000") or len(code) != 12:
                raise SystemExit(f"{county} {name}: {code} is not a town code")
            if ABOLISHED_MARK not in name:
                yield {"code": code[:9], "name": name}


def towns(
    townships: str, streets: str, cities: list[str], places: Collection[str], fixes: Mapping[str, Any]
) -> tuple[list[Row], Row]:
    """All official towns, with the units that only the statistics know for `cities`; and statistical → official code.

    Towns are matched by name inside their county, because both lists number the same towns differently. Divisions
    among `places` for which the official list has no towns (东莞, 中山, 儋州, the cities of 659) get the others' list.
    """
    official = {row["code"]: row["name"] for row in official_towns(townships)}
    by_name: dict[tuple[str, str], str] = {}
    for code, name in official.items():
        if by_name.setdefault((code[:6], name), code) != code:
            raise SystemExit(f"{name} stands twice in {code[:6]}")
    same = {str(key): str(value) for key, value in fixes["towns"].items()}
    rows = {
        code: {"code": code, "name": name, "first": "", "source": "official", "statistical": ""}
        for code, name in official.items()
    }
    official_of: Row = {}
    bare = set(places) - {code[:6] for code in official}
    for street in csv.DictReader(io.StringIO(streets)):
        code, city = street["code"], street["cityCode"]
        if code[:6] in bare:
            name = street["name"].removesuffix("办事处")
            rows[code] = {
                "code": code,
                "name": name,
                "first": "",
                "source": "town list 2023",
                "statistical": "",
            }
        if city not in cities:
            continue
        county = STATISTICAL_COUNTIES.get(code[:6], code[:6])
        name = (
            street["name"].removesuffix("办事处") if street["name"].endswith("街道办事处") else street["name"]
        )
        found = same.get(code) or by_name.get((county, name))
        if found is None:
            if code in rows:
                raise SystemExit(f"{code} {name}: the number belongs to {rows[code]['name']}")
            rows[code] = {"code": code, "name": name, "first": "", "source": "statistical", "statistical": ""}
            found = code
        official_of[code] = found
        rows[found]["statistical"] = code if code != found else ""
    for code, row in rows.items():
        if code[:4] in cities and code not in official_of.values():
            row["first"] = ATTESTED_LATER
    return [rows[code] for code in sorted(rows)], official_of


def villages(text: str, city: str, official_of: Mapping[str, str]) -> list[Row]:
    """Villages of one city: official town code plus the three digits of the statistical list."""
    rows: dict[str, Row] = {}
    for village in csv.DictReader(io.StringIO(text)):
        if village["cityCode"] != city:
            continue
        code = official_of[village["streetCode"]] + village["code"][9:]
        if code in rows:
            raise SystemExit(f"{code}: {village['name']} and {rows[code]['name']}")
        statistical = village["code"] if village["code"] != code else ""
        rows[code] = {"code": code, "name": village["name"], "statistical": statistical}
    return [rows[code] for code in sorted(rows)]
