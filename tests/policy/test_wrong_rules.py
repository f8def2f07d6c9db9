"""Worked examples bite: a rule that errs as people err is noticed by the example that was written against it."""

from dataclasses import replace

import pytest

from anmin.kernel.screening.rulebooks import examples, rulebook
from anmin.policy.examples import check_example
from anmin.policy.vocabulary import months_later


def with_rule(name, function):
    """The rulebook in which one rule is calculated otherwise; it reads what it read before."""
    book = rulebook()
    versions = tuple(replace(rule, function=function) for rule in book.versions[name])
    return replace(book, versions={**book.versions, name: versions})


def without_authorisation(**given):
    return given["members"] > 0 and given["income_below_dibao"] and given["property_within_dibao"]


def stops_at_once(**given):
    return False


def pays_the_seventh_month(**given):
    if given["dibao_eligible"] or not given["previous_dibao_month"] or not given["fade_first_day"]:
        return False
    return (
        given["fade_first_day"]
        <= given["on"]
        <= months_later(given["fade_first_day"], given["fade_months"] + 1)
    )


def pays_one_day_too_long(**given):
    if given["dibao_eligible"] or not given["previous_dibao_month"] or not given["fade_first_day"]:
        return False
    return (
        given["fade_first_day"] <= given["on"] <= months_later(given["fade_first_day"], given["fade_months"])
    )


def pays_the_whole_need(**given):
    return given["temporary_need"] if given["temporary_small_eligible"] else 0


@pytest.mark.parametrize(
    ("example", "rule", "wrong"),
    [
        ("X-20", "dibao_eligible", without_authorisation),
        ("X-46", "fade_out_eligible", stops_at_once),
        ("X-49", "fade_out_eligible", pays_the_seventh_month),
        ("X-49", "fade_out_eligible", pays_one_day_too_long),
        ("X-82", "temporary_small_amount", pays_the_whole_need),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_rule_that_errs_is_noticed_by_its_example(example, rule, wrong):
    (written,) = (one for one in examples() if one.id == example)

    assert check_example(written, rulebook()) == []
    assert check_example(written, with_rule(rule, wrong)) != []
