"""The case of a child in the browser: those who see it walk it from the visit to the decision, and nobody else sees it."""

import pytest
import time_machine
from django.urls import reverse

from anmin.kernel.cases.actions import take_step
from anmin.kernel.cases.intake import actions as intake
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.entitlements.models import Entitlement
from anmin.policy.codes import ParentState
from tests.console.counter import logged_in
from tests.kernel.cases.road import COUNTY, DAY, TOWN, a_family, a_form, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import a_grandmothers_family, unsupported
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


def seen(case):
    case.refresh_from_db()
    return case.last_step


def test_a_child_is_visited_by_two_directors_and_its_protector_decides():
    staff = town_staff() | {
        "director": a_user("ertongzhuren", TOWN, role="child_director"),
        "visitor": a_user("kanwang", TOWN, role="child_director"),
        "protector": a_user("ertong", COUNTY, role="child_protector"),
    }
    home, (_grandmother, child) = a_family(("王桂兰", 1958), ("王小一", 2014))
    said = [
        Said("mother_state", int(ParentState.DEAD), child.pk),
        Said("father_state", int(ParentState.LOST_CONTACT), child.pk),
        Said("father_state_months", 12, child.pk),
    ]
    form = a_form(home, "unsupported", said=said, channel="found")
    case = intake.file_application(by=staff["director"], form=form, on=DAY)
    intake.accept(by=staff["director"], case=case, on=DAY, seen=seen(case))
    take_step(by=staff["director"], case=case, action="record_check", on=DAY, seen=seen(case))
    survey = reverse("console:case-survey", args=[case.number])
    director, protector = logged_in(staff["director"]), logged_in(staff["protector"])

    assert logged_in(staff["clerk"]).get(survey).status_code == 404
    page = director.get(survey).content.decode()
    assert "kanwang 的姓名" in page and "second 的姓名" in page
    director.post(
        survey, {"seen": seen(case), "beside": staff["visitor"].pk, "remark": "孩子跟着奶奶，上学正常"}
    )
    for who, action in ((director, "opine"), (protector, "confirm")):
        address = reverse("console:case_step", args=[case.number])
        who.post(address, {"action": action, "seen": seen(case)})

    visit = case.steps.get(action="record_survey")
    assert {visit.by, visit.beside} == {staff["director"], staff["visitor"]}
    assert case.steps.get(action="confirm").by == staff["protector"]
    assert Entitlement.objects.get(benefit="children/unsupported").person == child


def test_the_review_of_a_childs_allowance_is_started_on_the_page_by_those_who_see_it_alone():
    staff = town_staff()
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    Entitlement.objects.update(review_due=DAY)
    paid = Entitlement.objects.get()
    director, clerk = logged_in(staff["director"]), logged_in(staff["clerk"])
    start = reverse("console:review_open", args=[paid.pk])
    assert start in director.get(reverse("console:reviews")).content.decode()
    assert start not in clerk.get(reverse("console:reviews")).content.decode()
    assert clerk.post(start).status_code == 404

    director.post(start)

    case = paid.cases.get()
    page = director.get(reverse("console:case", args=[case.number])).content.decode()
    assert (case.matter, case.last_step) == ("review_children", 1)
    assert reverse("console:case_appeal", args=[case.number]) in page
    assert clerk.get(reverse("console:case_appeal", args=[case.number])).status_code == 404
