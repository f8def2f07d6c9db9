"""The demonstration's families stand on every stretch of the road, walked by the same actions, once."""

from dataclasses import replace
from datetime import date

import pytest

from anmin.kernel.access.actions import create_demo_staff
from anmin.kernel.cases.demo import actions as demo
from anmin.kernel.cases.demo.plans import PLANS
from anmin.kernel.cases.intake.models import Draft
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import days_left_of
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import replay
from anmin.lib.calendar import load_calendar
from tests.make import a_household, a_person

TODAY, CALENDAR = date(2026, 11, 25), load_calendar()
TOWN, VILLAGE, COUNTY = "371002001", "371002001001", "371002"
STAFF = [
    ("zhen1", "镇街经办", TOWN, "town_clerk"),
    ("fenguan1", "分管领导", TOWN, "town_leader"),
    ("cun1", "村居协理", VILLAGE, "village_worker"),
    ("hedui", "信息核对", COUNTY, "county_checker"),
    ("xian1", "审核确认", COUNTY, "county_approver"),
]


@pytest.mark.django_db
def test_one_family_of_each_plan_stands_where_it_should(monkeypatch, settings):
    settings.DEMO = True
    monkeypatch.setattr(demo, "PLANS", tuple(replace(plan, count=1) for plan in PLANS))
    create_demo_staff(by="test", places=STAFF, on=date(2020, 1, 1))
    for at in range(len(PLANS)):
        people = [
            a_person("王秀英", VILLAGE, serial=3 * at + 1, birth_day=date(1968, 3, 2)),
            a_person("王小宝", VILLAGE, serial=3 * at + 2, birth_day=date(2013, 9, 1)),
        ]
        a_household(f"D{at:03d}", VILLAGE, *people)

    made = demo.make_demo_cases(by="test", town=TOWN, ending="", on=TODAY)

    states = set(Case.objects.values_list("state", flat=True))
    assert states >= {
        *("submitted", "need_more", "accepted", "opined", "publicity", "objection", "confirming", "returned"),
        *("approved", "refused", "transferred", "withdrawn", "terminated", "due", "reduced", "fading"),
        *("carried", "paid_first"),
    }
    ordinary = Case.objects.filter(state__in=["submitted", "accepted", "publicity", "confirming"])
    late = {
        case.state for case in ordinary if min(days_left_of(case, on=TODAY, calendar=CALENDAR).values()) < 0
    }
    assert late == {"accepted"}, "one family waits too long, no other does"
    assert Draft.objects.filter(case__isnull=True).count() == 1
    assert Entitlement.objects.filter(benefit="assistance/dibao").count() >= 4
    assert all(replay(row).agrees for row in Decision.objects.all())
    assert demo.make_demo_cases(by="test", town=TOWN, ending="", on=TODAY) == made
