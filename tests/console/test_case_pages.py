"""The staff's pages of casework: the work table, the case in its order, steps taken from it."""

import re

import pytest
from django.db import connection

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.cases.deciding import queries as deciding
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.cases.verification.queries import result_of
from tests.console.casework import BACKEND, believe, text_of
from tests.console.casework import as_ as at_desk
from tests.kernel.cases.road import Road, a_family, authorise, earns, town_staff
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day(monkeypatch):
    """Pages take today's date from the clock; the road was walked in spring 2026."""
    believe(monkeypatch)


def a_case(yuan=6_000, **more):
    staff = town_staff()
    home, people = a_family(("陈国栋", 1970), ("李秀兰", 1972), ("陈小龙", 2000))
    said = [earns(people[0], yuan), Said("financial_assets", 2_000_000)]
    return Road.begin(home, staff, said=said, **more), people


def as_(client, road, who):
    return at_desk(client, road.staff, who, road.day)


def step(client, road, action, seen=None, **more):
    return client.post(
        f"/cases/{road.case.number}/step/",
        {"action": action, "seen": road.seen if seen is None else seen, **more},
    )


def test_the_work_table_shows_what_is_lacking_and_what_comes_next(client):
    road, _people = a_case()

    page = text_of(as_(client, road, "clerk").get("/cases/?view=to_accept"))

    assert "陈国栋" in page
    assert "受理" in page
    assert "窗口" in page


def test_a_case_page_reads_conclusion_why_differences_chain_papers(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))

    body = as_(client, road, "approver").get(f"/cases/{road.case.number}/").content.decode()

    places = [body.index(f'id="{name}"') for name in ("conclusion", "why", "differences", "chain", "papers")]
    assert places == sorted(places)
    assert "确认" in body


def test_every_line_of_the_why_comes_when_asked_and_has_a_page_of_its_own(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    desk, address = as_(client, road, "approver"), f"/cases/{road.case.number}/why/"

    whole = desk.get(f"/cases/{road.case.number}/").content.decode()
    part = desk.get(address, HTTP_HX_REQUEST="true").content.decode()
    page = desk.get(address).content.decode()

    assert f'hx-get="{address}"' in whole and f'href="{address}"' in whole and "why-lines" not in whole
    assert part.count("<li") > 5 and "<html" not in part
    assert all("人力资源和社会保障局 · 2026-03-25" in text.split("facts-used")[2] for text in (part, page))
    assert "<h1" in page and "陈国栋" in page and page.count("why-lines") >= 1
    assert Read.objects.filter(persons__contains=[road.case.applicant_id]).count() == 3


def test_confirming_is_one_step_however_often_the_button_is_pressed(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    as_(client, road, "approver")
    seen = road.seen

    first = step(client, road, "confirm", seen)
    again = step(client, road, "confirm", seen)

    assert (first.status_code, again.status_code) == (302, 302)
    assert road.case.steps.filter(action="confirm").count() == 1
    assert Case.objects.get(pk=road.case.pk).state == "approved"


def test_a_stale_page_is_told_what_happened_since_and_keeps_what_was_typed(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    seen = road.seen
    road.step("other", "county_visit", beside=road.staff["approver"])

    answer = step(as_(client, road, "approver"), road, "confirm", seen, reason="情况属实，同意")

    assert answer.status_code == 200
    assert "县级入户核查" in text_of(answer)
    assert "情况属实，同意" in answer.content.decode()
    assert Case.objects.get(pk=road.case.pk).state == "confirming"


def test_confirming_is_blocked_with_a_link_to_each_fact_on_which_sides_differ(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    road_says(road, earns(people[0], 9_600), Said("financial_assets", 3_000_000))

    answer = step(as_(client, road, "approver"), road, "confirm")

    body = answer.content.decode()
    summary = body[body.index('class="error-summary"') :]
    links = re.findall(r'href="#(fact-\d+)"', summary[: summary.index("</ul>")])
    assert answer.status_code == 200
    assert len(links) == 2
    assert all(f'id="{link}"' in body for link in links)


def road_says(road, *said):
    """A department answers late, when the case already waits for its decision."""
    verification.state_checked(
        by=road.staff["checker"],
        case=road.case,
        said=said,
        source="人力资源和社会保障局",
        as_of=road.day,
        on=road.day,
    )


def test_after_each_discrepancy_was_decided_the_step_is_allowed_and_stands_on_the_chain(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    road_says(road, earns(people[0], 6_100))
    as_(client, road, "approver")
    page = client.get(f"/cases/{road.case.number}/")
    assert "待认定" in text_of(page)

    row = road.case.facts.get(name="wage_year", person=people[0])
    adopted = client.post(
        f"/cases/{road.case.number}/adopt/",
        {"name": "wage_year", "person": people[0].pk, "basis": "declared", "why": "单位证明已更正"},
    )
    row.refresh_from_db()

    assert adopted.status_code == 302
    assert (row.adopted, row.reason) == (600_000, "单位证明已更正")
    assert step(client, road, "confirm").status_code == 302
    assert "确认" in text_of(client.get(f"/cases/{road.case.number}/"))


def test_choosing_the_weaker_side_without_a_reason_is_refused_with_a_link(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    road_says(road, earns(people[0], 6_100))

    answer = as_(client, road, "approver").post(
        f"/cases/{road.case.number}/adopt/",
        {"name": "wage_year", "person": people[0].pk, "basis": "declared"},
    )

    assert answer.status_code == 200
    assert "请写明理由" in text_of(answer)


def test_a_return_is_tied_to_fields_and_comes_back_to_the_same_reviewer_with_only_the_change(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    number = road.case.number
    as_(client, road, "approver")
    assert "授权" in text_of(client.get(f"/cases/{number}/return/?way=return_for_fix"))

    sent = client.post(
        f"/cases/{number}/return/",
        {
            "way": "return_for_fix",
            "seen": road.seen,
            "what": [f"mandate@{people[2].pk}", ""],
            "words": ["授权书缺陈小龙签名", ""],
        },
    )
    town = text_of(as_(client, road, "clerk").get("/cases/?view=returned"))
    page = as_(client, road, "clerk").get(f"/cases/{number}/").content.decode()
    authorise(road.case.household, "dibao", road.day)
    back = step(client, road, "send_back")
    road.case.refresh_from_db()
    seen_again = as_(client, road, "approver").get(f"/cases/{number}/").content.decode()
    changed = seen_again[seen_again.index('class="changed"') :]

    assert sent.status_code == 302
    assert "陈国栋" in town
    assert "授权书缺陈小龙签名" in page
    assert f"/homes/{road.case.household.number}/authorise/?person={people[2].pk}&amp;case={number}" in page
    assert back.status_code == 302
    assert road.case.handler == road.staff["approver"]
    assert "新签授权" in changed[: changed.index("</ul>")]
    assert "陈小龙" in changed[: changed.index("</ul>")]


def test_a_return_without_a_point_names_what_is_missing(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))

    answer = as_(client, road, "approver").post(
        f"/cases/{road.case.number}/return/",
        {"way": "return_for_fix", "seen": road.seen, "what": ["", "other"], "words": ["写了理由没选项", ""]},
    )

    assert answer.status_code == 200
    assert "第 1 条没有选退回哪一项" in text_of(answer)
    assert "第 2 条没有写怎样补正" in text_of(answer)
    assert "写了理由没选项" in answer.content.decode()


def test_a_refusal_shows_the_sentence_that_will_be_sent(client):
    road, people = a_case(yuan=90_000)
    road.to_confirming(earns(people[0], 90_000))

    sentence = deciding.refusal_sentence(road.case, result_of(road.case, on=road.day))
    body = text_of(as_(client, road, "approver").get(f"/cases/{road.case.number}/"))

    assert "将送达的第一句话" in body
    assert body.count(sentence) == 2
    assert re.search(r"[\d,]+", sentence)


def test_an_expired_session_keeps_what_was_typed_for_the_same_person_only(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    page = as_(client, road, "approver").get(f"/cases/{road.case.number}/").content.decode()
    who = re.search(r'name="who" value="([^"]+)"', page).group(1)
    client.session.flush()
    client.cookies.clear()

    sent = step(client, road, "confirm", reason="情况属实，同意", who=who)
    client.force_login(road.staff["approver"], backend=BACKEND)
    mine = client.get(f"/cases/{road.case.number}/").content.decode()
    once = client.get(f"/cases/{road.case.number}/").content.decode()

    assert "/login/?why=expired" in sent["Location"]
    assert "情况属实，同意" in mine
    assert "还没有提交" in mine
    assert "情况属实，同意" not in once
    assert Case.objects.get(pk=road.case.pk).state == "confirming"


def test_what_somebody_else_typed_is_not_given_to_the_next_person(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    page = as_(client, road, "approver").get(f"/cases/{road.case.number}/").content.decode()
    who = re.search(r'name="who" value="([^"]+)"', page).group(1)
    client.session.flush()
    client.cookies.clear()

    step(client, road, "confirm", reason="情况属实，同意", who=who)
    client.force_login(road.staff["other"], backend=BACKEND)

    assert "情况属实，同意" not in client.get(f"/cases/{road.case.number}/").content.decode()


def test_a_decision_is_replayed_to_the_same_bytes_and_the_page_says_so(client):
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    decision = road.confirm()

    body = text_of(as_(client, road, "approver").get(f"/cases/{road.case.number}/?replay=1"))

    assert "逐字节相同" in body
    assert decision.rules in body
    assert decision.facts["day"] in body


def test_a_forged_decision_is_told_apart_by_the_replay(client):
    """The wrong variant: the frozen amount no longer comes from the frozen facts."""
    road, people = a_case()
    road.to_confirming(earns(people[0], 6_000))
    decision = road.confirm()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_decision DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE kernel_decision SET rates = jsonb_set(rates, '{dibao_standard,value}', '1') WHERE id = %s",
            [decision.pk],
        )
        cursor.execute("ALTER TABLE kernel_decision ENABLE TRIGGER USER")

    body = text_of(as_(client, road, "approver").get(f"/cases/{road.case.number}/?replay=1"))

    assert "不一致" in body
    assert "逐字节相同" not in body


def test_a_case_outside_the_divisions_is_as_absent_as_none(client):
    road, _people = a_case()
    client.force_login(a_user("elsewhere", "371003001"), backend=BACKEND)

    assert client.get(f"/cases/{road.case.number}/").status_code == 404
    assert client.get(f"/cases/{road.case.number}/why/").status_code == 404
    assert client.get(f"/cases/{road.case.number}x/").status_code == 404
    assert "陈国栋" not in text_of(client.get("/cases/?held=all"))


def test_a_missing_rate_blocks_the_step_and_names_who_supplies_it(client):
    """From 2027 on nobody has published a standard yet: there is no default, and nothing is written."""
    road, _people = a_case()
    road.accept()
    road.check()
    road.survey()
    road.adopt_all()
    road.day = road.day.replace(year=2027)

    page = text_of(as_(client, road, "leader").get(f"/cases/{road.case.number}/"))
    pressed = text_of(step(client, road, "opine"))
    told = client.get(f"/cases/{road.case.number}/explain.json")

    for words in (page, pressed, told.content.decode()):
        assert "2027-03-25" in words and "标准" in words and "民政局" in words, words
    assert told.status_code == 422
    assert "现在还算不出结论" in page and "没有办成" in pressed
    assert road.case.steps.filter(action="opine").count() == 0


def test_a_file_that_fails_goes_on_in_the_next_layer_once_consent_was_noted_on_the_page(client):
    """Over dibao and within the layer above it: no consent, no transfer; no paper that was given is asked for again."""
    road, people = a_case(46_000)
    road.to_confirming(earns(people[0], 46_000))
    desk = as_(client, road, "approver")

    refused = text_of(step(desk, road, "transfer"))
    too_short = desk.post(f"/cases/{road.case.number}/transfer-consent/", {"how": "同意"})
    noted = desk.post(f"/cases/{road.case.number}/transfer-consent/", {"how": "电话里本人同意转办"})
    after = step(desk, road, "transfer")

    assert "还没有同意转其他类别" in refused
    assert "怎样征得同意" in text_of(too_short)
    assert noted.status_code == 302
    further = Case.objects.get(follows=road.case)
    assert further.number in after.url and further.matter == "edge"
    page = text_of(desk.get(after.url))
    assert "转办" in page and "登记转办同意" not in text_of(desk.get(f"/cases/{road.case.number}/"))
    assert not further.materials.filter(state="asked").exclude(key="bills").exists()
    assert Act.objects.get(act="cases.agree_to_transfer").reason == "电话里本人同意转办"
