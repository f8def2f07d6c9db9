"""The sides of the benchmarks that need no second environment agree on every value, at a small size."""

from pathlib import Path

import numpy as np
import pytest

from anmin.policy.evaluate import evaluate
from anmin.policy.facts import Fact
from anmin.policy.lookups import find_household
from anmin.policy.rules import Level
from bench.options import Options
from bench.rules43 import anmin_side, duckdb_side
from bench.rules43.parameters import BY_CITY, HOUSEHOLD_OUTPUTS, NATIONAL, PERSON_OUTPUTS
from bench.rules43.population import population
from bench.rules43.sides import Sides, differences

PERSONS = 52_000
"""About twenty thousand households."""


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    options = Options(small=True, home=tmp_path_factory.mktemp("bench"))
    return Sides.load(options, PERSONS)


def facts_of(sides: Sides) -> list[Fact]:
    return list(sides.kernel.plan.facts)


def test_the_rule_set_has_the_size_it_is_named_for(sides):
    rules = sides.kernel.plan.rules

    assert len(rules) == 43
    assert sum(rule.level is Level.PERSON for rule in rules) == 23
    assert (len(sides.kernel.plan.rates), len(BY_CITY), len(NATIONAL)) == (35, 12, 23)
    assert len(sides.snapshot.manifest["facts"]["person"]) + 1 == 20
    assert len(sides.snapshot.household_table(0).column_names) == 8
    assert (len(PERSON_OUTPUTS), len(HOUSEHOLD_OUTPUTS)) == (10, 8)


def test_every_rule_of_the_specification_is_a_rule_and_no_other(sides):
    text = (Path(anmin_side.__file__).parent / "spec.md").read_text("utf-8")

    specified = {
        row.split("`")[1]
        for row in text.splitlines()
        if row.startswith("| ") and row.split("|")[1].strip().isdigit()
    }

    assert specified == {rule.name for rule in sides.kernel.plan.rules}


def test_kernel_hand_written_kernel_and_sql_agree_on_every_row(sides):
    sides.anmin(2)
    sides.hand(1)
    connection, run = sides.duckdb(in_memory=True)
    run()

    anmin = sides.values["anmin"]
    assert len(anmin["person_total"]) == PERSONS
    for other in (sides.values["hand"], duckdb_side.results(connection)):
        assert not any(differences(anmin, other).values())


def test_plain_calls_agree_with_the_kernel(sides):
    sides.anmin(1)
    values, starts = sides.values["anmin"], sides.columns.starts

    for number in range(0, sides.snapshot.households, 97):
        home = find_household(sides.snapshot, number, facts_of(sides))
        outcome = evaluate(sides.kernel.plan, home, findings=False)
        for name in HOUSEHOLD_OUTPUTS:
            assert outcome.values[name] == values[name][number], (number, name)
        for member, row in enumerate(outcome.members):
            for name in PERSON_OUTPUTS:
                assert row[name] == values[name][starts[number] + member], (number, member, name)


def test_every_output_occurs_and_so_does_every_tier(sides):
    sides.anmin(1)
    values = sides.values["anmin"]

    assert all(np.count_nonzero(column) > 10 for column in values.values())
    assert set(np.unique(values["tier"])) == {0, 1, 3, 4}


def test_a_side_that_is_wrong_by_one_fen_is_seen(sides):
    sides.anmin(1)
    right = sides.values["anmin"]
    wrong = {name: column.copy() for name, column in right.items()}
    wrong["dibao_total"][7] += 1

    assert differences(right, wrong)["dibao_total"] == 1


def test_the_population_is_the_same_for_the_same_seed_and_has_the_size_asked_for(tmp_path):
    one = population(tmp_path / "one", 5_000, part=2_000)
    other = population(tmp_path / "other", 5_000, part=2_000)

    assert (one.persons, one.parts) == (5_000, 3)
    assert 2.4 < one.persons / one.households < 2.8
    for number in range(3):
        assert one.person_table(number).equals(other.person_table(number))
        assert one.household_table(number).equals(other.household_table(number))
