"""What the engine refuses before it calculates anything, and how clearly it says so."""

from datetime import date
from types import ModuleType

import pytest

from anmin.policy import Each, Fen, PolicyError, household, person
from anmin.policy.facts import FactCatalogue
from anmin.policy.kernel import build_kernel, rate_cube
from anmin.policy.plan import make_plan
from anmin.policy.rates import RateBook
from anmin.policy.rulebook import Rulebook
from tests.policy.conftest import DAY

LAW = "测试令第1号 §9"


def rule(level, function, since="2000-01-01", until=None, name=None):
    return level(title=function.__name__, law=LAW, since=since, until=until, name=name)(function)


def book(toy_book, *functions):
    module = ModuleType("made_up")
    for function in functions:
        function.__module__ = "made_up"
        setattr(module, function.__name__, function)
    return Rulebook.collect([module], toy_book.facts, toy_book.rates)


def test_a_cycle_is_named_with_its_rules_and_the_day(toy_book):
    def first(second: int) -> int:
        return second

    def second(first: int) -> int:
        return first

    made = book(toy_book, rule(household, first), rule(household, second))

    with pytest.raises(PolicyError) as refused:
        make_plan(made, DAY)

    assert refused.value.code == "cycle"
    assert "first → second → first" in str(refused.value)
    assert "2025-03-01" in str(refused.value)


def test_an_unknown_name_is_named_with_its_reader(toy_book):
    def reader(no_such_thing: int) -> int:
        return no_such_thing

    with pytest.raises(PolicyError) as refused:
        make_plan(book(toy_book, rule(household, reader)), DAY)

    assert refused.value.code == "unknown_name"
    assert "no_such_thing" in str(refused.value)
    assert "reader" in str(refused.value)


def test_a_day_without_a_version_is_refused_with_the_spans_there_are(toy_book):
    def old(gift_year: Fen) -> Fen:
        return gift_year

    made = book(toy_book, rule(household, old, since="2020-01-01", until="2024-12-31"))

    with pytest.raises(PolicyError) as refused:
        make_plan(made, DAY, ["old"])

    assert refused.value.code == "rule_gap"
    assert "2020-01-01 至 2024-12-31" in str(refused.value)
    assert make_plan(made, date(2024, 12, 31), ["old"]).rules[0].name == "old"


def test_two_versions_on_one_day_are_refused(toy_book):
    def one(gift_year: Fen) -> Fen:
        return gift_year

    def other(gift_year: Fen) -> Fen:
        return gift_year

    with pytest.raises(PolicyError, match="同时生效") as refused:
        book(
            toy_book,
            rule(household, one, name="same"),
            rule(household, other, since="2021-01-01", name="same"),
        )

    assert refused.value.code == "rule_overlap"


def test_a_household_rule_may_not_read_one_persons_value(toy_book):
    def reader(income_year: Fen) -> Fen:
        return income_year

    with pytest.raises(PolicyError) as refused:
        make_plan(book(toy_book, rule(household, reader)), DAY)

    assert refused.value.code == "level"
    assert "Each" in str(refused.value)


def test_a_person_rule_may_not_read_the_others(toy_book):
    def reader(income_year: Each[Fen]) -> Fen:
        return 0

    with pytest.raises(PolicyError) as refused:
        rule(person, reader)

    assert refused.value.code == "each_in_person_rule"


def test_a_rule_without_a_law_is_refused():
    with pytest.raises(PolicyError) as refused:
        household(title="x", law=" ", since="2000-01-01")(lambda: 0)

    assert refused.value.code == "rule_without_law"


def test_a_name_may_mean_only_one_thing(toy_book):
    def gift_year() -> Fen:
        return 0

    with pytest.raises(PolicyError) as refused:
        book(toy_book, rule(household, gift_year))

    assert refused.value.code == "name_twice"


def test_a_missing_standard_stops_the_calculation_and_never_defaults(toy_book):
    plan = make_plan(toy_book, DAY, ["is_poor"])

    with pytest.raises(PolicyError) as refused:
        rate_cube(plan, [("371002", 0), ("110101", 0)])

    assert refused.value.code == "rate_missing"
    assert "110101" in str(refused.value)
    assert "toy_standard" in str(refused.value)
    assert "2025-03-01" in str(refused.value)


def test_two_values_of_one_rate_on_one_day_are_refused(tmp_path):
    path = tmp_path / "rates.yaml"
    path.write_text(
        "a: {title: a, english: a, kind: fen, values: {'371000': ["
        "{since: 2020-01-01, until: 2024-12-31, value: 1, law: x, source: y},"
        "{since: 2024-01-01, value: 2, law: x, source: y}]}}",
        "utf-8",
    )

    with pytest.raises(PolicyError) as refused:
        RateBook.read(path)

    assert refused.value.code == "rate_overlap"
    assert "371000" in str(refused.value)


def test_a_fact_declared_twice_is_refused(toy_book):
    with pytest.raises(PolicyError) as refused:
        FactCatalogue([*toy_book.facts.values(), toy_book.facts["gift_year"]])

    assert refused.value.code == "fact_twice"


def test_a_rule_that_cannot_be_compiled_is_named(toy_book, kernel_cache):
    def strange(gift_year: Fen) -> Fen:
        return gift_year["a"] + [gift_year, "text"][0]

    plan = make_plan(book(toy_book, rule(household, strange)), DAY)

    with pytest.raises(PolicyError) as refused:
        build_kernel(plan, kernel_cache)

    assert refused.value.code == "not_compilable"
    assert "strange" in str(refused.value)


def test_a_rule_may_use_nothing_but_the_vocabulary(toy_book, kernel_cache):
    def strange(gift_year: Fen) -> Fen:
        return hash(gift_year)

    plan = make_plan(book(toy_book, rule(household, strange)), DAY)

    with pytest.raises(PolicyError) as refused:
        build_kernel(plan, kernel_cache)

    assert refused.value.code == "not_compilable"
    assert "hash" in str(refused.value)
