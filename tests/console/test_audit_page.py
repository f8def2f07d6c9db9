"""The page of the book of acts: scoped to the reader's divisions, searched, with what was before and after."""

import pytest
from django.test import Client

from anmin.kernel.audit import actions, keeping
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ANCHORS = str(tmp_path / "anchors")


@pytest.fixture
def book():
    actions.record(
        by="王晓",
        act="people.correct",
        subject="a",
        division="371002001001",
        before={"phone": "有"},
        after={"phone": "无"},
    )
    actions.record(by="李强", act="people.move", subject="b", division="371003001001", reason="依申请")
    actions.record(by="系统", act="screening.run", subject="c")


def client_of(username, division, role):
    client = Client()
    client.force_login(
        a_user(username, division, role=role), backend="anmin.kernel.access.login.backends.StaffBackend"
    )
    return client


def text_of(client, **sought):
    answer = client.get("/audit/", sought)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_inspector_sees_the_acts_of_the_own_divisions_only(book):
    page = text_of(client_of("inspector", "371002", "inspector"))

    assert "people.correct" in page
    assert "people.move" not in page
    assert "screening.run" not in page


def test_the_audit_administrator_sees_the_whole_city_and_what_belongs_to_no_division(book):
    page = text_of(client_of("auditor", "371000", "audit_admin"))

    assert "people.correct" in page and "people.move" in page and "screening.run" in page
    assert "phone：有 → 无" in page


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"who": "王晓"}, "people.correct"),
        ({"act": "people.m"}, "people.move"),
        ({"division": "371003"}, "people.move"),
    ],
)
def test_the_book_is_searched(book, sought, found):
    page = text_of(client_of("auditor", "371000", "audit_admin"), **sought)

    assert found in page
    assert ("people.move" in page) == (found == "people.move")


@pytest.mark.parametrize(
    "sought", [{"day": "x"}, {"person": "1 OR 1"}, {"person": "9" * 30}, {"who": "%_'\"\\"}]
)
def test_nonsense_breaks_nothing(book, sought):
    text_of(client_of("auditor", "371000", "audit_admin"), **sought)


def test_the_whole_book_is_verified_from_the_page(book):
    client = client_of("auditor", "371000", "audit_admin")
    assert "还没有库外锚点" in text_of(client)
    keeping.anchor()

    answer = client.post("/audit/verify/")

    assert "条记录完整，与 1 个锚点一致" in answer.content.decode()


def test_whoever_may_not_read_the_book_is_told_so(book):
    assert client_of("clerk", "371002001", "town_clerk").get("/audit/").status_code == 403
    assert client_of("inspector", "371002", "inspector").post("/audit/verify/").status_code == 403
