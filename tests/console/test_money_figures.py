"""What the money pages tell whom: whose turn it is, what was let through and why, and every figure's list of as many."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.models import User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.approvals.models import RunApproval
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayRun, RunFunding
from tests.console.moneydesk import at, desks, get
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, call_of, received, sent
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    a_signer,
    approved,
    release_about_run,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
assert desks

MONTH = timezone.localdate().replace(day=1)


def home(client):
    """What somebody finds when they come in."""
    return client.get("/", follow=True).content.decode()


def a_month_with_somebody_without_a_card():
    """A checked run of two families, of whom one has no account; what stands against the whole run is let through."""
    a_budget(10_000_00, year=MONTH.year)
    for serial, (name, card) in enumerate((("李有卡", True), ("王无卡", False)), start=1):
        family, _people = a_family(f"F{serial}", name, serial=serial, card=card)
        a_grant(family, 732_00, MONTH)
    return release_about_run(a_run(MONTH, on=MONTH))


def left_out(run):
    """The exception of the one without a card, decided: not this month."""
    (one,) = PayException.objects.filter(run=run, code="no_card")
    checks.decide_exception(
        by=a_signer("caiwu2", "county_finance"),
        exception=one,
        outcome="exclude",
        on=TODAY,
        reason="家属下周来开卡",
    )
    run.refresh_from_db()
    return run


def test_who_signs_next_reads_it_on_the_first_page_and_nobody_else_does(desks):
    run = a_month_with_somebody_without_a_card()
    assert "待您签字的批次" not in home(desks["head"])

    runs.submit(by="test", run=left_out(run), on=TODAY)

    for who in ("head", "boss"):
        assert "待您签字的批次" in home(desks[who])
    assert "待您签字的批次" not in home(desks["clerk"])
    run.refresh_from_db()
    approvals.approve(by=a_signer("lingdao", "county_leader"), run=run, seal=run.seal, on=TODAY)
    assert "待您签字的批次" not in home(desks["head"])
    assert "已签 1" in get(desks["clerk"], "money_run", run.pk)


def test_what_stands_against_a_run_is_a_block_for_who_decides_it_and_opens_as_many(desks):
    run = a_month_with_somebody_without_a_card()

    page = get(desks["clerk"], "money")
    href = re.search(rf'href="(/money/{run.pk}/\?power=payments.prepare#exceptions)"', page)

    assert href and "待处理的异常" in page
    opened = desks["clerk"].get(href[1].split("#")[0]).content.decode()
    assert opened.count('class="exception"') == 1 and "王无卡" in opened
    assert "待处理的异常" in home(desks["clerk"])
    assert f"批次 {run.number} 待处理的异常" not in home(desks["boss"])


def test_whoever_has_no_card_leads_to_the_form_for_one_in_time_for_the_run(desks):
    run = a_month_with_somebody_without_a_card()

    href = re.search(r'href="(/money/people/\d+/\?from=[\d-]+)"', get(desks["clerk"], "money_run", run.pk))

    assert href is not None
    page = desks["clerk"].get(href[1]).content.decode()
    assert f'value="{run.roster_day}"' in page and "名单锁定日" in page


def test_an_invented_day_in_the_address_of_the_form_is_no_trouble(desks):
    _family, people = a_family("F9", "张三")

    for day in ("昨天", "2999-01-01"):
        page = get(desks["clerk"], "money_payee", people[0].pk, **{"from": day})
        assert f'value="{timezone.localdate()}"' in page


def test_whoever_signs_sees_who_let_what_through_and_why_and_which_money_pays(desks):
    run = left_out(a_month_with_somebody_without_a_card())
    runs.submit(by="test", run=run, on=TODAY)

    page = get(desks["head"], "money_run", run.pk)

    assert "已处理的异常" in page and "家属下周来开卡" in page and "王无卡" in page
    assert "用哪笔钱" in page and "中央困难群众救助补助" in page and "10,000.00" in page


def test_the_number_of_a_run_opens_a_list_of_as_many(desks):
    run = left_out(a_month_with_somebody_without_a_card())
    runs.submit(by="test", run=run, on=TODAY)
    run.refresh_from_db()
    assert run.lines_number == 1

    listed = get(desks["clerk"], "money_lines", run.pk, state="counted")

    assert "第 1 至 1 条，共 1 条" in listed and "李有卡" in listed and "王无卡" not in listed
    assert "state=counted" in get(desks["clerk"], "money")
    assert "state=counted" in get(desks["clerk"], "money_run", run.pk)


def test_a_run_that_was_given_up_waits_for_nobody(desks):
    run = a_month_with_somebody_without_a_card()
    runs.void(by="test", run=run, on=TODAY, reason="月份选错")

    assert "待处理的异常" not in get(desks["clerk"], "money_run", run.pk)
    assert "待处理的异常</a>" not in get(desks["clerk"], "money") and "没有卡住的事" in get(
        desks["clerk"], "money"
    )


def test_a_form_without_a_button_is_not_shown(desks):
    """A missing standard cannot be let through: the page leads to where it is signed on instead."""
    run = a_month_with_somebody_without_a_card()
    PayException.objects.create(
        run=run,
        code="rate_missing",
        division=COUNTY,
        power="payments.decide",
        details={"rates": "低保标准", "month": "2027-01"},
    )

    page = get(desks["boss"], "money_run", run.pk, code="rate_missing")

    assert "核实的情况和理由</label>" not in page
    assert f"/money/books/?division={COUNTY}#continue" in page
    assert 'id="continue"' in get(desks["boss"], "money_books", division=COUNTY)


def test_why_a_month_cannot_be_handed_in_stands_beside_the_button(desks):
    run = a_month_with_somebody_without_a_card()

    assert "还有 1 条异常没有处理" in get(desks["clerk"], "money_run", run.pk)


def test_an_answer_that_the_bank_does_not_know_is_on_the_desk_and_in_a_list(desks):
    file, _bank = sent(2)
    received(file, a_return(file, ["unknown", "paid"]))
    order = file.lines.order_by("seq").first()

    page, listed = get(desks["clerk"], "money"), get(desks["clerk"], "money_banks")

    assert "银行答复不明" in page and "/money/banks/#unknown" in page
    assert f"/money/lines/{order.pay_line_id}/" in listed and 'id="unknown"' in listed
    assert "银行答复不明" in home(desks["clerk"]) and "银行答复不明" not in home(desks["boss"])


def test_on_a_phone_all_pages_of_the_menu_are_within_reach(desks):
    page = home(desks["head"])

    thumb = page[page.index('class="tab-nav"') :]

    assert reverse("console:money") in thumb and "更多" in thumb


def two_towns_and_a_month():
    """A month of two towns' families that the bank answered: the first came back, the second arrived."""
    a_budget(10_000_00)
    homes = {}
    for serial, village in ((1, "371002001001"), (2, "371002002001")):
        family, people = a_family(
            f"T{serial}", ("王秀英", "李建国")[serial - 1], serial=serial, division=village
        )
        people[0].phone = f"1900000700{serial}"
        people[0].save()
        a_grant(family, 732_00, TODAY.replace(day=1))
        homes[village[:9]] = family
    (file,) = filing.make_files(by="test", run=approved(a_run()), on=TODAY).files
    outbox.deliver(by="test", call=call_of(file), at=AT, port=a_bank(file))
    file.refresh_from_db()
    received(file, a_return(file, ["returned", "paid"]))
    return file.run, homes


def test_a_town_sees_what_its_own_families_were_paid_and_nothing_of_the_next_town():
    run, homes = two_towns_and_a_month()
    towns = {code: at(a_user(f"zhen{code}", code, role="town_clerk")) for code in homes}
    first, second = homes

    page = get(towns[first], "money")
    assert "本地的发放" in page and run.number in page and "732.00" in page and "1,464.00" not in page
    for town, mine, other in ((first, "王秀英", "李建国"), (second, "李建国", "王秀英")):
        listed = get(towns[town], "money_lines", run.pk, state="counted")
        assert mine in listed and other not in listed and "共 1 条" in listed
        account = get(towns[town], "money_home", homes[town].number)
        assert "这一户还没有发放记录" not in account and f"{run.month:%Y-%m}" in account
    assert towns[second].get(reverse("console:money_home", args=[homes[first].number])).status_code == 404
    line = homes[first].pay_lines.get()
    life = get(towns[first], "money_line", line.pk)
    assert "银行答复" in life and "退票" in life and f'href="/money/{run.pk}/"' not in life
    assert towns[second].get(reverse("console:money_line", args=[line.pk])).status_code == 404


def test_a_towns_list_of_what_came_back_has_as_many_as_its_figure_and_a_telephone():
    _run, homes = two_towns_and_a_month()
    first, second = (at(a_user(f"zhen{code}", code, role="town_clerk")) for code in homes)

    assert "全部 1" in get(first, "money_returned") and "王秀英" in get(first, "money_returned")
    assert "没有待处理的退票" in get(second, "money_returned")


def test_a_town_reads_no_run_as_a_whole_and_signs_none():
    run, homes = two_towns_and_a_month()
    town = at(a_user("zhen", next(iter(homes)), role="town_clerk"))

    for page in ("money_run", "money_files", "money_papers", "money_table", "money_differences"):
        assert town.get(reverse(f"console:{page}", args=[run.pk])).status_code == 404, page
    reader = reader_for(User.objects.get(username="zhen"), TODAY)
    with reading_as(reader):
        assert PayRun.objects.filter(pk=run.pk).exists()
        assert not RunApproval.objects.exists() and not RunFunding.objects.exists()
