"""Rows that tests need, made through the same actions as real ones."""

import functools
from datetime import date
from unittest import mock

from django.contrib.auth.hashers import make_password

from anmin.kernel.access import actions
from anmin.kernel.access.models import User
from anmin.kernel.people.models import Household, Person
from anmin.kernel.people.register import actions as register
from anmin.lib.divisions import DivisionLevel, canonical, level_of
from anmin.lib.identifiers import check_digit

ROLES = {
    DivisionLevel.COUNTY: "county_approver",
    DivisionLevel.TOWN: "town_clerk",
    DivisionLevel.VILLAGE: "village_worker",
}

_hashed_once = functools.cache(make_password)
"""A password is slow to hash on purpose, and thousands of users here have the same one: the hash is real, made once."""


def a_user(username="li", *divisions, role=None, first_day=date(2020, 1, 1), last_day=None) -> User:
    """A user who may see some divisions, in the usual role of each level."""
    with mock.patch("django.contrib.auth.base_user.make_password", _hashed_once):
        user = actions.create_user(
            by="test",
            username=username,
            display_name=f"{username} 的姓名",
            password="一个足够长的口令Ab2026",
            must_change=False,
        )
    for division in divisions:
        usual = ROLES.get(level_of(canonical(division)), "city_officer")
        actions.grant(
            by="test",
            user=user,
            division=division,
            role=role or usual,
            first_day=first_day,
            last_day=last_day,
        )
    return user


def a_number(serial: int, birth_day: date = date(1950, 3, 2), sex: int = 2) -> str:
    """A valid identity number that can belong to nobody: no division begins with 99."""
    first = f"{990000 + serial // 500:06d}{birth_day:%Y%m%d}{serial % 500 * 2 + (sex == 1):03d}"
    return first + check_digit(first)


def a_person(name="王秀英", division="371002001001", *, serial=None, number=None, **known) -> Person:
    """A person in the register, with a valid number of nobody's."""
    if serial is not None:
        number = a_number(serial, known.get("birth_day", date(1950, 3, 2)), known.get("sex", 2))
    numbers = (("resident", number),) if number else ()
    entry = register.Entry(name=name, division=division, numbers=numbers, **known)
    return register.add_person(by="test", entry=entry)


def a_household(number="H1", division="371002001001", *members, first_day=date(2020, 1, 1)) -> Household:
    """A household whose first member is its head."""
    home = register.add_household(
        by="test", number=number, division=division, first_day=first_day, address="幸福路 1 号"
    )
    for place, person in enumerate(members):
        register.add_member(
            by="test",
            household=home,
            person=person,
            relation=0 if place == 0 else 2,
            is_head=place == 0,
            first_day=first_day,
        )
    return home
