"""Refusals and stops as a family reads them: numbers first, then the article, then how, where and until when to appeal."""

import random
import re
from datetime import date
from functools import lru_cache

import pytest

from anmin.kernel.cases.deciding.sentences import not_eligible, words_of_rules
from anmin.kernel.cases.matters import matters, procedure_for
from anmin.kernel.cases.verification.queries import Result
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.plan import make_plan
from anmin.policy.types import Kind
from tests.kernel.cases.road import Road, a_family, earns, town_staff

DAY = date(2026, 3, 25)
CITIES = ("371002001001", "350203001001", "460106001001", "610602001001")
GRANTING = [one.key for one in matters(CITIES[0], DAY) if one.benefits and one.key != "review"]
SENTENCE = re.compile(r"[。！？\n]")
CODE = re.compile(r"[A-Za-z_]{2,}|§|None|True|False")
MOST = 25


def letters(text):
    return len(re.sub(r"\s", "", text))


def average(text):
    rows = [row for row in SENTENCE.split(text) if row.strip()]
    return sum(letters(row) for row in rows) / len(rows)


def any_value(dice, fact):
    if fact.kind is Kind.CODE or fact.codes is not None:
        return int(dice.choice(list(fact.codes)))
    if fact.kind is Kind.BOOL:
        return dice.randrange(2)
    if fact.kind is Kind.DAY:
        return dice.choice([0, 19500506, 19790506, 20120506, 20260101, 20300101])
    if fact.kind is Kind.FEN:
        return dice.choice([0, 0, 1, 90_000, 1_000_000, 9_600_001, 40_000_000])
    return dice.choice([0, 0, 1, 2, 3, 5, 7, 12])


def any_family(dice, division):
    """A family of one to three about which anything may be true."""
    facts = rulebook().facts
    home = {name: any_value(dice, fact) for name, fact in facts.items() if fact.level.value == "household"}
    people = [
        {name: any_value(dice, fact) for name, fact in facts.items() if fact.level.value == "person"}
        for _ in range(dice.randrange(1, 4))
    ]
    return Household("X", division, dice.randrange(2), home, people, [""] * len(people))


@lru_cache
def refusals(matter, count):
    """What families of all kinds that fail would be told, one after another."""
    dice, told = random.Random(matter), []
    plans = {}
    for at in range(count):
        city = CITIES[at % len(CITIES)]
        benefits = procedure_for(matter, city, DAY).benefits
        eligible = [rulebook().benefits[key].eligible for key in benefits if key in rulebook().benefits]
        family = any_family(dice, city)
        if city not in plans:
            plans[city] = make_plan(rulebook(), DAY, eligible)
        outcome = evaluate(plans[city], family)
        persons = tuple(range(1, len(family.members) + 1))
        if any(outcome.values.get(name) for name in eligible):
            continue
        if any(row.get(name) for row in outcome.members for name in eligible):
            continue
        told.append(not_eligible(benefits, Result(outcome, persons, None, ()), 1))
    return told


@pytest.mark.parametrize("matter", GRANTING)
def test_every_refusal_of_every_matter_is_said_in_short_sentences_without_codes(matter):
    told = refusals(matter, 400)

    assert told
    for sentence, law in set(told):
        assert average(sentence) <= MOST, sentence
        assert not CODE.search(sentence), sentence
        assert sentence.endswith("。") and law
        assert "这一条不符合" not in sentence, f"no words were written for: {sentence}"


@pytest.mark.parametrize("matter", ["dibao", "edge", "rigid", "temp_expenditure"])
def test_what_fails_by_an_amount_names_both_amounts(matter):
    told = {sentence for sentence, _law in refusals(matter, 400) if "收入" in sentence or "人均" in sentence}

    assert told
    for sentence in told:
        assert len(re.findall(r"[\d,]+(?:\.\d\d)? 元", sentence)) >= 2 or "授权" in sentence, sentence


def test_words_stand_for_rules_that_exist_and_lead_on_to_conditions_of_theirs():
    book = rulebook()

    for name, rows in words_of_rules().items():
        assert name in book.versions, name
        parameters = {one.name for version in book.versions[name] for one in version.parameters}
        for row in rows:
            assert set(row) in ({"when", "say"}, {"when", "because"})
            assert row.get("because", next(iter(parameters))) in parameters, (name, row)


def test_an_income_at_the_standard_is_not_said_to_be_above_it():
    eligible = ["dibao_eligible"]
    people = [{"birth_day": 19700506, "wage_year": 1_274_400}]
    home = Household("X", CITIES[0], 0, {}, people, [""])

    outcome = evaluate(make_plan(rulebook(), DAY, eligible), home)
    sentence, _law = not_eligible(["assistance/dibao"], Result(outcome, (1,), None, ()), 1)

    assert sentence == "您家人均每月 1,062 元，等于低保标准。低于 1,062 元才符合。"


@pytest.mark.django_db
def test_a_refusal_says_numbers_article_reason_and_appeal_in_this_order():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 96_000)])
    road.to_confirming()

    text = road.refuse(reason="夫妻二人都有固定工作。").reason

    lines = text.split("\n")
    assert lines[0] == "您家人均每月 4,000 元，高于低保标准 1,062 元。高出 2,938 元。"
    assert lines[1].startswith("依据《") and "第十条" in lines[1]
    assert lines[2] == "夫妻二人都有固定工作。"
    assert "60 日内，向环翠区人民政府提出" in lines[3] and "6 个月内，向环翠区人民法院提出" in lines[4]
    assert "当面问" in lines[5] or "电话" in lines[5]
    assert average(text) <= MOST
    assert not CODE.search(text.replace(lines[2], ""))
