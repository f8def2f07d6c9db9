"""The matrix on the page: what counts is chosen with a reason where one is due, by whom and when, and the result follows (T4)."""

import re

import pytest
import time_machine
from django.urls import reverse

from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.cases.verification.models import CaseFact
from tests.console.counter import at, logged_in
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


@pytest.fixture
def road(db):
    home, people = a_family(("王桂兰", 1950), ("王强", 1980))
    road = Road.begin(home, town_staff(), said=[earns(people[1], 18_000)])
    road.people = people
    return road


def surveyed(road):
    road.accept()
    road.check()
    road.survey(earns(road.people[1], 22_200))
    return CaseFact.objects.get(case=road.case, name="wage_year", person=road.people[1])


def chosen(road, row, basis, reason="", **more):
    return {f"basis-{row.pk}": basis, f"reason-{row.pk}": reason, "seen": road.seen, "what": "adopt"} | more


def test_choosing_the_best_evidenced_side_needs_no_reason(road):
    row, clerk = surveyed(road), logged_in(road.staff["clerk"])

    clerk.post(reverse("console:case-check", args=[road.case.number]), chosen(road, row, "seen"))

    row.refresh_from_db()
    assert (row.adopted, row.basis, row.adopted_by) == (2_220_000, "seen", road.staff["clerk"])
    assert row.adopted_at is not None


def test_choosing_another_side_asks_for_five_characters_and_keeps_what_was_typed(road):
    row, clerk = surveyed(road), logged_in(road.staff["clerk"])
    address = reverse("console:case-check", args=[road.case.number])

    page = clerk.post(address, chosen(road, row, "declared", "不对")).content.decode()
    row.refresh_from_db()
    assert row.adopted is None and "至少 5 个字" in page and 'value="不对"' in page

    clerk.post(address, chosen(road, row, "declared", "入户时误记了年终奖"))
    row.refresh_from_db()
    assert (row.adopted, row.reason) == (1_800_000, "入户时误记了年终奖")
    page = at(clerk, "case-check", road.case.number)
    assert "本人申报 · clerk 的姓名 · 2026-03-25" in page


def test_the_result_follows_the_choices_and_writes_nothing(road):
    row, clerk = surveyed(road), logged_in(road.staff["clerk"])
    address = reverse("console:case-result", args=[road.case.number])

    high = clerk.post(address, chosen(road, row, "seen")).content.decode()
    low = clerk.post(address, chosen(road, row, "declared")).content.decode()

    assert amount(low) - amount(high) == pytest.approx(350.0)
    assert "要写理由" in low and "要写理由" not in high
    row.refresh_from_db()
    assert row.adopted is None


def amount(page):
    return float(re.search(r"([\d,]+\.\d\d) 元", page)[1].replace(",", ""))


def test_nothing_recalculates_by_itself_when_a_department_answers_later(road):
    row, clerk = surveyed(road), logged_in(road.staff["clerk"])
    clerk.post(reverse("console:case-check", args=[road.case.number]), chosen(road, row, "seen"))

    from anmin.kernel.cases.verification import actions

    actions.state_checked(
        by=road.staff["checker"],
        case=road.case,
        said=[Said("wage_year", 3_000_000, road.people[1].pk)],
        source="税务",
        as_of=DAY,
        on=DAY,
    )

    page = at(clerk, "case-check", road.case.number)
    assert "1 项不一致没有认定" in page and "30,000.00" in page and "税务 2026-03-25" in page


def test_a_judged_value_needs_a_number_and_a_reason(road):
    row, clerk = surveyed(road), logged_in(road.staff["clerk"])
    address = reverse("console:case-check", args=[road.case.number])

    clerk.post(address, chosen(road, row, "judged", "按村里同工种平均", **{f"value-{row.pk}": "20,000"}))

    row.refresh_from_db()
    assert (row.adopted, row.basis) == (2_000_000, "judged")


def test_the_survey_needs_two_and_is_written_by_both(road):
    road.accept()
    road.step("clerk", "start_survey")
    clerk = logged_in(road.staff["clerk"])
    address = reverse("console:case-survey", args=[road.case.number])
    key = f"f-{road.people[1].pk}-wage_year"

    alone = clerk.post(address, {"seen": road.seen, key: "22200"}).content.decode()
    assert "请选同行人员" in alone and 'value="22200"' in alone

    given = {
        "seen": road.seen,
        key: "22,200",
        "beside": road.staff["second"].pk,
        "present": road.people[0].pk,
    }
    clerk.post(address, given | {"remark": "邻居说常年在外打工"})

    step = road.case.steps.get(action="record_survey")
    assert (step.by, step.beside) == (road.staff["clerk"], road.staff["second"])
    assert CaseFact.objects.get(case=road.case, name="wage_year", person=road.people[1]).seen == 2_220_000
    page = at(clerk, "case-check", road.case.number)
    assert "clerk 的姓名、second 的姓名" in page and "常年在外打工" in page


def test_an_unreadable_value_of_the_survey_is_said_at_its_field(road):
    road.accept()
    road.step("clerk", "start_survey")
    clerk = logged_in(road.staff["clerk"])
    key = f"f-{road.people[1].pk}-wage_year"

    given = {"seen": road.seen, key: "两万多", "beside": road.staff["second"].pk}
    page = clerk.post(reverse("console:case-survey", args=[road.case.number]), given).content.decode()

    assert "写法不对" in page and 'value="两万多"' in page
    assert not road.case.steps.filter(action="record_survey").exists()


def test_relatives_of_handlers_are_flagged(road):
    road.accept()
    declare_staff_person(by="test", user=road.staff["clerk"], person=road.people[1], on=DAY)

    page = at(logged_in(road.staff["leader"]), "case-check", road.case.number)

    assert "近亲属" in page and "clerk 的姓名 与 王强：本人" in page


def test_a_village_worker_sees_the_matrix_and_may_not_adopt(road):
    from tests.make import a_user

    row = surveyed(road)
    worker = logged_in(a_user("worker", "371002001001"))
    page = at(worker, "case-check", road.case.number)
    answer = worker.post(reverse("console:case-check", args=[road.case.number]), chosen(road, row, "seen"))

    assert "认定所选" not in page
    assert "您的岗位没有这项权限" in answer.content.decode()
    row.refresh_from_db()
    assert row.adopted is None
