"""E32: ten thousand random households on public sheets, and nothing on them but name, members and amount."""

import json
import random
import re
from datetime import timedelta

import pytest

from anmin.kernel.cases.matters import book, procedure_for
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.publicity.allowlist import FIELDS, is_due, line
from anmin.kernel.cases.publicity.models import Publicity
from anmin.kernel.cases.publicity.queries import hanging, preview
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.facts.demo.names import MEN, ROADS, SURNAMES, WOMEN
from anmin.kernel.screening.rulebooks import rulebook
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff
from tests.make import a_number

HOUSEHOLDS = 10_000
DIGITS = re.compile(r"\d{11,18}")
ILLNESS = ("癌", "残疾", "重病", "精神", "艾滋")
MATTERS_NEVER_SHOWN = ("edge", "rigid", "orphan", "unsupported", "temp_small", "temp_urgent")


def household(dice):
    """A household as the register knows it, with everything that must not leak."""
    members = [
        {
            "name": dice.choice(SURNAMES) + dice.choice(WOMEN + MEN) + dice.choice(["", dice.choice(MEN)]),
            "age": dice.choice([None, *range(100)]),
            "number": a_number(dice.randrange(2_000_000)),
            "phone": f"190{dice.randrange(10**8):08d}",
            "illness": dice.choice(["", *ILLNESS]),
        }
        for _ in range(dice.randint(1, 6))
    ]
    return {
        "members": members,
        "address": f"{dice.choice(ROADS)} {dice.randint(1, 99)} 号",
        "fen": dice.randrange(500_000),
    }


def forbidden(sheet, home):
    """What a sheet shows that it must not, as words for the test's message."""
    text = json.dumps(sheet, ensure_ascii=False)
    first = home["members"][0]
    found = [field for field in sheet if field not in FIELDS]
    found += ["a long number"] if DIGITS.search(text) else []
    found += [word for word in (*ILLNESS, home["address"]) if word in text]
    found += [one["phone"] for one in home["members"] if one["phone"] in text]
    is_child = first["age"] is None or first["age"] < 18
    found += ["a child's name"] if is_child and sheet.get("name") == first["name"] else []
    shown = str(sheet.get("name", ""))
    found += (
        ["another member"] if any(shown == one["name"] != first["name"] for one in home["members"]) else []
    )
    return found


def as_we_show(home):
    first = home["members"][0]
    return line(
        name=first["name"], age=first["age"], members=len(home["members"]), amount=home["fen"]
    ).as_data()


def as_one_should_not(home):
    """The wrong variant: the record itself, with fields taken out by name and ages forgotten."""
    first = dict(home["members"][0], members=len(home["members"]), amount=home["fen"])
    first.pop("number")
    return first


def test_ten_thousand_households_show_nothing_that_is_forbidden():
    dice = random.Random(20261125)
    homes = [household(dice) for _ in range(HOUSEHOLDS)]

    assert {what for home in homes for what in forbidden(as_we_show(home), home)} == set()
    assert sum(home["members"][0]["age"] is None or home["members"][0]["age"] < 18 for home in homes) > 1_000


def test_the_wrong_generator_is_caught_on_every_count():
    dice = random.Random(1)
    homes = [household(dice) for _ in range(500)]

    found = {what for home in homes for what in forbidden(as_one_should_not(home), home)}

    assert {"age", "phone", "illness", "a long number", "a child's name"} <= found


@pytest.mark.parametrize("matter", MATTERS_NEVER_SHOWN)
@pytest.mark.parametrize("city", ["371002", "350203", "460105", "610602"])
def test_recognitions_children_and_emergencies_are_never_due(matter, city):
    procedure = procedure_for(matter, city, DAY)

    assert not any(is_due(rulebook().benefits[key], procedure.publicity) for key in procedure.benefits)


def test_no_matter_shows_a_benefit_that_law_hides():
    for matter in book().matters:
        procedure = procedure_for(matter, "371002", DAY)
        hidden = [key for key in procedure.benefits if not rulebook().benefits[key].publish]
        assert not any(is_due(rulebook().benefits[key], procedure.publicity) for key in hidden), matter


@pytest.mark.django_db
def test_a_child_on_a_sheet_has_a_surname_only():
    home, people = a_family(
        ("李小雨", 2015),
    )
    road = Road.begin(home, town_staff(), matter="tekun", said=[Said("has_able_supporter", 0, people[0].pk)])
    road.accept()
    road.check()
    road.survey()
    road.step("clerk", "start_assessment")
    road.step("clerk", "record_assessment", beside=road.staff["second"])
    road.adopt_all()
    road.opine()

    assert preview(road.case, on=DAY).shown.name == "李某"


@pytest.mark.django_db
def test_a_sheet_that_ran_out_is_taken_down_and_forgotten_while_its_days_stay():
    home, people = a_family(("王秀英", 1970), ("王小宝", 2012))
    road = Road.begin(home, town_staff(), said=[earns(people[0], 12_000)])
    road.to_opinion()
    road.publish()
    assert len(hanging("37", DAY)) == 1

    assert publicity.take_down_due(by="系统", on=DAY + timedelta(6)) == 0
    assert publicity.take_down_due(by="系统", on=DAY + timedelta(7)) == 1

    row = Publicity.objects.get(case=road.case)
    assert row.row == {} and row.last_day == DAY + timedelta(6)


@pytest.mark.django_db
def test_an_objection_takes_the_sheet_down_at_once_and_keeps_who_objected_sealed():
    home, people = a_family(("王秀英", 1970), ("王小宝", 2012))
    road = Road.begin(home, town_staff(), said=[earns(people[0], 12_000)])
    road.to_opinion()
    road.publish()

    row = publicity.object_to(
        by=road.staff["clerk"], case=road.case, words="家里有车", objector="邻居赵六", on=DAY, seen=road.seen
    )

    assert hanging("37", DAY) == []
    publicity.settle(
        by=road.staff["leader"], objection=row, is_upheld=False, answer="车已过户", on=DAY, seen=road.seen
    )
    assert not road.case.steps.filter(reason__contains="赵六").exists()
