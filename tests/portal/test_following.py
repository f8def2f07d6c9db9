"""C5 and progress: where it stands in plain words, what one gets and why, a refusal that people understand."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.cases.own.road import road_of
from anmin.kernel.people.residents.models import ResidentSession
from anmin.portal.pages import timezone as clock
from tests.kernel.cases.road import earns
from tests.portal.entering import entered, text
from tests.portal.world import MOTHER, NEIGHBOUR, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO, settings.SMS_COMMAND, settings.SMS_FILE = True, "", ""


def stages(road, on):
    return [(stage.key, stage.state) for stage in road_of(road.case, on).stages]


def test_the_road_is_told_in_six_plain_stages():
    world = a_world()
    road = world.road
    first = stages(road, road.day)
    road.accept()
    road.check()
    checked = stages(road, road.day)

    assert [key for key, _state in first] == ["received", "checked", "visited", "shown", "decided", "paid"]
    assert first[:2] == [("received", "done"), ("checked", "now")]
    assert checked[1:3] == [("checked", "done"), ("visited", "now")]


def test_the_page_says_next_day_whom_to_call_and_that_there_is_nothing_to_do():
    world = a_world()
    mother = entered(1, MOTHER)

    page = text(mother.get(reverse("residents:case", args=[world.road.case.number])))

    for words in ("已收到，等待受理", "下一步最晚在", "您现在不用做什么", "12345", 'aria-current="step"'):
        assert words in page


def test_what_is_missing_stands_on_the_page_and_is_supplied_from_it():
    from anmin.kernel.cases.intake import actions as intake

    world = a_world()
    case = world.road.case
    case.materials.filter(key="promise").update(state="asked", on=None)
    case.materials.filter(key="declaration").update(state="asked", on=None)
    intake.ask_for_more(by=world.staff["clerk"], case=case, on=world.road.day, seen=world.road.seen)
    mother = entered(1, MOTHER)
    page = text(mother.get(reverse("residents:case", args=[case.number])))
    assert page.count("<li>请提供：") == 2

    mother.post(reverse("residents:supply", args=[case.number]))

    case.refresh_from_db()
    assert case.state == "submitted"


def refused(world):
    road = world.road
    case = road.case
    case.facts.filter(name="wage_year", person=world.mother).update(declared=9_000_000)
    road.to_confirming(earns(world.mother, 90_000))
    road.refuse()
    return case


def test_a_refusal_shows_numbers_clause_deadline_place_and_telephone():
    world = a_world()
    case = refused(world)
    mother = entered(1, MOTHER)

    page = text(mother.get(reverse("residents:refusal", args=[case.number])))

    due = date.fromordinal(world.road.day.toordinal() + 60)
    body = re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</main>")[0])
    assert re.search(r"您家的收入\s+[\d,.]+", body)
    assert re.search(r"当地标准\s+[\d,.]+", body)
    for words in ("行政复议", "人民法院", "12345", "依据：", f"{due.year}年{due.month}月"):
        assert words in body, words


def test_sentences_of_a_refusal_have_at_most_25_characters_on_average():
    world = a_world()
    case = refused(world)
    mother = entered(1, MOTHER)

    page = text(mother.get(reverse("residents:refusal", args=[case.number])))

    body = re.sub(
        r"<(script|form|h1|h2|caption)[^>]*>.*?</\1>",
        "",
        page.split("<main")[1].split("</main>")[0],
        flags=re.S,
    )
    lines = re.sub(r"</?(p|li|td|th|div|tr)[^>]*>", "\n", body)
    plain = re.sub(r"<[^>]+>", "", lines)
    sentences = [
        one for one in re.split(r"[。；！？\n]", plain) if len(re.findall(r"[\u4e00-\u9fff]", one)) > 2
    ]
    lengths = [len(re.findall(r"[\u4e00-\u9fff]", one)) for one in sentences]
    assert sum(lengths) / len(lengths) <= 25, sentences


def test_a_granted_family_reads_how_much_and_why(monkeypatch):
    world = a_world()
    world.road.to_confirming()
    world.road.confirm()
    later = world.road.day.replace(day=1) + timedelta(40)
    mother = entered(1, MOTHER)
    ResidentSession.objects.update(seen_at=timezone.now(), began_at=timezone.now())
    monkeypatch.setattr(clock, "localdate", lambda *given: later)
    monkeypatch.setattr("anmin.kernel.people.residents.door.timezone.localdate", lambda *given: later)

    page = text(mother.get(reverse("residents:benefits")))
    why = text(mother.get(re.search(r'href="(/residents/benefits/\d+/)"', page).group(1)))

    assert re.search(r'class="big">[\d,.]+ 元／月', page)
    assert "所以每月是" in why
    assert "这些变化请告诉我们" in why


def test_anothers_benefit_and_refusal_are_not_there():
    world = a_world()
    case = refused(world)
    neighbour = entered(4, NEIGHBOUR, sex=1)

    assert neighbour.get(reverse("residents:refusal", args=[case.number])).status_code == 404
    assert neighbour.get(reverse("residents:benefit", args=[1])).status_code == 404
    assert MOTHER not in text(neighbour.get(reverse("residents:cases")))


def test_an_applicant_takes_the_application_back_with_a_reason():
    world = a_world()
    mother = entered(1, MOTHER)
    where = reverse("residents:withdraw", args=[world.road.case.number])
    assert mother.post(where, {"reason": ""}).status_code == 422

    mother.post(where, {"reason": "孩子找到工作了"})

    world.road.case.refresh_from_db()
    assert world.road.case.state == "withdrawn"


def test_the_receipt_is_a_pdf():
    world = a_world()
    mother = entered(1, MOTHER)

    answer = mother.get(reverse("residents:receipt", args=[world.road.case.number]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"
