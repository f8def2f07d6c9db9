"""Applications on behalf from the phone: begun without network, sent once, nobody's draft overwritten by another's."""

import random

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.intake.actions import keep_draft
from anmin.kernel.cases.intake.models import Draft
from tests.field.test_pages import send
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
VILLAGE, OTHER = "371002001001", "371002001003"


@pytest.fixture
def home():
    return a_household(
        "H1", VILLAGE, a_person("吴秀英", VILLAGE, serial=1), a_person("吴大勇", VILLAGE, serial=2)
    )


def phone_of(name, role="village_worker", village=VILLAGE):
    client = Client()
    client.force_login(a_user(name, village, role=role))
    return client


def a_body(home, matter="dibao", **more):
    person = home.memberships.order_by("pk").first().person
    return {
        "kind": "apply", "household": home.number, "person": str(person.pk), "matter": matter,
        "statement": "透析三年，不能干活", "recorded_at": timezone.now().isoformat(), **more,
    }  # fmt: skip


def key_of(at):
    return f"0123456789abcdef-{at:02d}"


def test_what_was_written_without_network_becomes_one_draft_and_opens_in_the_counter_s_form(home):
    phone, body = phone_of("cun"), a_body(home, contact="13800001111", agrees="1")

    first = send(phone, body, key=key_of(1)).json()
    again = send(phone, body, key=key_of(1)).json()
    page = phone.get(first["open"]).content.decode()
    row = Draft.objects.get()

    assert (first["again"], again["again"], first["receipt"]) == (False, True, again["receipt"])
    assert row.content | {"applicant": 0} == {
        "applicant": 0, "channel": "worker", "statement": "透析三年，不能干活", "contact": "13800001111", "agrees": True,
    }  # fmt: skip
    assert "透析三年，不能干活" in page


def test_two_workers_for_one_household_leave_two_drafts_and_the_second_is_told(home):
    first, second = phone_of("cun1"), phone_of("cun2")
    send(first, a_body(home, statement="甲写的"), key=key_of(1))

    told = send(second, a_body(home, statement="乙写的"), key=key_of(2)).json()
    page = second.get(reverse("field:apply", args=[home.number])).content.decode()

    assert sorted(row.content["statement"] for row in Draft.objects.all()) == ["乙写的", "甲写的"]
    assert any("另有 1 份" in words for words in told["updated"])
    assert "也在替这一户填" in page


def test_however_things_arrive_each_draft_is_there_once(home):
    """E20 for applications: duplicated and out of order, from two phones."""
    phones = [phone_of("cun1"), phone_of("cun2")]
    wanted = {
        key_of(at): (at % 2, a_body(home, matter=matter, statement=f"第 {at} 份"))
        for at, matter in enumerate(["dibao", "dibao", "tekun", "edge", "dibao"])
    }

    for seed in range(5):
        rest = [*wanted, *random.Random(seed).choices(list(wanted), k=6)]
        random.Random(seed).shuffle(rest)
        for key in rest:
            at, body = wanted[key]
            assert send(phones[at], body, key=key).status_code == 200

    assert {row.token: row.content["statement"] for row in Draft.objects.all()} == {
        key: body["statement"] for key, (_at, body) in wanted.items()
    }


def test_one_draft_for_a_household_would_lose_what_was_written_first(home):
    """The wrong variant: the household as the key, the newest word winning."""
    by = reader_for(a_user("cun", VILLAGE), timezone.localdate())
    for at, words in enumerate(["甲写的", "乙写的"]):
        keep_draft(
            by=by, token=f"home-{home.number}", matter="dibao", division=VILLAGE, household=home,
            content={"statement": words}, seen=max(1, at),
        )  # fmt: skip

    assert [row.content["statement"] for row in Draft.objects.all()] == ["乙写的"]


@pytest.mark.parametrize("wrong", [{"matter": "nothing"}, {"person": "0"}, {"person": ""}])
def test_what_is_no_application_comes_back_with_words_and_leaves_nothing(home, wrong):
    answer = send(phone_of("cun"), a_body(home, **wrong), key=key_of(1))

    assert answer.status_code == 422 and "替谁申请" in answer.json()["fields"]["matter"]
    assert Draft.objects.count() == 0


def test_a_key_that_comes_with_other_words_is_a_conflict_and_who_may_not_apply_is_told(home):
    phone = phone_of("cun")
    send(phone, a_body(home), key=key_of(1))

    other = send(phone, a_body(home, statement="改过的"), key=key_of(1))
    helper = send(phone_of("zhulao", role="elder_helper"), a_body(home), key=key_of(2))
    stranger = send(phone_of("lin", village=OTHER), a_body(home), key=key_of(3))

    assert (other.status_code, helper.status_code, stranger.status_code) == (409, 422, 404)
    assert "岗位" in helper.json()["fields"][""]
    assert [row.content["statement"] for row in Draft.objects.all()] == ["透析三年，不能干活"]


def test_without_script_the_page_does_the_same(home):
    phone = phone_of("cun")
    body = {name: a_body(home)[name] for name in ("person", "matter", "statement")}
    where = reverse("field:apply", args=[home.number])

    wrong = phone.post(where, {**body, "matter": ""})
    done = phone.post(where, body)

    assert wrong.status_code == 422 and "透析三年" in wrong.content.decode()
    assert done.status_code == 302 and Draft.objects.get().content["statement"] == "透析三年，不能干活"
