"""Every worked example of every benefit, one test per sentence; by plain calls and by the compiled kernel."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import anmin.domains
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.examples import check_example, example_files, example_household, example_plan, load_examples
from anmin.policy.rules import Level

FOLDER = Path(anmin.domains.__file__).parent
EXAMPLES = [example for path in example_files(FOLDER) for example in load_examples(path)]


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.path} {example.id} {example.name}"
)
def test_example(example):
    assert check_example(example, rulebook()) == []


def test_no_two_examples_share_a_name():
    names = [(example.path, example.id) for example in EXAMPLES]

    assert sorted(set(names)) == sorted(names)


def test_every_benefit_has_examples():
    with_examples = {
        path.parent.name for path in example_files(FOLDER) if path.parent.parent.name == "benefits"
    }

    assert {key.split("/")[1] for key in rulebook().benefits} == with_examples


def test_examples_state_only_what_they_check():
    for example in EXAMPLES:
        plan = example_plan(example, rulebook())
        household = example_household(example, rulebook().facts)
        names = {name for row in example.then.get("members") or [] for name in row}
        assert len(example.then.get("members") or []) <= len(household.members), example.id
        assert all(plan.level(name) is Level.PERSON for name in names), example.id


NUMBER = re.compile(r"-?\d+(\.\d+)?")


def answers(example):
    """What an example says of the household in yes, no or numbers."""
    return {
        name: value
        for name, value in example.then.items()
        if isinstance(value, bool) or (isinstance(value, str) and NUMBER.fullmatch(value))
    }


ABOUT_CASES = [
    example
    for example in EXAMPLES
    if re.match(r"X-(80|83|85|9[4578]|119|12[12])", example.id) and answers(example)
]


@pytest.mark.parametrize("example", ABOUT_CASES, ids=lambda example: example.id)
def test_an_answer_that_is_a_fen_off_is_noticed(example):
    """The wrong variants of the examples of temporary assistance, rigid expenditure and dibao by expenditure."""
    assert len(ABOUT_CASES) >= 11

    for name, value in answers(example).items():
        wrong = (not value) if isinstance(value, bool) else str(Decimal(value) + Decimal("0.01"))
        assert check_example(replace(example, then={name: wrong}), rulebook()) != [], name
