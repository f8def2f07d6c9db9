"""E33: what is printed or taken as a file carries who took it, when and for what; without a purpose nothing leaves."""

from datetime import date
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.models import Taking
from anmin.kernel.audit.models import Act, Read
from anmin.kernel.facts.lake.actions import make_snapshot
from anmin.kernel.screening import actions as screening
from anmin.kernel.screening.rulebooks import rulebook
from tests.console.test_exchange_pages import authorised
from tests.kernel.exchange.world import Family, a_batch, numbers
from tests.make import a_user

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 2)


@pytest.fixture
def family(settings, tmp_path, kernel_cache, monkeypatch):
    settings.ANMIN_HOME = tmp_path / "home"
    monkeypatch.setattr(screening, "kernel_cache", lambda: kernel_cache)
    return Family()


def at(user):
    client = Client()
    client.force_login(user)
    return client


def mark_of(user):
    return f"（{user.username}） · {timezone.localdate().isoformat()}"


@pytest.fixture
def screened(family, tmp_path):
    one, two = numbers()
    a_batch(
        tmp_path, "pensions", [[one, "王建国", "6000", ""], [two, "李秀兰", "", "很多"]], period="2026-09"
    )
    snapshot, _ = make_snapshot(by="test", on=ON, facts=rulebook().facts)
    screening.screen_city(by="test", snapshot=snapshot, on=ON, city="371000")
    return family


def test_the_reasons_of_a_household_leave_only_for_a_purpose_that_was_chosen(screened):
    user = screened.clerk_user
    client, before = at(user), Taking.objects.count()

    asked = [client.get(reverse(f"console:{name}", args=["H1"])) for name in ("print", "explain")]
    nothing = (Act.objects.filter(act__startswith="screening.household").count(), Taking.objects.count())
    given = {"purpose": "answer", "words": "本人来信询问"}
    paper = client.get(reverse("console:print", args=["H1"]), given).content.decode()
    file = client.get(reverse("console:explain", args=["H1"]), given).json()

    for page in asked:
        assert page.status_code == 200 and "用途" in page.content.decode()
        assert "王建国" not in page.content.decode()
    assert nothing == (0, before)
    for text in (paper, file["watermark"]):
        assert mark_of(user) in text and "答复本人或家属询问：本人来信询问" in text
    assert set(
        Act.objects.filter(act__startswith="screening.household").values_list("purpose", flat=True)
    ) == {"答复本人或家属询问：本人来信询问"}


def test_a_purpose_that_is_none_of_the_list_is_asked_for_again(screened):
    page = at(screened.clerk_user).get(
        reverse("console:print", args=["H1"]), {"purpose": "看看", "words": "看看"}
    )

    assert "用途" in page.content.decode()
    assert not Act.objects.filter(act="screening.household.print").exists()


def test_the_rows_of_a_quarantine_are_taken_for_a_purpose_and_carry_who_took_them(family, tmp_path):
    one, two = numbers()
    batch = a_batch(tmp_path, "pensions", [[one, "王建国", "6000", ""], [two, "李秀兰", "", "很多"]])
    officer = a_user("officer", "371000", role="city_officer")
    client, address = at(officer), reverse("console:quarantine", args=[batch.pk])

    asked = client.get(address)
    file = client.get(address, {"purpose": "correct", "words": ""})

    assert "很多" not in asked.content.decode() and "更正登记信息" in asked.content.decode()
    assert "很多" in file.content.decode("utf-8-sig")
    assert officer.username in unquote(file["Content-Disposition"])
    assert mark_of(officer) in unquote(file["X-Watermark"])
    act = Act.objects.get(act="facts.quarantine.export")
    assert (act.purpose, mark_of(officer) in act.after["watermark"]) == ("更正登记信息", True)


def test_sheets_of_authorisations_and_reports_of_checks_carry_who_printed_them_and_for_what(family):
    clerk = at(family.clerk_user)
    authorised(clerk, family)
    order = clerk.post(
        reverse("console:check_new", args=["H1"]), {"matter": "低保申请 8 号", "sources": ["pensions"]}
    )["Location"]

    sheet = clerk.get(reverse("console:consent_sheet", args=["H1"])).content.decode()
    report = clerk.get(order).content.decode()

    assert mark_of(family.clerk_user) in sheet and mark_of(family.clerk_user) in report
    assert "低保申请 8 号" in report.split("watermark")[1]
    purposes = set(Read.objects.filter(reader=family.clerk_user.pk).values_list("purpose", flat=True))
    assert "打印核对授权书，由本人签字" in purposes
