"""Budgets: what funds may be used for, allotments, and execution that is a sum over the ledger."""

from datetime import date

import pytest

from anmin.kernel.access.queries import operator
from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.budget.models import BudgetMove
from anmin.kernel.payments.budget.queries import available, execution, lines_for
from anmin.kernel.payments.budget.uses import covers
from anmin.kernel.payments.ledger.actions import Posting, post
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


def handed_down(fen=100_00):
    """A county's line for everything of a fund, and a town's that has some of it beside what came to it directly."""
    fund = a_fund()
    county, town = a_line(fund, COUNTY), a_line(fund, TOWN, use=DIBAO)
    for line, document in ((county, "1号"), (town, "2号")):
        budget.appropriate(by="test", line=line, fen=500_00, document=document, on=TODAY)
    budget.allot(by="test", line=county, to_line=town, fen=fen, document="3号", on=TODAY)
    return fund, county, town


def taken_back(line, to_line, fen=1):
    with pytest.raises(PaymentProblem) as refused:
        budget.take_back(by="test", line=line, to_line=to_line, fen=fen, document="收回", on=TODAY)
    assert not BudgetMove.objects.filter(kind="take_back").exists()
    return refused.value.code


def test_nobody_takes_back_from_another_place_or_from_above():
    fund, county, town = handed_down()
    other = a_line(fund, "371003")
    budget.appropriate(by="test", line=other, fen=500_00, document="4号", on=TODAY)

    assert taken_back(county, other) == "allot_not_below"
    assert taken_back(town, county) == "allot_not_below"
    assert taken_back(county, county) == "allot_not_below"
    assert available([county, town, other]) == {county.pk: 400_00, town.pk: 600_00, other.pk: 500_00}


def test_taking_back_does_not_turn_money_to_another_use():
    fund, _county, town = handed_down()
    narrow = a_line(fund, COUNTY, use="assistance/tekun")
    budget.appropriate(by="test", line=narrow, fen=1_00, document="5号", on=TODAY)

    assert taken_back(narrow, town) == "allot_other_use"


def test_no_more_is_taken_back_than_was_handed_down():
    _fund, county, town = handed_down(100_00)

    assert taken_back(county, town, 100_01) == "take_back_too_much"
    budget.take_back(by="test", line=county, to_line=town, fen=60_00, document="收回1号", on=TODAY)
    with pytest.raises(PaymentProblem, match=r"40\.00"):
        budget.take_back(by="test", line=county, to_line=town, fen=40_01, document="收回2号", on=TODAY)
    budget.take_back(by="test", line=county, to_line=town, fen=40_00, document="收回2号", on=TODAY)

    assert available([county, town]) == {county.pk: 500_00, town.pk: 500_00}


def test_a_place_in_the_middle_shows_what_came_to_it_and_what_it_handed_down():
    fund = a_fund()
    city, county, town = (a_line(fund, place) for place in ("371000", COUNTY, TOWN))
    budget.appropriate(by="test", line=city, fen=1_000_00, document="1号", on=TODAY)
    budget.allot(by="test", line=city, to_line=county, fen=600_00, document="2号", on=TODAY)
    budget.allot(by="test", line=county, to_line=town, fen=250_00, document="3号", on=TODAY)
    budget.take_back(by="test", line=county, to_line=town, fen=50_00, document="4号", on=TODAY)

    rows = {row.division: row for row in execution(operator(TODAY), "371000", 2026)}

    found = {place: (row.planned, row.allotted, row.own) for place, row in rows.items()}
    assert found == {
        "371000": (1_000_00, 600_00, 400_00),
        COUNTY: (600_00, 200_00, 400_00),
        TOWN: (200_00, 0, 200_00),
    }


def test_what_a_years_line_does_after_the_year_is_seen_with_it():
    """December's money that reached people in January is spent out of December's line, and on no other page."""
    line = a_budget(100_00)

    def moved(debit, credit, on):
        post(
            by="test",
            division=COUNTY,
            on=on,
            kind="x",
            source=f"{debit}:{on}",
            lines=[Posting(debit, 60_00, line.pk), Posting(credit, -60_00, line.pk)],
        )

    moved("transit", "available", date(2026, 12, 30))
    moved("spent", "transit", date(2027, 1, 4))

    (row,) = execution(operator(TODAY), COUNTY, 2026)
    assert (row.transit, row.spent, row.available) == (0, 60_00, 40_00)
    (then,) = execution(operator(TODAY), COUNTY, 2026, date(2026, 12, 31))
    assert (then.transit, then.spent) == (60_00, 0)
    assert execution(operator(TODAY), COUNTY, 0) == []


def test_every_row_of_the_execution_adds_up_with_what_lies_in_reserves_and_claims():
    line = a_budget(100_00)
    for at, (debit, credit, fen) in enumerate(
        (
            ("reserve", "available", 20_00),
            ("spent", "reserve", 15_00),
            ("receivable", "spent", 6_00),
            ("recovered", "receivable", 2_00),
        )
    ):
        post(
            by="test",
            division=COUNTY,
            on=TODAY,
            kind="x",
            source=f"x:{at}",
            lines=[Posting(debit, fen, line.pk), Posting(credit, -fen, line.pk)],
        )

    (row,) = execution(operator(TODAY), COUNTY, 2026)

    assert row.elsewhere == 5_00 + 4_00 + 2_00
    assert row.own == row.available + row.blocked + row.transit + row.spent + row.returned + row.elsewhere
