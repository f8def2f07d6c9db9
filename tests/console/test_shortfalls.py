"""A refusal says by how much: both sides of the comparison and the difference."""

from anmin.console.shortfalls import shortfall
from anmin.policy import Each, Fen, household
from anmin.policy.evaluate import Finding
from anmin.policy.rules import Rule, rule_of
from anmin.policy.vocabulary import MONTHS

LAW = "测试令 §1"


@household(title="收入低于标准", law=LAW, since="2000-01-01")
def below(income: Fen, people: int, standard: Fen) -> bool:
    """Below."""
    return people > 0 and income < standard * MONTHS * people


@household(title="先扣再比", law=LAW, since="2000-01-01")
def after_deduction(income: Fen, deduction: Fen, limit: Fen) -> bool:
    """A name of its own on the left is not a value of the page."""
    rest = income - deduction
    if limit > 0:
        return rest <= limit
    return income <= limit


@household(title="人数够", law=LAW, since="2000-01-01")
def enough(people: int, needed: int) -> bool:
    """At least."""
    return people >= needed


@household(title="逐人数", law=LAW, since="2000-01-01")
def counted_by_hand(ages: Each[int], limit: int) -> bool:
    """A loop has no single comparison."""
    found = 0
    for age in ages:
        if age > limit:
            found += 1
    return found > limit


def finding(function, **inputs) -> Finding:
    rule = rule_of(function)
    assert isinstance(rule, Rule)
    return Finding(rule, None, inputs, int(function(**inputs)))


def test_income_above_the_line_gives_the_line_for_the_whole_household():
    found = shortfall(finding(below, income=2_000_000, people=3, standard=50_000))

    assert (found.name, found.value, found.limit, found.difference) == (
        "income",
        2_000_000,
        1_800_000,
        200_000,
    )
    assert found.is_money and found.must_be_less


def test_a_condition_that_held_is_not_a_shortfall():
    found = shortfall(finding(below, income=2_000_000, people=0, standard=50_000))

    assert (found.name, found.value, found.limit) == ("people", 0, 0)


def test_a_count_that_is_too_small_is_not_money():
    found = shortfall(finding(enough, people=1, needed=3))

    assert (found.difference, found.is_money, found.must_be_less) == (2, False, False)


def test_values_made_inside_the_rule_are_not_named():
    assert shortfall(finding(after_deduction, income=900, deduction=100, limit=500)) is None


def test_the_branch_that_ran_is_the_one_that_counts():
    found = shortfall(finding(after_deduction, income=900, deduction=100, limit=0))

    assert (found.name, found.limit) == ("income", 0)


def test_a_rule_that_counts_by_hand_is_left_to_its_own_words():
    assert shortfall(finding(counted_by_hand, ages=(1, 2), limit=5)) is None
