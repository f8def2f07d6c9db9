"""The why view: the reasons of a refusal are the deepest conditions, and every number keeps its source."""

from datetime import date
from pathlib import Path

import pytest

from anmin.console.tryform import MOST_MEMBERS, try_form
from anmin.console.why import why
from anmin.policy.evaluate import Household, evaluate
from anmin.policy.explain import explain
from anmin.policy.facts import FactCatalogue
from anmin.policy.plan import make_plan
from anmin.policy.rates import RateBook
from anmin.policy.rulebook import Rulebook
from tests.policy import toy_rules

TOY = Path(__file__).parents[1] / "policy"
RICH = {"birth_day": 19500101, "income_year": 5_000_000}
POOR = {"birth_day": 19500101, "income_year": 300_000}


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return Rulebook.collect(
        [toy_rules], FactCatalogue.read(TOY / "toy_facts.yaml"), RateBook.read(TOY / "toy_rates.yaml")
    )


def reasons(book: Rulebook, *members: dict[str, int]):
    plan = make_plan(book, date(2025, 6, 1))
    outcome = evaluate(plan, Household("H1", "371002", 0, {"gift_year": 100_000}, list(members)))
    return why(explain(outcome, "toy_amount"), book.facts)


def test_a_refusal_names_the_condition_that_failed_and_its_numbers(book):
    found = reasons(book, RICH, POOR)

    (reason,) = found.reasons
    assert found.explanation.value == 0
    assert reason.line.name == "is_poor"
    assert "54,000.00" in reason.line.text and "1,100.00" in reason.line.text


def test_a_grant_has_no_reasons_for_refusal(book):
    found = reasons(book, POOR)

    assert found.explanation.value > 0
    assert found.reasons == ()


def test_every_line_is_numbered_in_order_and_links_to_the_lines_it_read(book):
    found = reasons(book, POOR)

    anchors = [row.anchor for row in found.lines]
    assert [row.number for row in found.lines] == list(range(1, len(anchors) + 1))
    assert len(set(anchors)) == len(anchors)
    for row in found.lines:
        assert all(anchor in anchors[: row.number - 1] for _, anchor in row.links)


def test_unverified_rates_are_named_once(book):
    found = reasons(book, POOR)

    assert [row.name for row in found.unverified] == ["toy_standard"]


def test_silence_is_kept_apart_from_what_somebody_stated(book):
    found = reasons(book, POOR)

    assert {row.name for row in found.facts} == {"birth_day", "income_year", "gift_year"}
    assert "is_away" in {row.name for row in found.silent}


def test_an_empty_form_stands_for_one_grown_up_without_circumstances(book):
    form = try_form(make_plan(book, date(2025, 6, 1)), {}, division="371002", settlement=0)

    household = form.situation()
    assert household.members[0]["birth_day"] == 19800101
    assert form.troubles == []


def test_what_was_written_comes_back_as_written_and_is_calculated(book):
    plan = make_plan(book, date(2025, 6, 1))
    form = try_form(
        plan,
        {"members": "2", "2-income_year": "3,000.5", "1-birth_day": "1950-01-01"},
        division="371002",
        settlement=1,
    )

    household = form.situation()
    assert household.members[1]["income_year"] == 300_050
    assert household.members[0]["birth_day"] == 19500101
    assert evaluate(plan, household).values["toy_members"] == 2


def test_a_field_that_cannot_be_read_is_named_and_keeps_its_text(book):
    form = try_form(
        make_plan(book, date(2025, 6, 1)), {"1-income_year": "三千"}, division="371002", settlement=0
    )

    (trouble,) = form.troubles
    assert (trouble.key, trouble.written) == ("1-income_year", "三千")
    assert trouble.trouble == "请写成元，例如 1062.5。"


def test_a_known_household_fills_the_form_and_the_form_wins(book):
    plan = make_plan(book, date(2025, 6, 1))
    given = Household("H1", "371002", 0, {"gift_year": 100_000}, [RICH, POOR])

    form = try_form(plan, {"1-income_year": "1"}, division="371002", settlement=0, given=given)

    household = form.situation()
    assert household.facts["gift_year"] == 100_000
    assert [row["income_year"] for row in household.members] == [100, 300_000]


def test_nobody_can_ask_for_a_thousand_members(book):
    form = try_form(make_plan(book, date(2025, 6, 1)), {"members": "1000"}, division="371002", settlement=0)

    assert len(form.members) == MOST_MEMBERS


def test_the_lines_that_carry_the_answer_are_told_first_and_nothing_is_left_out(book):
    found = reasons(book, POOR)

    told, rest = found.telling, found.empty
    assert sorted(row.number for row in (*told, *rest)) == [row.number for row in found.lines]
    assert found.target in told and all(
        row.line.value or row.anchor in dict.fromkeys(a for _, a in found.terms) for row in told
    )


def test_a_refusal_tells_the_noes_that_led_to_it(book):
    found = reasons(book, RICH, POOR)

    assert set(found.reasons) <= set(found.telling)


def test_what_is_stated_stands_open_in_the_form(book):
    form = try_form(
        make_plan(book, date(2025, 6, 1)),
        {"members": "1", "1-income_year": "5"},
        division="371002",
        settlement=0,
    )

    (household, member) = form.groups
    assert [one.fact.name for one in household.open] == ["gift_year"]
    assert "income_year" in {one.fact.name for one in member.open}
    assert {one.key for group in form.groups for one in (*group.open, *group.folded)} == {
        one.key for row in [form.household, *form.members] for one in row
    }
