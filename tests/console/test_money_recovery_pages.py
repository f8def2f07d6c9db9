"""A recovery given up in part or taken back, and what is learned after approval: as finance and approvers click them."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.sentinels.models import Sentinel
from tests.console.moneydesk import a_month, at, desks, get, post, worked
from tests.kernel.payments.money import COUNTY, a_budget, a_family, a_grant, decided
from tests.make import a_user

__all__ = ["desks"]
pytestmark = pytest.mark.django_db


def a_claim(home, given, fen=200_00):
    row = Recovery(
        number="ZH1",
        entitlement=given,
        household=home,
        division=home.division,
        fen=fen,
        found_on=timezone.localdate(),
        state="noticed",
        cause="honest",
        decision=decided(home, "recover", timezone.localdate(), fen),
    )
    row.save()
    recovery.post_claim(by="test", recovery=row, on=timezone.localdate())
    return row


def test_a_part_is_written_off_on_the_page_and_more_than_is_owed_is_told(desks):
    home, _people = a_family()
    row = a_claim(home, a_grant(home, 732_00, date(2026, 9, 1)))
    second = at(a_user("shenhe2", COUNTY, role="county_approver"))

    told = post(
        desks["boss"],
        "money_ask",
        "write_off",
        subject=row.pk,
        yuan="200.01",
        words="困难",
        back=reverse("console:money_recovery", args=[row.pk]),
    )
    post(desks["boss"], "money_ask", "write_off", subject=row.pk, yuan="80", words="困难")
    post(second, "money_errand", Errand.objects.get().pk, step="second")
    worked()

    assert "不超过未还的 200.00 元" in told
    page = get(desks["boss"], "money_recovery", row.pk)
    assert "120.00" in page and "部分核销" in page
    assert Recovery.objects.get().state == "noticed"


def test_a_claim_of_which_a_part_came_back_is_taken_back_on_its_page_and_refunded_by_a_voucher(desks):
    home, _people = a_family()
    row = a_claim(home, a_grant(home, 732_00, date(2026, 9, 1)))
    a_budget(1_000_00, year=timezone.localdate().year)
    assert 'value="take_back"' in get(desks["boss"], "money_recovery", row.pk)
    post(desks["clerk"], "money_recovery_step", row.pk, step="receive", yuan="150", document="收据1")
    page = get(desks["boss"], "money_recovery", row.pk)
    assert "已还的 150.00 元退给家庭" in page and 'value="take_back"' not in page
    second = at(a_user("shenhe2", COUNTY, role="county_approver"))

    post(desks["boss"], "money_ask", "take_back_claim", subject=row.pk, words="复议撤销")
    assert "150.00" in get(second, "money_errands")
    post(second, "money_errand", Errand.objects.get().pk, step="second")
    worked()

    page = get(desks["clerk"], "money_recovery", row.pk)
    assert "退还给家庭" in page and "等下次发放时随待遇退还" in page
    assert "已撤回、待退还" in get(desks["clerk"], "money")
    assert row.number in get(desks["clerk"], "money_recoveries", state="to_refund")
    assert "150.00" in get(desks["clerk"], "money_home", home.number)
    post(desks["clerk"], "money_ask", "refund_by_hand", subject=row.pk, words="付款凭证7")
    post(desks["boss"], "money_errand", Errand.objects.order_by("pk").last().pk, step="second")
    worked()
    page = get(desks["clerk"], "money_recovery", row.pk)
    assert "凭付款凭证退还（付款凭证7）" in page and "未还（元）" in page
    assert row.number not in get(desks["clerk"], "money_recoveries", state="to_refund")


def test_what_is_learned_after_approval_stands_on_the_runs_page_with_who_decides(desks):
    run = a_month()
    line = run.lines.order_by("pk").first()
    Sentinel(
        person=line.person,
        kind="detention",
        division=line.division,
        first_day=run.month,
        source="公安比对",
    ).save()
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)
    assert "1 笔留下没有出文件" in worked().told
    assert "审批后的新情况" in get(desks["boss"], "money")
    page = get(desks["boss"], "money_run", run.pk)
    assert "羁押、服刑" in page and "由县级审核人决定" in page and "审批以后才知道的新情况" in page
    assert "本月不发" not in page and "不再发放的理由" in page
    assert "去处理" in get(desks["clerk"], "money_line", line.pk)

    row = PayException.objects.get(run=run, line=line)
    assert "已处理" in post(
        desks["boss"], "money_exception", row.pk, outcome="release", reason="已释放，照发"
    )
    post(desks["clerk"], "money_ask", "make_files", run=run.pk)

    assert "1 笔" in worked().told
    line.refresh_from_db()
    assert line.state == "filed"
    assert "核实放行：羁押、服刑" in get(desks["clerk"], "money_line", line.pk)
