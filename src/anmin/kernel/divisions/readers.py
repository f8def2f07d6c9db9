"""Reads the packaged data files; nothing is opened before it is asked for, and each file once."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from anmin.kernel.divisions.records import (
    Change,
    ChangeKind,
    Extent,
    Place,
    first_day_of,
    last_day_of,
)

VILLAGE_CITIES = ("3502", "3710", "4601", "6106")
"""Cities whose villages are packaged: Xiamen, Weihai, Haikou, Yan'an."""


def read_counties() -> Iterator[Place]:
    """Provinces, prefectures and counties since the code book of 1980, one row for each code and name."""
    for row in _rows("counties.csv"):
        first_day, first_dating = first_day_of(row["first"])
        last_day, last_dating = last_day_of(row["last"])
        yield Place(row["code"], row["name"], first_day, last_day, first_dating, last_dating)


def read_changes() -> Iterator[Change]:
    """What became of the codes above; the day of a change of which only the year is known is its last."""
    for row in _rows("changes.csv"):
        day, dating = first_day_of(row["when"])
        yield Change(
            day,
            dating,
            ChangeKind[row["kind"]],
            row["old"] or None,
            row["old_name"] or None,
            row["new"] or None,
            row["new_name"] or None,
            Extent(row["extent"]),
            row["document"],
            row["source"],
        )


def read_towns(province: str) -> Iterator[Place]:
    """Towns of a province (two digits) by official code, and the farms and zones that statistics count as towns."""
    lines = _towns_text()
    table = csv.DictReader([lines[0], *(line for line in lines if line.startswith(province))])
    for row in table:
        first_day, dating = first_day_of(row["first"])
        yield Place(
            row["code"],
            row["name"],
            first_day,
            first_dating=dating,
            source=row["source"],
            statistical_code=row["statistical"] or None,
        )


def read_villages(city: str) -> Iterator[Place]:
    """Villages and neighbourhoods of one of VILLAGE_CITIES, as of VILLAGES_DAY."""
    for row in _rows(f"villages/{city}.csv"):
        first_day, dating = first_day_of("")
        yield Place(
            row["code"],
            row["name"],
            first_day,
            first_dating=dating,
            source="village list",
            statistical_code=row["statistical"] or None,
        )


@cache
def read_shapes(name: str) -> dict[str, Any]:
    """One file of outlines: "provinces", "prefectures" or "counties/37"; empty where there is none."""
    path = files("anmin.kernel.divisions") / "data" / "shapes" / f"{name}.json.gz"
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        return {}
    found: dict[str, Any] = json.loads(gzip.decompress(packed))
    return found


@cache
def read_manifest() -> dict[str, Any]:
    """Where the data comes from: packages with version, licence and sha256, and the sha256 of every file."""
    text = (files("anmin.kernel.divisions") / "data" / "manifest.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@cache
def _towns_text() -> list[str]:
    packed = files("anmin.kernel.divisions").joinpath("data", "towns.csv.gz").read_bytes()
    return gzip.decompress(packed).decode("utf-8").splitlines()


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("anmin.kernel.divisions").joinpath("data", *name.split("/")).read_text("utf-8")
    return csv.DictReader(io.StringIO(text))
