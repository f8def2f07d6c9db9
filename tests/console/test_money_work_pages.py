"""Accounts, holds, recoveries, budgets, books, papers and tables: as finance, an approver and others click them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from anmin.kernel.cases.models import Case
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.budget.models import BudgetLine, BudgetMove, Fund
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands.models import Errand
from anmin.kernel.payments.ledger.queries import balance
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.models import PayLine, PriceSubsidy, RateContinuation
from anmin.kernel.payments.sentinels.models import Sentinel
from tests.console.moneydesk import a_month, at, desks, get, post, worked
from tests.kernel.payments.banks.banking import families
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TOWN,
    a_budget,
    a_family,
    a_fund,
    a_grant,
    a_run,
    decided,
)
from tests.make import a_user

__all__ = ["desks"]
pytestmark = pytest.mark.django_db


def test_every_empty_page_says_what_will_stand_there(desks):
    for name, words in {
        "money": "还没有发放批次",
        "money_banks": "还没有收到回盘",
        "money_returned": "没有待处理的退票",
        "money_errands": "还没有这样的事项",
        "money_accounts": "没有待复核的账户",
        "money_sentinels": "现在没有暂扣的线索",
        "money_recoveries": "没有多发",
        "money_budget": "这一年还没有预算指标",
        "money_funds": "这一年还没有预算指标",
        "money_books": "这个月没有凭证",
    }.items():
        assert words in get(desks["clerk"], name), name


def test_every_page_speaks_english_too(desks):
    desks["clerk"].cookies["django_language"] = "en"

    for name, words in {
        "money_banks": "No return file has come yet",
        "money_books": "No entries in this month",
        "money_budget": "Record a fund below first",
    }.items():
        assert words in get(desks["clerk"], name), name


def test_a_fund_a_line_and_moves_by_document_are_forms_and_stand_in_the_books(desks):
    clerk = desks["clerk"]
    year = timezone.localdate().year
    page = post(
        clerk,
        "money_budget",
        what="fund",
        key="central",
        title="中央补助",
        source="central",
        uses=["assistance/*"],
        law="财社〔2017〕58号",
        first_day="2020-01-01",
    )
    assert "资金来源已登记" in page and Fund.objects.count() == 1
    for division in (COUNTY, TOWN):
        post(
            clerk,
            "money_budget",
            what="line",
            fund="central",
            division=division,
            year=year,
            use="assistance/*",
            rank=100,
        )
    line, below = BudgetLine.objects.order_by("division")

    assert "已登记" in post(
        clerk, "money_move", line.pk, kind="appropriate", yuan="1,000.50", document="指标1号"
    )
    assert "已经登记过" in post(
        clerk, "money_move", line.pk, kind="appropriate", yuan="1,000.50", document="指标1号"
    )
    post(clerk, "money_move", line.pk, kind="allot", yuan="400", document="分配1号", to=below.pk)
    post(clerk, "money_move", line.pk, kind="take_back", yuan="100", document="收回1号", to=below.pk)
    post(clerk, "money_move", line.pk, kind="cut", yuan="0.50", document="核减1号")

    assert (balance(line.pk), balance(below.pk)) == (700_00, 300_00)
    page = get(clerk, "money_budget_line", line.pk)
    assert "分配1号" in page and "700.00" in page
    assert "700.00" in get(clerk, "money_funds")
    books = get(clerk, "money_books")
    assert "budget:" not in books and "分配下级" in books and "核减1号" in books


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "cut", "yuan": "5", "document": "核减"}, "可用"),
        ({"kind": "appropriate", "yuan": "五百", "document": "x"}, "请写元"),
        ({"kind": "appropriate", "yuan": "5", "document": " "}, "文号"),
    ],
)
def test_a_move_that_cannot_be_is_told_and_posts_nothing(desks, given, words):
    line = a_budget(1_00)
    made = BudgetMove.objects.count()

    page = post(desks["clerk"], "money_move", line.pk, **given)

    assert words in page
    assert BudgetMove.objects.count() == made


def test_an_approver_cannot_move_budgets(desks):
    line = a_budget(1_00)
    answer = desks["boss"].post(reverse("console:money_move", args=[line.pk]), {"kind": "cut", "yuan": "1"})
    assert answer.status_code == 403
    answer = desks["boss"].post(reverse("console:money_budget"), {"what": "fund", "key": "x"})
    assert answer.status_code == 403


def test_a_circumstance_is_recorded_by_anybody_and_lifted_by_who_decides(desks):
    _home, (person,) = a_family()
    page = post(
        desks["clerk"],
        "money_sentinel_new",
        person.pk,
        kind="detention",
        first_day="2026-11-01",
        source="公安比对",
        note="羁押于外地",
    )
    assert "先暂扣" in page and "暂扣中" in page
    row = Sentinel.objects.get()
    assert person.name in get(desks["boss"], "money_sentinels")
    assert "停发线索暂扣" in get(desks["clerk"], "money")
    assert 'name="reason"' not in get(desks["clerk"], "money_sentinels")

    assert "解除须写明" in post(desks["boss"], "money_sentinel_lift", row.pk, reason=" ")
    post(desks["boss"], "money_sentinel_lift", row.pk, reason="同名不同人")

    row.refresh_from_db()
    assert row.lifted_by.username == "shenhe"
    assert "现在没有暂扣的线索" in get(desks["boss"], "money_sentinels")


def test_a_recovery_walks_from_found_to_paid_back(desks):
    month = date(2026, 9, 1)
    home, _people = a_family()
    given = a_grant(home, 732_00, month)
    row = recovery.find(
        by=desks["clerk"].session and a_user("jia", COUNTY, role="county_finance"),
        entitlement=given,
        months={month: 200_00},
        on=timezone.localdate(),
    )
    assert "发现多发" in get(desks["clerk"], "money_recoveries", state="found")
    assert "已记下" in post(
        desks["clerk"], "money_recovery_step", row.pk, step="hear", statement="不知道要报告"
    )
    page = get(desks["boss"], "money_recovery", row.pk)
    assert "还没有金额相符的追回决定" in page and "开追回办件" in page
    for _twice in range(2):
        desks["boss"].post(reverse("console:money_recovery_case", args=[row.pk]))
    case = Case.objects.get()
    assert (case.matter, case.entitlement, case.state) == ("recovery", given, "found")
    assert case.number in get(desks["boss"], "money_recovery", row.pk)
    decision = decided(home, "recover", timezone.localdate(), 200_00, reason="收入增加未报告")
    Recovery.objects.filter(pk=row.pk).update(state="noticed", decision=decision, cause="honest")
    assert (
        'value="take_back"'
        in desks["boss"].get(reverse("console:money_recovery", args=[row.pk])).content.decode()
    )

    page = post(
        desks["boss"],
        "money_recovery_step",
        row.pk,
        step="agree",
        agreement="分两期缴回",
        **{"month-1": "2026-12", "yuan-1": "100", "way-1": "paid_in"},
        **{"month-2": "2027-01", "yuan-2": "90", "way-2": "paid_in"},
    )
    assert "各期之和应等于未还的 200.00 元" in page
    post(
        desks["boss"],
        "money_recovery_step",
        row.pk,
        step="agree",
        agreement="分两期缴回",
        **{"month-1": "2026-12", "yuan-1": "100", "way-1": "paid_in"},
        **{"month-2": "2027-01", "yuan-2": "100", "way-2": "paid_in"},
    )
    page = get(desks["clerk"], "money_recovery", row.pk)
    assert "已商定还款" in page and "2027-01" in page
    assert "收款凭证号" in post(desks["clerk"], "money_recovery_step", row.pk, step="receive", yuan="50")


def test_an_overpayment_from_before_is_recorded_by_hand_and_asks_nothing_back(desks):
    home, _people = a_family()
    given = a_grant(home, 732_00, date(2026, 9, 1))
    assert "登记多发" in get(desks["clerk"], "money_home", home.number)

    refused = post(desks["clerk"], "money_recovery_new", home.number, month="2026-09", yuan="200")
    page = post(
        desks["clerk"], "money_recovery_new", home.number, entitlement=given.pk, month="2026-09", yuan="200"
    )

    assert "请选择多发的是哪项待遇" in refused
    assert "不会追回也不会抵扣" in page
    assert Recovery.objects.get().state == "found"


def test_exceptions_of_one_kind_are_decided_together_with_one_reason(desks):
    month = timezone.localdate().replace(day=1)
    a_budget(10_000_00, year=month.year)
    families(2, first_month=(month - timedelta(1)).replace(day=1), card=False)
    run = a_run(month, on=month)
    keys = list(PayException.objects.filter(run=run, code="no_card").values_list("pk", flat=True))
    assert "上面同类的一并处理" in get(desks["clerk"], "money_run", run.pk, code="no_card")

    page = post(
        desks["clerk"],
        "money_alike",
        run.pk,
        code="no_card",
        exception=keys,
        outcome="exclude",
        reason="账户下月补登",
    )

    assert "已处理 2 条" in page
    assert PayLine.objects.filter(run=run, state="excluded").count() == 2


def test_writing_off_needs_another_who_decides(desks):
    month = date(2026, 9, 1)
    home, _people = a_family()
    given = a_grant(home, 732_00, month)
    row = Recovery(
        number="ZH1",
        entitlement=given,
        household=home,
        division=home.division,
        fen=200_00,
        found_on=timezone.localdate(),
        state="noticed",
        cause="honest",
        decision=decided(home, "recover", timezone.localdate(), 200_00),
    )
    row.save()

    post(desks["boss"], "money_ask", "write_off", subject=row.pk, words="家庭困难")

    assert Errand.objects.get().state == "asked"
    assert 'value="second"' not in get(desks["boss"], "money_recovery", row.pk)
    second = at(a_user("shenhe2", COUNTY, role="county_approver"))
    assert 'value="second"' in get(second, "money_recovery", row.pk)


def test_a_price_subsidy_and_a_continued_rate_are_asked_for_and_agreed_to(desks):
    month = timezone.localdate().replace(day=1)
    page = post(
        desks["boss"],
        "money_ask",
        "price_subsidy",
        division=COUNTY,
        month=f"{month:%Y-%m}",
        benefits=["assistance/dibao"],
        cpi="3.6",
        food="6.1",
        index="3.4",
        urban="42",
        rural="36.50",
        document="民函〔2026〕11号",
    )
    assert "等另一人复核" in page
    page = get(desks["head"], "money_errands")
    for words in ("3.60%", "36.50", "民函〔2026〕11号"):
        assert words in page, words
    asked = Errand.objects.get()
    post(desks["head"], "money_errand", asked.pk, step="second")
    worked()
    assert PriceSubsidy.objects.get().rural_fen == 36_50
    assert "民函〔2026〕11号" in get(desks["clerk"], "money_books")

    post(
        desks["boss"],
        "money_ask",
        "continue_rate",
        division=COUNTY,
        rate="dibao_standard",
        year=2027,
        document="民函〔2027〕1号",
        words="新标准未公布",
    )
    post(desks["head"], "money_errand", Errand.objects.get(kind="continue_rate").pk, step="second")
    worked()
    assert RateContinuation.objects.get().year == 2027
    assert "请勾选发放对象" in post(
        desks["boss"], "money_ask", "price_subsidy", division=COUNTY, month="2026-11"
    )


def test_a_month_is_closed_by_one_who_asks_and_another_who_agrees(desks):
    last = timezone.localdate().replace(day=1) - timedelta(1)
    post(desks["clerk"], "money_ask", "close_period", division=COUNTY, month=f"{last:%Y-%m}")
    asked = Errand.objects.get()
    assert "没有这项资金权限" in post(desks["clerk"], "money_errand", asked.pk, step="second")
    post(desks["boss"], "money_errand", asked.pk, step="second")
    assert "已结账" in worked().told

    page = get(desks["clerk"], "money_books")

    assert f"{last:%Y-%m}" in page and "提出反结账" in page


def test_a_line_offers_the_lines_below_that_are_for_a_use_within(desks):
    fund, today = a_fund(uses=("assistance/*", "children/*")), timezone.localdate()
    county, town, _other = (
        budget.open_line(by="test", fund=fund, division=place, year=today.year, use=use, on=today)
        for place, use in ((COUNTY, "assistance/*"), (TOWN, DIBAO), (TOWN, "children/*"))
    )

    page = html.fromstring(get(desks["clerk"], "money_budget_line", county.pk))

    assert [one.get("value") for one in page.iterfind(".//select[@id='to']/option")] == ["", str(town.pk)]


@pytest.mark.parametrize("asked", ["0000", "²²²²", "９９９９", "2026'"])
def test_a_year_that_is_none_breaks_no_page(desks, asked):
    for page in ("money_funds", "money_budget"):
        assert desks["clerk"].get(reverse(f"console:{page}"), {"year": asked}).status_code == 200


@pytest.mark.parametrize("key", ["²", "1²", "９"])
def test_a_number_that_is_none_breaks_no_form(desks, key):
    run = a_month()
    for kind in ("make_files", "deliver", "reissue", "release_return", "settle_by_paper", "reopen_period"):
        given = {"run": key, "subject": key, "status": "paid"}
        assert desks["clerk"].post(reverse("console:money_ask", args=[kind]), given).status_code == 302
    alike = {"exception": [key], "outcome": "release", "code": "payee_dead", "reason": "x"}
    assert desks["clerk"].post(reverse("console:money_alike", args=[run.pk]), alike).status_code == 302


@pytest.mark.parametrize("value", ["inf", "nan", "1e400", "1e12", "-1e12"])
def test_a_rise_that_is_no_number_is_told(desks, value):
    page = post(
        desks["boss"],
        "money_ask",
        "price_subsidy",
        division=COUNTY,
        month="2026-11",
        benefits=[DIBAO],
        document="x",
        cpi=value,
        food="1",
        index="1",
        urban="1",
        rural="1",
    )
    assert "请写百分数" in page
