"""The phone's pages as the server answers them: who gets in, what a form without script does, what a phone is told."""

import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.audit.models import Act, Read
from anmin.kernel.delivery.cards.models import CardEntry
from anmin.kernel.delivery.plans.actions import make_plans
from anmin.kernel.delivery.visits.models import Visit
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
VILLAGE, NEXT = "371002001001", "371002001003"
KEY = "0123456789abcdef-01"


@pytest.fixture
def elder():
    person = a_person("吴秀英", VILLAGE, serial=1, birth_day=timezone.localdate().replace(year=1941, day=1))
    home = a_household("E1", VILLAGE, person)
    make_plans(by="test", on=timezone.localdate() - timedelta(days=9))
    return person, home


@pytest.fixture
def helper(client):
    user = a_user("helper", VILLAGE, role="elder_helper")
    client.force_login(user)
    return user


def a_body(person, home, **more):
    now = timezone.now()
    body = {
        "kind": "visit", "service": "elder_visit", "version": 1, "household": home.number, "person": person.pk,
        "happened_at": (now - timedelta(minutes=5)).isoformat(), "recorded_at": now.isoformat(),
        "answers": {"met": "seen", "body": "ok"}, "base": {},
    }  # fmt: skip
    return {**body, **more}


def send(client, body, key=KEY, **headers):
    return client.post(
        "/field/send/", json.dumps(body), content_type="application/json",
        headers={"Idempotency-Key": key, "X-Phone": "1", **headers},
    )  # fmt: skip


def test_today_lists_what_is_late_and_writes_down_who_was_shown(client, helper, elder):
    page = client.get("/field/").content.decode()

    assert "吴秀英" in page and "超期 7 天" in page
    assert Read.objects.filter(purpose="survey", fields="today").exists()


def test_a_form_without_script_is_stored_and_told(client, helper, elder):
    person, home = elder
    address = reverse("field:visit", args=[home.number, "elder_visit"])
    wrong = client.post(f"{address}?person={person.pk}", {"key": KEY, "person": person.pk, "note": "腿疼"})
    done = client.post(
        address, {"key": KEY, "person": person.pk, "met": "seen", "body": "watch", "phone": "13800001111"}
    )

    assert wrong.status_code == 422 and "腿疼" in wrong.content.decode()
    assert done.status_code == 302 and "saved=ZF" in done["Location"]
    assert "已保存" in client.get(done["Location"]).content.decode()
    assert CardEntry.objects.get().value == "13800001111"


def test_what_arrives_twice_is_stored_once_with_one_receipt(client, helper, elder):
    body = a_body(*elder)
    first, again = (send(client, body) for _time in range(2))

    assert first.status_code == again.status_code == 200
    assert first.json()["receipt"] == again.json()["receipt"]
    assert (first.json()["again"], again.json()["again"]) == (False, True)
    assert Visit.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"answers": {}}, 422),
        ({"kind": "nonsense"}, 422),
        ({"service": "nonsense"}, 422),
        ({"household": "nobody"}, 422),
        ({"happened_at": "yesterday"}, 422),
        ({"answers": []}, 422),
        ({"person": "x"}, 422),
    ],
)
def test_nonsense_is_told_in_words_and_nothing_is_stored(client, helper, elder, change, status):
    answer = send(client, {**a_body(*elder), **change})

    assert answer.status_code == status
    assert answer.json()["fields"]
    assert not Visit.objects.exists()


def test_a_key_with_another_body_is_refused(client, helper, elder):
    send(client, a_body(*elder))

    assert send(client, a_body(*elder, next_on="2030-01-01")).status_code == 409


def test_a_session_that_ended_is_told_by_401_and_a_page_leads_back(client, elder):
    assert send(client, a_body(*elder)).status_code == 401
    assert client.get("/field/homes/E1/")["Location"] == "/login/?next=%2Ffield%2Fhomes%2FE1%2F"


def test_a_phone_whose_clock_is_years_behind_is_put_right(client, helper, elder):
    past = timezone.now() - timedelta(days=900)
    body = a_body(*elder, happened_at=past.isoformat(), recorded_at=past.isoformat())

    answer = send(client, body, **{"X-Sent-At": past.isoformat()})

    assert answer.status_code == 200
    assert abs(Visit.objects.get().happened_at - timezone.now()) < timedelta(minutes=1)


def test_fields_that_two_people_changed_come_back_with_both_words(client, helper, elder):
    person, home = elder
    send(client, a_body(person, home, answers={"met": "seen", "phone": "1111"}), key="first-key-00000001")
    answer = send(
        client,
        a_body(person, home, answers={"met": "seen", "phone": "2222", "way_there": "村口"}),
        key="second-key-0000001",
    ).json()
    page = client.get("/field/homes/E1/settle/").content.decode()
    chosen = client.post("/field/homes/E1/settle/", {"field": "phone", "value": "2222", "key": KEY})

    assert [(row["field"], sorted(word["value"] for word in row["words"])) for row in answer["disputed"]] == [
        ("phone", ["1111", "2222"])
    ]
    assert "1111" in page and "2222" in page
    assert chosen.status_code == 302
    assert "tel:2222" in client.get("/field/homes/E1/").content.decode()


@pytest.mark.parametrize("role", ["county_finance", "system_admin", "funeral_officer"])
def test_who_does_not_go_from_door_to_door_has_no_phone(client, role):
    client.force_login(a_user("other", "371002", role=role))

    assert client.get("/field/").status_code == 403


def test_a_household_of_another_village_is_not_there(client, helper):
    a_household("X1", NEXT, a_person("别村", NEXT, serial=7))

    assert client.get("/field/homes/X1/").status_code == 404
    assert client.get("/field/homes/X1/visit/elder_visit/").status_code == 404


@pytest.mark.parametrize(
    "path", ["homes/", "outbox/", "orders/", "reports/", "reports/monthly/", "homes/E1/plan/"]
)
def test_every_page_opens_and_offers_a_complaint_without_a_name(client, helper, elder, path):
    page = client.get(f"/field/{path}")

    assert page.status_code == 200
    assert "/residents/voices/new/" in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_the_worker_script_names_what_it_keeps_and_no_person(client):
    answer = client.get("/field/sw.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert "field.css" in answer.content.decode()
    assert client.get("/field/manifest.webmanifest").json()["start_url"] == "/field/"


@pytest.mark.parametrize(
    ("agent", "where"),
    [("Mozilla/5.0 (Linux; Android 12) Mobile Safari", "/field/"), ("Mozilla/5.0 (X11)", "/")],
)
def test_a_worker_who_logs_in_on_a_phone_lands_on_today(client, agent, where):
    a_user("worker", VILLAGE)

    answer = client.post(
        "/login/", {"username": "worker", "password": "一个足够长的口令Ab2026"}, headers={"User-Agent": agent}
    )

    assert answer["Location"] == where


def test_help_is_ordered_from_the_household_s_page(client, helper, elder):
    person, home = elder
    address = reverse("field:order_new", args=[home.number])
    wrong = client.post(address, {"kind": "meals", "words": "少盐"})
    done = client.post(address, {"kind": "meals", "person": person.pk, "words": "少盐"})

    assert address in client.get(f"/field/homes/{home.number}/").content.decode()
    assert wrong.status_code == 422 and "少盐" in wrong.content.decode()
    assert done.status_code == 302
    assert "待派单" in client.get(done["Location"]).content.decode()


def test_the_monthly_report_comes_out_as_a_workbook_with_what_the_page_shows(client, helper, elder):
    month = timezone.localdate().replace(day=1)
    answer = client.get(f"/field/reports/monthly.xlsx?month={month:%Y-%m}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    shown = client.get(f"/field/reports/monthly/?month={month:%Y-%m}").content.decode()

    assert rows[0] == ["项目", "数字", "单位", "来源"]
    assert len(rows) >= 41
    assert ["80 周岁以上", 1] in [row[:2] for row in rows]
    assert all(str(row[0]) in shown for row in rows[1:-1])
    assert Act.objects.get(act="delivery.take_report").after["rows"] == len(rows) - 2
