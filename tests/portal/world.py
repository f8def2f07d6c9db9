"""Two families in one village and a daughter in another town: who sees what is counted against them."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from django.utils import timezone

from anmin.kernel.access.delegations.actions import delegate
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.people.residents.readers import Resident, helped_by
from tests.kernel.cases.road import VILLAGE, Road, town_staff
from tests.make import a_household, a_number, a_person

ON = date(2026, 3, 25)
MOTHER, DAUGHTER, NEIGHBOUR, CHILD = "吴秀英", "吴小红", "陈国栋", "吴小宇"


@dataclass
class World:
    """Keys and rows of the small world."""

    mother: object
    son: object
    child: object
    home: object
    daughter: object
    neighbour: object
    next_door: object
    staff: dict
    road: Road
    other: Road


def a_world(with_cases=True):
    """吴秀英 lives with her son and a protected grandchild next to 陈国栋; 吴小红 lives elsewhere. Both applied."""
    mother = a_person(MOTHER, VILLAGE, serial=1, birth_day=date(1950, 3, 2), phone="19000000001")
    son = a_person("吴大勇", VILLAGE, serial=2, birth_day=date(1975, 3, 2), sex=1, phone="19000000002")
    home = a_household("HM1", VILLAGE, mother, son)
    daughter = a_person(DAUGHTER, "371003001001", serial=3, birth_day=date(1980, 3, 2), phone="19000000003")
    a_household("HD1", "371003001001", daughter)
    neighbour = a_person(NEIGHBOUR, VILLAGE, serial=4, birth_day=date(1960, 3, 2), sex=1, phone="19000000004")
    next_door = a_household("HN1", VILLAGE, neighbour)
    staff = town_staff() if with_cases else {}
    said = [Said("wage_year", 600_000, mother.pk), Said("homes", 1)]
    road = Road.begin(home, staff, said=said, token="form-m") if with_cases else None
    other = Road.begin(next_door, staff, said=[Said("homes", 1)], token="form-n") if with_cases else None
    return World(mother, son, None, home, daughter, neighbour, next_door, staff, road, other)


def lets_act(world, *purposes, helper=None, person=None, on=ON):
    """The mother lets her daughter act for her, confirmed by a worker."""
    return delegate(
        by=world.staff["clerk"],
        person=(person or world.mother).pk,
        helper=(helper or world.daughter).pk,
        purposes=purposes or ("apply", "progress", "money"),
        channel="worker",
        first_day=on,
    )


def as_reader(person, on=ON):
    """Somebody as a resident on a day."""
    return Resident(person.pk, on, helps=helped_by(person.pk, on))


def number_of(serial, year, sex=2):
    """The identity number that `a_person` gave somebody."""
    return a_number(serial, date(year, 3, 2), sex)


def granted(road):
    """A case walked to its grant."""
    road.accept()
    road.check()
    road.survey()
    road.opine()
    road.publish()
    road.wait()
    road.send_up()
    return road.confirm()


__all__ = [
    "ON",
    "SimpleNamespace",
    "World",
    "a_world",
    "as_reader",
    "deciding",
    "granted",
    "lets_act",
    "timezone",
]
