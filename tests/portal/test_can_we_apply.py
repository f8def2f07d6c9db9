"""Can we apply: six questions at most, answered by the rules, never only a no, nothing stored anywhere."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse

from anmin.kernel.screening.rulebooks import rulebook
from anmin.portal import canapply

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 25)
POOR = {
    "place": "371002",
    "living": "0",
    "people": "3",
    "income": "2",
    "own": ["none"],
    "hard": ["none"],
    "urgent": "no",
}


def answers(**changed):
    return canapply.Answers.read(QueryDict(urlencode({**POOR, **changed}, doseq=True)), ON)


def keys(benefits):
    return {one.key for one in benefits}


def test_a_poor_family_likely_gets_dibao_by_the_rules_of_its_place():
    found = canapply.found(answers(), ON)

    standard = rulebook().rates.entry("dibao_standard", "371002", ON).value(0)
    assert "assistance/dibao" in keys(found.likely)
    assert (found.kind, found.reason.standard, found.reason.high) == ("likely", standard, 334 * 100)


def test_a_well_off_family_is_told_why_and_what_else_there_is(client):
    found = canapply.found(answers(income="7"), ON)
    page = client.get(reverse("residents:can_apply"), {**POOR, "income": "7", "at": "7"}).content.decode()

    assert (found.kind, found.likely) == ("other", ())
    for words in ("当地低保标准", "临时救助", "12345", "环翠区民政局", "还有别的办法"):
        assert words in page
    assert "<h1>不符合</h1>" not in page


def test_an_unclear_answer_leaves_it_open_and_says_which():
    found = canapply.found(answers(income="x"), ON)

    assert found.kind == "maybe"
    assert "assistance/dibao" in keys(found.maybe)
    assert [str(title) for title in found.unclear] == ["全家每个月大概有多少收入？"]


def test_an_unclear_place_asks_every_city():
    found = canapply.found(answers(place="x", living="x"), ON)

    assert found.kind in ("likely", "maybe")
    assert found.reason is None


def test_a_car_stands_in_the_way_of_dibao_in_the_rules_themselves():
    assert "assistance/dibao" not in keys(canapply.found(answers(own=["car"]), ON).likely)


def test_an_emergency_comes_first_whatever_the_income():
    assert canapply.found(answers(urgent="yes", income="7"), ON).kind == "urgent"


def test_somebody_alone_without_supporters_is_asked_about_tekun():
    found = canapply.found(answers(people="1", income="0", hard=["alone"]), ON)

    assert "assistance/tekun" in keys(found.likely)


def test_no_answer_is_asked_again_with_an_error_title(client):
    page = client.get(
        reverse("residents:can_apply"), {"place": "371002", "living": "0", "at": "3"}
    ).content.decode()

    assert "<title>错误：" in page
    assert page.count("请选一项") == 2


def test_at_most_six_questions_and_nothing_is_kept(client):
    answer = client.get(reverse("residents:can_apply"), {**POOR, "at": "7"})

    assert len(canapply.QUESTIONS) == 6
    assert set(answer.cookies) <= {"csrftoken"}
    assert answer["Cache-Control"] == "no-store"


def test_the_way_back_keeps_every_answer(client):
    page = client.get(reverse("residents:can_apply"), {**POOR, "at": "3"}).content.decode()

    assert 'name="people" value="3"' in page
    assert 'value="2" checked' in page


def test_nonsense_in_the_address_is_no_answer(client):
    read = canapply.Answers.read(QueryDict("place=999999&people=<script>&income=99&at=7"), ON)

    assert dict(read.given) == {}
    assert client.get(reverse("residents:can_apply") + "?at=99&people=%00").status_code == 200
