"""The money pages: a month from the locked roster to two signatures, as finance, an approver and a leader click it."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.preparing import actions as preparing
from tests.kernel.payments.money import COUNTY, a_budget, a_family, a_grant
from tests.make import a_user

pytestmark = pytest.mark.django_db


def at(user):
    client = Client()
    client.force_login(user)
    return client


def post(client, name, *keys, **given):
    return client.post(reverse(f"console:{name}", args=keys), given, follow=True).content.decode()


def get(client, name, *keys):
    return client.get(reverse(f"console:{name}", args=keys)).content.decode()


def work(what, run, user):
    """What the worker does."""
    preparing_by = {"compute": preparing.compute_and_check, "submit": preparing.submit}[what]
    preparing_by(run=run.pk, user=user.pk, on=timezone.localdate().isoformat())
    run.refresh_from_db()


@pytest.fixture
def people():
    return {
        "clerk": a_user("caiwu", COUNTY, role="county_finance"),
        "boss": a_user("shenhe", COUNTY, role="county_approver"),
        "head": a_user("lingdao", COUNTY, role="county_leader"),
    }


def test_a_month_is_clicked_from_the_roster_to_two_signatures(people):
    month = timezone.localdate().replace(day=1)
    a_grant(a_family()[0], 732_00, month)
    a_budget(10_000_00, year=month.year)
    clerk, boss, head = (at(people[name]) for name in ("clerk", "boss", "head"))
    assert "还没有发放批次" in get(clerk, "money")

    page = post(clerk, "money", division=COUNTY, month=f"{month:%Y-%m}")
    run = PayRun.objects.get()
    assert "名单已锁定" in page and run.number in page
    work("compute", run, people["clerk"])
    page = get(clerk, "money_run", run.pk)
    assert "732.00" in page and "本月新增" in page
    for one in PayException.objects.filter(run=run, state="open"):
        assert "已处理" in post(boss, "money_exception", one.pk, outcome="release", reason="已知悉")
    post(clerk, "money_step", run.pk, step="submit")
    work("submit", run, people["clerk"])
    assert run.state == "submitted"

    assert "同意并签字" in get(boss, "money_run", run.pk)
    assert "同意并签字" not in get(clerk, "money_run", run.pk)
    assert "已签字" in post(boss, "money_step", run.pk, step="approve", seal=run.seal)
    assert "不一致" in post(head, "money_step", run.pk, step="approve", seal="0" * 64)
    assert "已签字" in post(head, "money_step", run.pk, step="approve", seal=run.seal)
    run.refresh_from_db()
    assert run.state == "approved"
    assert "9,268.00" in get(clerk, "money_funds")
    assert run.number in get(boss, "money")


def test_what_hinders_the_worker_is_told_on_the_page(people):
    month = timezone.localdate().replace(day=1)
    a_grant(a_family()[0], 732_00, month)
    run = preparing.begin(
        by=people["clerk"],
        division=COUNTY,
        month=month,
        benefits=["assistance/dibao"],
        on=timezone.localdate(),
    )
    work("compute", run, people["clerk"])
    for one in PayException.objects.filter(run=run, state="open"):
        post(at(people["boss"]), "money_exception", one.pk, outcome="release", reason="已知悉")

    work("submit", run, people["clerk"])

    assert "还差 732.00 元" in get(at(people["clerk"]), "money_run", run.pk)
    assert run.state == "checked"


def test_a_month_that_is_none_and_a_place_that_is_not_ones_own_are_told(people):
    clerk = at(people["clerk"])

    assert "请选择发放月份" in post(clerk, "money", division=COUNTY, month="今年")
    assert "请选择您负责的县区" in post(clerk, "money", division="371003", month="2026-11")
    assert not PayRun.objects.exists()


def test_a_clerk_of_another_county_finds_nothing(people):
    run = preparing.begin(
        by=people["clerk"],
        division=COUNTY,
        month=date(2026, 11, 1),
        benefits=["assistance/dibao"],
        on=date(2026, 11, 3),
    )
    other = at(a_user("bieren", "371003", role="county_finance"))

    assert other.get(reverse("console:money_run", args=[run.pk])).status_code == 404
    assert run.number not in get(other, "money")
