"""Budgets: what funds may be used for, allotments, and execution that is a sum over the ledger."""

import pytest

from anmin.kernel.access.queries import operator
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.budget.models import BudgetMove
from anmin.kernel.payments.budget.queries import available, execution, lines_for
from anmin.kernel.payments.budget.uses import covers
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from tests.kernel.payments.money import COUNTY, DIBAO, TODAY, TOWN, a_budget, a_fund, approver, finance

pytestmark = pytest.mark.django_db


def a_line(fund, division, use="assistance/*", year=2026):
    return budget.open_line(by="test", fund=fund, division=division, year=year, use=use, on=TODAY)


def test_uses_cover_a_benefit_or_all_of_a_domain():
    assert covers(["assistance/*"], DIBAO)
    assert covers(["assistance/*"], "assistance/*")
    assert covers([DIBAO], DIBAO)
    assert not covers([DIBAO], "assistance/*")
    assert not covers(["assistance/*"], "children/orphan")


def test_a_fund_pays_for_nothing_it_may_not_be_used_for():
    fund = a_fund(uses=("assistance/dibao", "assistance/tekun"))

    with pytest.raises(PaymentProblem) as refused:
        a_line(fund, COUNTY, use="elderly/age_allowance")

    assert refused.value.code == "fund_not_for_this"
    assert a_line(fund, COUNTY, use=DIBAO).use == DIBAO


def test_an_allotment_goes_down_and_comes_back_and_both_books_add_up():
    fund = a_fund()
    city, county, town = (a_line(fund, place) for place in ("371000", COUNTY, TOWN))
    budget.appropriate(by="test", line=city, fen=1_000_00, document="省〔2026〕1号", on=TODAY)

    budget.allot(by="test", line=city, to_line=county, fen=600_00, document="威财〔2026〕3号", on=TODAY)
    budget.allot(by="test", line=county, to_line=town, fen=50_00, document="环财〔2026〕4号", on=TODAY)
    budget.take_back(by="test", line=city, to_line=county, fen=100_00, document="威财〔2026〕5号", on=TODAY)

    assert available([city, county, town]) == {city.pk: 500_00, county.pk: 450_00, town.pk: 50_00}
    rows = {row.division: row for row in execution(operator(TODAY), "371000", 2026)}
    assert (rows["371000"].planned, rows["371000"].allotted, rows["371000"].own) == (1_000_00, 500_00, 500_00)
    assert sum(trial_balance("371000").values()) == 0
    assert sum(trial_balance(COUNTY).values()) == 0


def test_nothing_is_allotted_sideways_to_another_use_or_beyond_what_is_there():
    fund = a_fund()
    county, town = a_line(fund, COUNTY, use=DIBAO), a_line(fund, TOWN)
    budget.appropriate(by="test", line=county, fen=100_00, document="1号", on=TODAY)

    with pytest.raises(PaymentProblem, match="用途"):
        budget.allot(by="test", line=county, to_line=town, fen=1, document="2号", on=TODAY)
    with pytest.raises(PaymentProblem, match="下级"):
        budget.allot(by="test", line=town, to_line=county, fen=1, document="2号", on=TODAY)
    right = a_line(fund, TOWN, use=DIBAO)
    with pytest.raises(PaymentProblem) as refused:
        budget.allot(by="test", line=county, to_line=right, fen=100_01, document="2号", on=TODAY)
    assert refused.value.code == "ledger_short"
    assert not BudgetMove.objects.filter(kind="allot").exists()


def test_a_document_counts_once():
    line = a_budget(100_00, document="威财〔2026〕7号")

    with pytest.raises(PaymentProblem) as refused:
        budget.appropriate(by="test", line=line, fen=100_00, document="威财〔2026〕7号", on=TODAY)

    assert refused.value.code == "budget_document_once"
    assert available([line]) == {line.pk: 100_00}


def test_what_is_spent_elsewhere_cannot_be_cut():
    line = a_budget(100_00)

    budget.cut(by="test", line=line, fen=30_00, document="核减1号", on=TODAY)

    assert available([line]) == {line.pk: 70_00}
    with pytest.raises(PaymentProblem):
        budget.cut(by="test", line=line, fen=70_01, document="核减2号", on=TODAY)


def test_lines_pay_in_their_order():
    second = a_budget(1, rank=20)
    first = a_budget(1, fund=a_fund(key="county", source="county", uses=("*/*",)), use=DIBAO, rank=10)

    assert [line.pk for line in lines_for(COUNTY, 2026, DIBAO)] == [first.pk, second.pk]
    assert lines_for(COUNTY, 2026, "children/orphan") == []


def test_only_finance_moves_money():
    line = a_budget(100_00)

    with pytest.raises(PaymentProblem) as refused:
        budget.cut(by=approver(), line=line, fen=1, document="x", on=TODAY)

    assert refused.value.code == "no_power"
    budget.cut(by=finance(), line=line, fen=1, document="x", on=TODAY)
