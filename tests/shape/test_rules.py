"""Rules have what they need on every day: inputs, laws, titles in both languages, and a compiled form."""

import re
from datetime import date

import pytest

from anmin.kernel.law.citations import resolve
from anmin.kernel.screening.rulebooks import FURTHER, examples, rulebook
from anmin.policy.kernel import build_kernel
from anmin.policy.plan import make_plan
from anmin.policy.watching import COOLING, SCALE

CITIES = {
    "371002": date(2023, 1, 1),
    "350203": date(2021, 7, 1),
    "460105": date(2021, 7, 1),
    "610602": date(2021, 7, 1),
}
LAST_DAY = date(2026, 12, 31)
BOOK = rulebook()
DAYS = [day for day in BOOK.change_days() if date(2021, 7, 1) <= day <= LAST_DAY]
ALLOWED_NUMBERS = {0, 1}


@pytest.mark.parametrize("day", [*DAYS, LAST_DAY], ids=str)
def test_every_rule_finds_what_it_needs_on_every_day_something_changes(day):
    in_force = [name for name in BOOK.versions if BOOK.version(name, day) is not None]
    for city, first in CITIES.items():
        if day < first:
            continue
        plan = make_plan(BOOK, day, in_force)
        assert plan.rates_in(city)


def test_a_year_without_a_published_standard_stops_the_calculation():
    plan = make_plan(BOOK, date(2027, 1, 1), ["dibao_amount"])

    for city in CITIES:
        with pytest.raises(Exception, match="没有“低保标准”"):
            plan.rates_in(city)


def test_every_benefit_names_rules_and_a_law_that_resolve():
    for key, benefit in BOOK.benefits.items():
        assert resolve(benefit.law), key
        assert benefit.english, key
        assert benefit.title, key


def test_ranks_of_benefits_are_told_apart():
    ranks = [benefit.rank for benefit in BOOK.benefits.values()]

    assert len(set(ranks)) == len(ranks)


def test_children_and_recognitions_are_never_published():
    for key in (
        "children/orphan",
        "children/unsupported",
        "assistance/edge",
        "assistance/rigid",
        "assistance/watched",
    ):
        assert not BOOK.benefits[key].publish, key


def test_every_rule_has_a_chinese_title_and_an_english_sentence():
    for versions in BOOK.versions.values():
        for rule in versions:
            assert re.search(r"[一-鿿]", rule.title), rule.where
            assert re.match(r"[A-Z0-9]", rule.english), rule.where


def test_rule_bodies_hold_no_numbers_but_zero_and_one():
    """An amount, an age or a limit belongs to a dated rate or to a named constant with its article."""
    import ast

    for versions in BOOK.versions.values():
        for rule in versions:
            numbers = {
                node.value
                for node in ast.walk(ast.parse(rule.source))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, int)
                and not isinstance(node.value, bool)
            }
            assert numbers <= ALLOWED_NUMBERS, (rule.where, numbers)


def test_every_fact_and_rate_is_named_in_both_languages():
    for fact in BOOK.facts.values():
        assert fact.title, fact.name
        assert fact.english, fact.name
        assert fact.source, fact.name
    for rate in BOOK.rates.rates.values():
        assert rate.title, rate.name
        assert rate.english, rate.name


def test_every_fact_and_every_rate_is_read_by_some_rule():
    read = {
        parameter.name
        for versions in BOOK.versions.values()
        for rule in versions
        for parameter in rule.parameters
    }

    # Weights and colours of alerts, and the scale of risk, are read by the evaluation beside the rules.
    read |= {name for alert in BOOK.alerts.values() for name in (alert.weight, alert.colour)}
    read |= {*SCALE, COOLING}
    # In which month something is paid by the year is read where its amounts are written.
    read |= {benefit.due for benefit in BOOK.benefits.values() if benefit.due}
    assert sorted(set(BOOK.rates.rates) - read) == []


def test_every_alert_shows_a_hit_a_miss_and_a_source_that_is_missing():
    outcomes = {}
    for example in (one for one in examples() if re.fullmatch(r"[MN]\d\d-\d", one.id)):
        rows = [example.then, *(example.then.get("members") or [])]
        said = {str(value).lower() for row in rows for name, value in row.items() if name != "members"}
        outcomes.setdefault(f"assistance/{example.id[:3]}", []).append("true" if "true" in said else "false")
    assert set(outcomes) == set(BOOK.alerts)
    for key, said in outcomes.items():
        assert said.count("true") >= 1, key
        assert said.count("false") >= 2, key


OWN = ["N01"]
"""Rules of our own, beside the 52 of the list."""


def test_the_library_of_monitoring_is_complete():
    assert sorted(alert.number for alert in BOOK.alerts.values()) == [
        *(f"M{at:02d}" for at in range(1, 53)),
        *OWN,
    ]
    for alert in BOOK.alerts.values():
        assert alert.title, alert.key
        assert alert.english, alert.key


def test_rates_say_where_they_come_from_and_when_that_was_checked():
    for entries in BOOK.rates.entries.values():
        for entry in entries:
            assert entry.source, entry
            assert entry.checked, entry
            assert entry.verified or entry.note, entry


def test_the_whole_rulebook_compiles(kernel_cache):
    """What was compiled already is there under the hash of all that it is made of; anything else is compiled now."""
    plan = make_plan(BOOK, LAST_DAY)

    kernel = build_kernel(plan, kernel_cache)

    assert set(kernel.layout.outputs) >= set(FURTHER) & set(BOOK.versions)
