"""Amounts as a family reads them: short sentences whose figures lead to the amount, for every benefit that is paid."""

import re
from pathlib import Path

import pytest

import anmin.domains
from anmin.kernel.cases.deciding.amounts import amount_of_outcome, words_of_amounts
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.examples import example_files, load_examples, run_example
from tests.kernel.cases.test_plain_words import CODE, MOST, average

FIGURE = re.compile(r"([\d,]+(?:\.\d\d)?) 元")
NO_WORDS = {"heating_amount"}
"""A table of the place's own, told by its formula."""


def fen(text):
    yuan, _dot, cents = text.replace(",", "").partition(".")
    return int(yuan) * 100 + int(cents or 0)


def granted():
    """Every amount above nought in the worked examples of the law: benefit, amount, its sentences."""
    benefits = {one.amount: (key, one) for key, one in rulebook().benefits.items()}
    for path in example_files(Path(anmin.domains.__file__).parent):
        for example in load_examples(path):
            outcome = run_example(example, rulebook())
            for row in outcome.findings:
                key, benefit = benefits.get(row.rule.name, ("", None))
                if benefit is not None and row.result > 0 and benefit.period != "once":
                    yield benefit, row.result, amount_of_outcome(key, outcome, row.member or 0)


@pytest.fixture(scope="module")
def told():
    found = list(granted())
    assert len({benefit.amount for benefit, _amount, _words in found}) > 8
    return found


def test_every_benefit_that_is_paid_month_by_month_or_year_by_year_has_words_for_its_amount():
    paid = {one.amount for one in rulebook().benefits.values() if one.amount and one.period != "once"}

    assert paid - set(words_of_amounts()) == NO_WORDS
    assert set(words_of_amounts()) <= paid


def test_amounts_are_said_in_short_sentences_without_codes(told):
    for benefit, amount, words in told:
        text = "".join(words)
        assert text or benefit.amount in NO_WORDS, (benefit.title, amount)
        assert not text or average(text) <= MOST, text
        assert not CODE.search(text), text


def test_the_gap_that_is_told_is_the_gap_that_is_paid(told):
    gaps = [(amount, "".join(words)) for benefit, amount, words in told if benefit.amount == "dibao_amount"]
    gaps = [(amount, text) for amount, text in gaps if "分到 12 个月" in text]

    assert len(gaps) > 3
    for amount, text in gaps:
        _standard, year, income, gap = (fen(one) for one in FIGURE.findall(text))
        assert year - income == gap
        assert abs(gap / 12 - amount) < 100, text
