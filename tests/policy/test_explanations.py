"""Every value opens its why: formulas, branches, sources, and what played no part."""

import json

from anmin.policy import Fen, household
from anmin.policy.evaluate import Finding, Household, evaluate
from anmin.policy.explain import explain
from anmin.policy.formulas import formula
from anmin.policy.phrases import ENGLISH
from anmin.policy.plan import make_plan
from anmin.policy.rules import rule_of
from anmin.policy.vocabulary import MONTHS, monthly, positive_part
from tests.policy.conftest import DAY

OLD = {"birth_day": 19400101, "is_away": 0, "income_year": 100_000, "disability": 0}
AWAY = {"birth_day": 19800101, "is_away": 1, "income_year": 99, "disability": 1}


@household(title="差额", law="测试令第1号 §1", since="2000-01-01")
def gap_by_the_month(standard: Fen, members: int, income_year: Fen, mode: int) -> Fen:
    """The gap of a year, by the month."""
    amount = monthly(positive_part(standard * MONTHS * members - income_year), mode)
    return amount if amount > 0 else 0


def outcome(book, **facts):
    return evaluate(make_plan(book, DAY), Household("H1", "371002005", 1, facts, [OLD, AWAY]))


def test_an_amount_is_explained_by_the_branch_that_was_taken(toy_book):
    found = explain(outcome(toy_book, gift_year=100), "toy_amount")

    last = found.lines[-1]
    assert found.shown == "1,213.59"
    assert last.text.startswith(
        "（测试标准〔900.00〕 × 成员数〔1〕 − 年收入〔1,001.00〕 ÷ 12，负数按零计） + "
    )
    assert last.conditions == (("并非（收入低于标准〔是〕）", False),)
    assert last.law == "测试令第1号 §1"


def test_each_operand_says_where_it_came_from(toy_book):
    found = explain(outcome(toy_book), "toy_amount")

    standard = next(row for row in found.lines[-1].operands if row.name == "toy_standard")
    assert (standard.origin, standard.law, standard.division) == ("rate", "测试令第1号 §3", "371002")
    assert standard.since.isoformat() == "2025-01-01"
    income = next(row for line in found.lines for row in line.operands if row.name == "income_year")
    assert (income.origin, income.source) == ("fact", "税务")


def test_an_unverified_rate_is_marked_once(toy_book):
    found = explain(outcome(toy_book), "toy_amount")

    assert [row.name for row in found.unverified] == ["toy_standard"]


def test_lines_come_in_the_order_of_calculation_and_only_those_needed(toy_book):
    found = explain(outcome(toy_book), "toy_members")

    assert [(line.name, line.member) for line in found.lines] == [
        ("is_counted", 0),
        ("is_counted", 1),
        ("toy_members", None),
    ]


def test_facts_that_were_stated_and_not_read_are_listed(toy_book):
    found = explain(outcome(toy_book, gift_year=5), "toy_members")

    assert {(row.name, row.member) for row in found.unused} == {
        ("gift_year", None),
        ("birth_day", 0),
        ("birth_day", 1),
        ("income_year", 0),
        ("income_year", 1),
        ("disability", 1),
    }


def test_the_same_explanation_is_plain_json(toy_book):
    found = explain(outcome(toy_book), "toy_amount").as_json()

    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert found["day"] == "2025-03-01"


def test_an_explanation_reads_in_english_too(toy_book):
    found = explain(outcome(toy_book), "toy_members", words=ENGLISH)

    assert found.title == "How many count."
    assert found.lines[-1].text == "the number with Whoever is not away counts.〔yes、no〕"


def test_what_is_taken_as_a_whole_stands_in_brackets():
    rule = rule_of(gap_by_the_month)
    inputs = {"standard": 1_062_00, "members": 3, "income_year": 15_292_00, "mode": 0}

    found = formula(Finding(rule, None, inputs, 191_167), lambda name, value: f"{name}〔{value}〕")

    assert found.text == (
        "（standard〔106200〕 × 12 × members〔3〕 − income_year〔1529200〕，负数按零计） ÷ 12，按取整方式 mode〔0〕 取整"
    )
