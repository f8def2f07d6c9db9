"""Residents come in by number, name and a code; nobody learns from the answers who is in the register."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.messages import actions as texts
from anmin.kernel.access.messages.models import Message
from anmin.kernel.audit.models import Act
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents import actions as residents
from anmin.kernel.people.residents.door import COOKIE
from anmin.kernel.people.residents.models import ResidentCode, ResidentSession
from tests.make import a_household, a_number, a_person, a_user

pytestmark = pytest.mark.django_db
NAME, PHONE = "王桂兰", "19000000001"


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO, settings.SMS_COMMAND, settings.SMS_FILE = True, "", ""


@pytest.fixture
def granny():
    person = a_person(NAME, serial=1, phone=PHONE)
    a_household("H1", "371002001001", person)
    return person


def ask(client, number=None, name=NAME):
    return client.post(reverse("residents:enter"), {"number": number or a_number(1), "name": name})


def ticket_in(answer):
    return re.search(r'action="(/residents/enter/[\w-]+/)"', answer.content.decode()).group(1)


def code_in(answer):
    return re.search(r"登录码 (\d{6})", answer.content.decode()).group(1)


def come_in(client, number=None, name=NAME):
    asked = ask(client, number, name)
    return client.post(ticket_in(asked), {"code": code_in(asked), "next": "/residents/"})


def test_a_resident_comes_in_without_password_and_face(client, granny):
    answer = come_in(client)

    assert (answer.status_code, answer["Location"]) == (302, "/residents/")
    cookie = answer.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/residents/", True, "Lax")
    assert ResidentSession.objects.get().person == granny.pk
    assert "退出登录" in client.get("/residents/").content.decode()
    assert Act.objects.filter(act="resident.enter").count() == 1


def test_number_and_name_may_be_typed_as_people_type(client, granny):
    number = a_number(1)
    answer = come_in(client, f" {number[:6]} {number[6:14]}　{number[14:].lower()} ", " 王桂兰 ")

    assert answer.status_code == 302


def plain(answer):
    """What somebody outside can compare: status, headers and body, without what is random for everybody."""
    body = answer.content.decode()
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", body)
    body = re.sub(r"/residents/enter/[\w-]+/", "/residents/enter/T/", body)
    kept = {
        k: v for k, v in answer.items() if k.lower() not in ("set-cookie", "x-request-id", "content-length")
    }
    return answer.status_code, kept, body


def test_known_and_unknown_persons_get_the_same_answer(client, granny, settings):
    settings.DEMO, settings.SMS_COMMAND = False, "true"
    a_person("没有电话", serial=2)

    known = ask(client)
    others = [
        ask(client, a_number(3), "查无此人"),
        ask(client, None, "别的名字"),
        ask(client, a_number(2), "没有电话"),
    ]

    assert {str(plain(one)) for one in others} == {str(plain(known))}
    wrong = [client.post(ticket_in(one), {"code": "000000"}) for one in [known, *others]]
    assert len({str(plain(one)) for one in wrong}) == 1
    assert Message.objects.count() == 1


def test_a_page_that_tells_who_is_known_is_noticed(client, granny, settings):
    """The wrong variant: an answer that says whether a text was sent."""
    known, unknown = ask(client), ask(client, a_number(3), "查无此人")

    assert plain(known) != plain(unknown)


def test_five_wrong_codes_lock_the_number_for_half_an_hour_also_for_the_right_code(client, granny):
    asked = ask(client)
    for _ in range(5):
        client.post(ticket_in(asked), {"code": "000000"})

    answer = client.post(ticket_in(asked), {"code": code_in(asked)})

    assert answer.status_code == 422
    assert "先停一停" in answer.content.decode()
    assert "先停一停" in ask(client).content.decode()
    assert not ResidentSession.objects.exists()
    assert Act.objects.filter(act="access.login.locked").count() == 1


def test_an_unknown_number_is_locked_alike(client):
    asked = ask(client, a_number(7), "查无此人")
    for _ in range(5):
        client.post(ticket_in(asked), {"code": "000000"})

    assert "先停一停" in ask(client, a_number(7), "查无此人").content.decode()


def test_a_code_holds_once_and_for_ten_minutes(client, granny):
    asked = ask(client)
    client.post(ticket_in(asked), {"code": code_in(asked)})
    again = Client().post(ticket_in(asked), {"code": code_in(asked)})
    second = ask(Client())
    ResidentCode.objects.filter(used_at__isnull=True).update(until=timezone.now() - timedelta(seconds=1))

    late = Client().post(ticket_in(second), {"code": code_in(second)})

    assert (again.status_code, late.status_code) == (422, 422)
    assert ResidentSession.objects.count() == 1


def test_three_codes_in_half_an_hour_and_no_more(client, granny):
    for _ in range(3):
        assert ask(client).status_code == 200

    assert "请过半小时再试" in ask(client).content.decode()


def test_a_worker_gives_a_code_and_a_slip_opens_within_a_week(client, granny):
    clerk = a_user("clerk", "371002001")
    said = residents.give_code(by=clerk, person=granny, number=a_number(1), kind="slip")
    asked = ask(client, None, NAME)

    answer = client.post(ticket_in(asked), {"code": said})

    assert answer.status_code == 302
    assert ResidentSession.objects.get().way == "slip"
    again = ask(Client())
    assert Client().post(ticket_in(again), {"code": said}).status_code == 422


def test_a_slip_of_somebody_else_opens_nothing(client, granny):
    other = a_person("陈国栋", serial=5)
    said = residents.give_code(by=a_user("clerk", "371002001"), person=other, number=a_number(5), kind="slip")
    asked = ask(client)

    assert client.post(ticket_in(asked), {"code": said}).status_code == 422


def test_a_slip_does_not_open_to_the_right_number_under_a_wrong_name(client, granny):
    said = residents.give_code(
        by=a_user("clerk", "371002001"), person=granny, number=a_number(1), kind="slip"
    )
    asked = ask(client, None, "别的名字")

    assert client.post(ticket_in(asked), {"code": said}).status_code == 422


def test_an_idle_session_ends_and_what_was_typed_goes_on_after_the_log_in(client, granny):
    come_in(client)
    ResidentSession.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    assert "退出登录" not in client.get("/residents/").content.decode()


def test_a_dead_person_comes_in_no_more(client, granny):
    come_in(client)
    Person.objects.filter(pk=granny.pk).update(died_on=date(2026, 11, 1))

    assert "退出登录" not in client.get("/residents/").content.decode()


def test_leaving_ends_the_session_for_whoever_holds_the_token(client, granny):
    come_in(client)
    token = client.cookies[COOKIE].value

    client.post(reverse("residents:leave"))

    other = Client()
    other.cookies[COOKIE] = token
    assert "退出登录" not in other.get("/residents/").content.decode()


def test_staff_and_residents_are_apart(client, granny):
    come_in(client)
    clerk = Client()
    clerk.force_login(a_user("clerk", "371002001"))

    assert client.get(reverse("console:people")).status_code == 302
    assert "退出登录" not in clerk.get("/residents/").content.decode()


def test_codes_are_hashed_and_texts_are_sealed_and_wiped(client, granny, settings, tmp_path):
    settings.DEMO, settings.SMS_FILE = False, str(tmp_path / "sms.txt")
    ask(client)
    row = Message.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(words, 'escape') || encode(phone, 'escape') FROM kernel_message")
        stored = cursor.fetchone()[0]

    assert texts.carry_waiting(by="系统") == 1

    written = (tmp_path / "sms.txt").read_text("utf-8")
    code = re.search(r"登录码 (\d{6})", written).group(1)
    assert PHONE in written
    assert NAME not in written
    assert PHONE not in stored
    assert code not in ResidentCode.objects.get().code
    row.refresh_from_db()
    assert (row.state, row.words) == ("sent", "")


def test_a_gateway_that_fails_is_tried_three_times_and_says_so(granny, settings):
    settings.DEMO, settings.SMS_COMMAND = False, "false"
    row = texts.send(by="test", kind="told", phone=PHONE, words="您的申请已受理")

    sent = [texts.carry_waiting(by="系统") for _ in range(4)]

    row.refresh_from_db()
    assert sent == [0, 0, 0, 0]
    assert (row.state, row.attempts, row.words) == ("failed", 3, "您的申请已受理")


def test_a_page_sees_no_text_but_its_own(granny):
    from anmin.kernel.access.middleware import reading_as

    texts.send(by="test", kind="told", phone=PHONE, words="一条")
    with reading_as(None):
        assert Message.objects.count() == 0
