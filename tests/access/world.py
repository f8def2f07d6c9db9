"""A small world for probing: places, persons of every level in them, a reader for every role and place, an oracle."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from anmin.kernel.access.roles import roles
from anmin.lib.divisions import DivisionLevel
from tests.make import a_household, a_person, a_user

POLICY = yaml.safe_load((Path(__file__).parent / "policy.yaml").read_text("utf-8"))
CITY, COUNTY, TOWN, VILLAGE = "371000", "371002", "371002001", "371002001001"
PLACES = {
    DivisionLevel.PREFECTURE: [CITY, "350200"],
    DivisionLevel.COUNTY: [COUNTY, "371003"],
    DivisionLevel.TOWN: [TOWN, "371002002"],
    DivisionLevel.VILLAGE: [VILLAGE, "371002001003"],
}
HOMES = [VILLAGE, "371002001003", "371002002001", "371003001001", "350203001001"]
LEVELS = [1, 2, 3, 4]


@dataclass(frozen=True)
class Object:
    """A person to be probed for, with the household it alone lives in."""

    pk: int
    name: str
    division: str
    level: int
    household: str


@dataclass(frozen=True)
class Somebody:
    """A reader: role and place."""

    user: object
    role: str
    division: str


def prefix(code):
    """The oracle's own reading of a division code: nothing of the code under test is used."""
    return code[:4] if len(code) == 6 and code.endswith("00") else code


def sees(reader, thing):
    """Whether a reader may know that a person exists."""
    role = POLICY["roles"][reader.role]
    return (
        role["reads"]
        and thing.division.startswith(prefix(reader.division))
        and thing.level <= role["clearance"]
    )


def people():
    """One person of each level in each place, each alone in a household."""
    names = iter(f"{a}{b}{c}" for a in "赵钱孙李周" for b in "甲乙丙丁" for c in ("山", "水"))
    things = []
    for place in HOMES:
        for level in LEVELS:
            name = next(names)
            person = a_person(
                name, place, serial=len(things) + 1, level=level, phone=f"1900000{len(things):04d}"
            )
            number = f"P{len(things):05d}"
            a_household(number, place, person)
            things.append(Object(person.pk, name, place, level, number))
    return things


def readers():
    """Every role in every place that it fits."""
    found = []
    for role in roles().values():
        for level in role.levels:
            for place in PLACES.get(level, []):
                name = f"{role.key}-{place}"
                found.append(
                    Somebody(a_user(name, place, role=role.key, first_day=date(2020, 1, 1)), role.key, place)
                )
    return found
