"""Reporting a change on its page: once for all benefits, at the counter and in the village; the case shows what follows."""

import re

import pytest

from anmin.kernel.cases.models import Case
from anmin.kernel.entitlements.models import Entitlement
from tests.console.casework import as_, believe, families, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    believe(monkeypatch)


@pytest.fixture
def paid():
    (road,), staff = families(1, to="confirming")
    road.confirm()
    return road, staff


def given(road, **more):
    day = road.day.isoformat()
    return {"kind": "work", "day": day, "person": road.case.applicant_id, "words": "在镇上做保洁", **more}


def address(road):
    return f"/homes/{road.case.household.number}/changed/"


def test_the_counter_reports_once_and_the_case_says_what_to_look_at_what_to_bring_and_by_when(client, paid):
    road, staff = paid
    clerk = as_(client, staff, "clerk", road.day)

    home = clerk.get(f"/homes/{road.case.household.number}/").content.decode()
    form = text_of(clerk.get(address(road)))
    done = clerk.post(address(road), given(road))
    case = Case.objects.get(matter="review")
    page = text_of(clerk.get(f"/cases/{case.number}/"))
    table = text_of(clerk.get("/cases/"))

    assert address(road) in home
    assert "就业或收入变化" in form and "工资条" in form
    assert done["Location"] == f"/cases/{case.number}/#changes"
    for words in ("报告的变化", "就业或收入变化", "是否符合渐退", "工资条", "核实报告的变化", "在镇上做保洁"):
        assert words in page, words
    assert f"{case.due:%Y-%m-%d} 前" in page
    assert "已登记变化，1 项待遇进入复核" in page
    assert road.case.applicant.name in table
    assert Entitlement.objects.get().state == "active"


def test_the_form_sent_twice_is_one_report(client, paid):
    road, staff = paid
    clerk = as_(client, staff, "clerk", road.day)

    first, second = (clerk.post(address(road), given(road)) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Case.objects.get(matter="review").steps.filter(action__startswith="report").count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": ""}, "请填变化是哪天开始的"),
        ({"day": "2031-01-01"}, "变化的日期不能晚于今天"),
        ({"kind": ""}, "请选是什么变化"),
        ({"kind": "death", "person": ""}, "请选是谁去世了"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, paid, change, words):
    road, staff = paid

    page = as_(client, staff, "clerk", road.day).post(address(road), given(road, **change))

    assert words in text_of(page)
    assert "在镇上做保洁" in page.content.decode()
    assert not Case.objects.filter(matter="review").exists()


def test_a_session_that_ended_keeps_the_report(client, paid):
    road, staff = paid
    page = as_(client, staff, "clerk", road.day).get(address(road)).content.decode()
    who = re.search(r'name="who" value="([^"]+)"', page).group(1)
    client.session.flush()
    client.cookies.clear()

    away = client.post(address(road), given(road, who=who))
    back = as_(client, staff, "clerk", road.day).get(address(road)).content.decode()

    assert "why=expired" in away["Location"]
    assert "在镇上做保洁" in back and "还没有提交" in back
    assert not Case.objects.filter(matter="review").exists()


def test_a_family_without_benefits_and_a_reader_without_the_power_are_told(client):
    (road,), staff = families(1)

    none = text_of(as_(client, staff, "clerk", road.day).post(address(road), given(road)))
    leader = as_(client, staff, "leader", road.day).get(address(road))

    assert "没有在享的待遇" in none
    assert leader.status_code in (403, 404)
