"""Every worked example of every benefit, one test per sentence; by plain calls and by the compiled kernel."""

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
