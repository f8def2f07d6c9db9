"""Publicity: a preview of both sides, one or many put up, a wall without anything private, objections that pause (T5)."""

import re

import pytest
import time_machine
from django.urls import reverse

from anmin.kernel.cases.publicity.models import Publicity
from tests.console.counter import at, logged_in
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db
PRIVATE = (
    re.compile(r"\d{17}[\dXx]"),
    re.compile(r"(?<!\d)1\d{10}(?!\d)"),
    re.compile(r"(?<!\d)\d{16,19}(?!\d)"),
    re.compile(r"残疾|重病|癌|精神|智力|肢体|病"),
)


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


@pytest.fixture
def staff(db):
    return town_staff()


def opined(staff, number, *members, serial):
    home, people = a_family(*members, serial=serial, number=number)
    road = Road.begin(home, staff, said=[earns(people[0], 3_000)], token=f"form-{number}")
    road.to_opinion()
    return road


@pytest.fixture
def roads(staff):
    return [
        opined(staff, f"H{at}", (f"王{word}", 1950), (f"王小{word}", 2015), serial=at * 10 + 1)
        for at, word in enumerate("甲乙丙")
    ]


def put_up(client, roads):
    seen = {f"seen-{road.case.number}": road.seen for road in roads}
    given = {"what": "publish", "number": [road.case.number for road in roads]} | seen
    return client.post(reverse("console:publicity"), given, follow=True).content.decode()


def text_of(page):
    return re.sub(r"<[^>]+>|\s+", " ", re.sub(r"<(style|script)[^>]*>.*?</\1>", "", page, flags=re.S))


def test_the_preview_stands_beside_what_stays_inside(staff, roads):
    page = at(logged_in(staff["clerk"]), "publicity")

    inside, wall = (
        re.search(r'aria-label="内部".*?</section>', page, re.S)[0],
        re.search(r"data-wall.*?</dl>", page, re.S)[0],
    )
    assert "9900" in inside and "幸福路" in inside and "王小" in inside
    assert "王小" not in wall and not any(one.search(text_of(wall)) for one in PRIVATE)
    assert "2026-03-25 至 2026-03-31" in re.sub(r"\s+", " ", wall)


def test_many_are_put_up_at_once_and_the_end_day_is_reckoned(staff, roads):
    told = put_up(logged_in(staff["clerk"]), roads)

    assert "已公示 3 件" in told
    assert {(row.first_day, (row.last_day - row.first_day).days) for row in Publicity.objects.all()} == {
        (DAY, 6)
    }, "seven days, the first one counted"


def test_one_that_moved_on_is_told_and_the_others_stand(staff, roads):
    client = logged_in(staff["clerk"])
    seen = {f"seen-{road.case.number}": road.seen for road in roads}
    seen[f"seen-{roads[0].case.number}"] = 1

    given = {"what": "publish", "number": [road.case.number for road in roads]} | seen
    page = client.post(reverse("console:publicity"), given, follow=True).content.decode()

    assert "已公示 2 件" in page and "有 1 件没有公示" in page and roads[0].case.number in page


def test_the_wall_shows_names_counts_and_amounts_and_nothing_else(staff, roads):
    client = logged_in(staff["clerk"])
    put_up(client, roads)

    wall = re.search(r'class="paper.*</main>', at(client, "publicity_wall"), re.S)[0]

    told = text_of(wall)
    assert all(f"王{word}" in told for word in "甲乙丙") and "王小" not in told
    assert [one.pattern for one in PRIVATE if one.search(told)] == []


def test_a_wall_made_of_what_is_kept_would_be_caught():
    """The wrong variant: the inside of the preview on the wall."""
    inside = "王甲 99000019500506002X 13900001111 肢体残疾"

    assert all(one.search(inside) for one in (PRIVATE[0], PRIVATE[1], PRIVATE[3]))


def test_an_objection_pauses_the_case_takes_the_sheet_down_and_is_settled_with_an_answer(staff, roads):
    client, road = logged_in(staff["clerk"]), roads[0]
    put_up(client, roads)
    address = reverse("console:publicity_case", args=[road.case.number])
    asked = client.post(address, {"what": "object", "words": "", "seen": road.seen}).content.decode()
    assert "请写明异议内容" in asked

    client.post(
        address, {"what": "object", "words": "家里有人在外打工", "objector": "匿名", "seen": road.seen}
    )
    page = at(client, "publicity_case", road.case.number)
    assert "暂停·异议核实" in page
    assert "王甲" not in text_of(re.search(r'class="paper.*</main>', at(client, "publicity_wall"), re.S)[0])
    with pytest.raises(Exception, match="不能办理"):
        road.send_up()

    row = road.case.objections.get()
    given = {
        "what": "settle",
        "objection": row.pk,
        "upheld": "0",
        "answer": "已入户核实，无务工",
        "seen": road.seen,
    }
    leader = logged_in(staff["leader"])
    assert leader.post(address, given).status_code == 302
    row.refresh_from_db()
    assert (row.is_upheld, row.settled_by) == (False, staff["leader"])


def test_a_case_that_is_not_shown_says_so(staff):
    home, people = a_family(("钱富", 1950), serial=90, number="H90")
    road = Road.begin(home, staff, said=[earns(people[0], 90_000)], token="rich")
    road.to_opinion()

    page = at(logged_in(staff["clerk"]), "publicity_case", road.case.number)

    assert "依法不公示" in page
    assert "没有等着公示的件" in at(logged_in(staff["clerk"]), "publicity")
