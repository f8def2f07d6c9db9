"""The demonstration's families stand on every stretch of the road, walked by the same actions, once."""

from dataclasses import replace
from datetime import date

import pytest

from anmin.kernel.access.actions import create_demo_staff
from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.changes.queries import changes_of
from anmin.kernel.cases.demo import actions as demo
from anmin.kernel.cases.demo.plans import PLANS
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import case_numbered, days_left_of
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import replay
from anmin.kernel.people.protection.models import HeldHome
from anmin.kernel.people.queries import members_on
from anmin.lib.calendar import load_calendar
from tests.make import a_household, a_person

TODAY, CALENDAR = date(2026, 11, 25), load_calendar()
TOWN, VILLAGE, OTHER_VILLAGE, COUNTY = "371002001", "371002001001", "371002001002", "371002"
STAFF = [
    ("zhen1", "镇街经办", TOWN, "town_clerk"),
    ("fenguan1", "分管领导", TOWN, "town_leader"),
    ("cun1", "村居协理", VILLAGE, "village_worker"),
    ("hedui", "信息核对", COUNTY, "county_checker"),
    ("xian1", "审核确认", COUNTY, "county_approver"),
    ("ertong1", "儿童主任", VILLAGE, "child_director"),
    ("ertong", "未成年人保护", COUNTY, "child_protector"),
]


@pytest.mark.django_db
def test_one_family_of_each_plan_stands_where_it_should(monkeypatch, settings):
    settings.DEMO = True
    monkeypatch.setattr(demo, "PLANS", tuple(replace(plan, count=1) for plan in PLANS))
    create_demo_staff(by="test", places=STAFF, on=date(2020, 1, 1))
    for at in range(len(PLANS) + 1):
        # Families live all over the town, the worker of the demonstration in one village of it.
        village = VILLAGE if at % 2 else OTHER_VILLAGE
        people = [
            a_person("王秀英", village, serial=3 * at + 1, birth_day=date(1968, 3, 2)),
            a_person("王小宝", village, serial=3 * at + 2, birth_day=date(2013, 9, 1)),
        ]
        a_household(f"D{at:03d}", village, *people)

    made = demo.make_demo_cases(by="test", town=TOWN, ending="", on=TODAY)

    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {
        *("submitted", "need_more", "accepted", "opined", "publicity", "objection", "confirming", "returned"),
        *("approved", "refused", "transferred", "withdrawn", "terminated", "due", "reduced", "fading"),
        *("carried", "paid_first"),
    }
    late = [
        (case.matter, case.state)
        for case in Case.objects.filter(closed_on__isnull=True)
        if min(days_left_of(case, on=TODAY, calendar=CALENDAR).values(), default=0) < 0
    ]
    assert late == [("dibao", "accepted")], "one family waits too long, no other does"
    assert Draft.objects.filter(case__isnull=True).count() == 1
    assert Entitlement.objects.filter(benefit="assistance/dibao").count() >= 4
    assert all(replay(row).agrees for row in Decision.objects.all())
    assert {"recheck", "complaint"} <= set(Case.objects.values_list("matter", flat=True))
    assert [row.kind.key for case in Case.objects.filter(matter="review") for row in changes_of(case)] == [
        "work"
    ]
    assert demo.make_demo_cases(by="test", town=TOWN, ending="", on=TODAY) == made


@pytest.mark.django_db
def test_the_home_of_the_protected_child_and_its_case_are_seen_by_protectors_only(monkeypatch, settings):
    settings.DEMO = True
    monkeypatch.setattr(demo, "PLANS", ())
    create_demo_staff(by="test", places=STAFF, on=date(2020, 1, 1))
    people = [
        a_person("王秀英", VILLAGE, serial=1, birth_day=date(1958, 3, 2)),
        a_person("王小宝", VILLAGE, serial=2, birth_day=date(2015, 9, 1)),
    ]
    home = a_household("D001", VILLAGE, *people)

    demo.make_demo_cases(by="test", town=TOWN, ending="", on=TODAY)
    case = Case.objects.get(matter="unsupported")

    def sees(name):
        reader = reader_for(User.objects.get(username=name), TODAY)
        with reading_as(reader):
            names = {row.person.name for row in members_on(reader, home, TODAY)}
            return "王小宝" in names, case_numbered(reader, case.number) is not None

    assert HeldHome.objects.filter(number=home.number).exists(), "its home is not in the figures of outsiders"
    assert (case.state, case.level) == ("accepted", 3)
    assert sees("ertong") == sees("ertong1") == (True, True)
    assert sees("xian1") == sees("zhen1") == sees("cun1") == (False, False)
