"""Every declared matter: sound in every city, asks only what exists, and its clocks fall on the days of the worked examples."""

from datetime import date, datetime

import pytest

from anmin.console.catalogues import LOCALES, messages
from anmin.kernel.access.roles import powers
from anmin.kernel.cases.clocks import start
from anmin.kernel.cases.intake.checklist import papers_of
from anmin.kernel.cases.matters import book, matters, procedure_for
from anmin.kernel.cases.parties import APPLY
from anmin.kernel.cases.procedures import unverified
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.law.clocks import Unit, deadline, hours_later
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import load_calendar
from anmin.policy.rules import Level

CITIES = ["371002", "350203", "460105", "610602"]
DAY = date(2026, 3, 1)
ACCEPTED = date(2024, 3, 25)
CALENDAR = load_calendar()
NEVER_SHOWN = {"edge", "rigid", "orphan", "unsupported"}


@pytest.mark.parametrize("matter", book().matters)
@pytest.mark.parametrize("city", CITIES)
def test_a_matter_asks_for_what_exists_and_names_powers_that_exist(matter, city):
    found = procedure_for(matter, city, DAY)

    facts, known = rulebook().facts, powers() | {APPLY}
    for level, names in found.intake.get("form", {}).items():
        assert {facts[name].level for name in names} <= {Level(level)}, matter
    assert set(found.intake.get("sources", ())) <= set(sources())
    assert set(found.benefits) <= set(rulebook().benefits)
    assert {power for step in found.transitions for power in step.who} <= known
    assert [paper.title for paper in papers_of(found)] == [
        row["title"] for row in found.intake.get("materials", ())
    ]


@pytest.mark.parametrize("matter", book().matters)
def test_whatever_is_against_people_is_decided_by_a_person_with_a_reason(matter):
    for step in procedure_for(matter, "371002", DAY).transitions:
        if step.target in {"refused", "terminated", "stopped", "reduced", "suspended", "noticed"}:
            assert step.adverse and step.decides and step.reason and step.who, (matter, step.action)
        if step.decides and step.action != "terminate":
            assert step.other_than, (matter, step.action)


@pytest.mark.parametrize("matter", sorted(NEVER_SHOWN))
def test_children_and_recognitions_have_no_way_to_publicity(matter):
    found = procedure_for(matter, "371002", DAY)

    assert not found.publicity.get("days")
    assert not any(step.publicity == "due" or step.action == "publish" for step in found.transitions)


def test_every_kind_of_assistance_has_its_matter():
    keys = {matter.key for matter in matters("371002001001", DAY)}

    assert keys >= {
        *("dibao", "edge", "rigid", "tekun", "temp_urgent", "temp_small", "temp_expenditure", "review"),
        *("recovery", "complaint", "recheck", "orphan", "unsupported", "living_subsidy", "care_subsidy"),
        "age_allowance",
    }


@pytest.mark.parametrize(
    ("matter", "city", "limit", "causes", "due"),
    [
        ("dibao", "371002", "whole", [], date(2024, 4, 23)),
        ("dibao", "371002", "whole", ["objection"], date(2024, 5, 9)),
        ("dibao", "371002", "whole", ["hukou_elsewhere"], date(2024, 5, 15)),
        ("dibao", "610602", "whole", [], date(2024, 5, 9)),
        ("dibao", "610602", "whole", ["hard_survey"], date(2024, 5, 29)),
        ("dibao", "610602", "start_survey", [], date(2024, 3, 28)),
        ("dibao", "610602", "confirm", [], date(2024, 4, 9)),
        ("tekun", "610602", "opinion", [], date(2024, 4, 16)),
        ("tekun", "610602", "confirm", [], date(2024, 4, 16)),
        ("unsupported", "371002", "opinion", [], date(2024, 4, 16)),
    ],
)
def test_clocks_of_matters_end_on_the_days_of_the_examples(matter, city, limit, causes, due):
    """X-105 to X-109 and X-125: accepted on Monday, 25 March 2024."""
    found = procedure_for(matter, city, ACCEPTED).limit(limit)

    clock = start(limit, found.days_for(causes), found.unit, ACCEPTED, CALENDAR)

    assert clock.due == due


def test_small_quick_relief_counts_days_not_working_days():
    found = procedure_for("temp_small", "371002", date(2026, 4, 30)).limit("whole")

    assert (found.number, found.unit) == (3, Unit.CALENDAR_DAYS)
    assert deadline(date(2026, 4, 30), found.number, found.unit, CALENDAR) == date(2026, 5, 3)


def test_hours_run_through_the_night_and_dna_takes_seven_working_days():
    """X-112."""
    assert hours_later(datetime(2024, 4, 1, 9), 24) == datetime(2024, 4, 2, 9)
    assert deadline(date(2024, 4, 1), 7, Unit.WORKING_DAYS, CALENDAR) == date(2024, 4, 11)
    assert deadline(date(2024, 4, 1), 10, Unit.CALENDAR_DAYS, CALENDAR) == date(2024, 4, 11)
    assert deadline(date(2024, 4, 1), 3, Unit.MONTHS, CALENDAR) == date(2024, 7, 1)


def test_a_family_procedure_takes_over_everything_it_does_not_state():
    dibao, edge = procedure_for("dibao", "371002", DAY), procedure_for("edge", "371002", DAY)

    assert edge.step("submitted", "accept") == dibao.step("submitted", "accept")
    assert edge.step("confirming", "confirm").who == ("case.confirm_in_town", "case.confirm")
    assert edge.step("opined", "publish") is None


CITIES = {"371000": "威海", "350200": "厦门", "460100": "海口", "610600": "延安"}


@pytest.mark.parametrize("city", CITIES)
def test_every_city_pays_first_in_emergencies_within_a_limit_that_is_marked_until_it_is_verified(city):
    terms = procedure_for("temp_urgent", city, date(2026, 3, 25)).terms

    assert ("town_limit_fen" in terms) != ("town_limit_standards" in terms)
    (mark,) = [
        row for row in unverified(procedure_for("temp_urgent", city, date(2026, 3, 25))) if "先行" in row.what
    ]
    assert mark.who == f"{CITIES[city]}市民政局"


def test_limits_and_takers_are_those_of_the_place():
    """Weihai and Haikou have their towns confirm; Xiamen and Yan'an go by the national limits; all else is the same way."""
    day = date(2026, 3, 25)
    found = {city: procedure_for("dibao", city, day) for city in CITIES}

    assert [found[city].limit("whole").number for city in CITIES] == [20, 30, 20, 30]
    assert [bool(found[city].terms.get("town_confirms")) for city in CITIES] == [True, False, True, False]
    assert found["460100"].limit("opinion").days_for(["several_places"]) == 20
    assert found["371000"].limit("whole").days_for(["hukou_elsewhere"]) == 35
    for one in found.values():
        assert [(row.action, row.sources, row.target) for row in one.transitions] == [
            (row.action, row.sources, row.target) for row in found["371000"].transitions
        ]
        assert one.publicity["days"] == 7


def test_what_is_not_verified_is_said_with_who_can():
    day = date(2026, 3, 25)

    for city, name in CITIES.items():
        marks = unverified(procedure_for("dibao", city, day))
        assert marks and all(row.what and row.who for row in marks)
        assert city == "371000" or any(row.who == f"{name}市民政局" for row in marks)


def test_every_word_of_a_procedure_that_pages_show_has_english():
    known = {one.sentence for one in messages(LOCALES / "en/LC_MESSAGES/django.po")}

    shown = set()
    for matter in book().matters:
        for city in CITIES:
            found = procedure_for(matter, city, DAY)
            shown |= {found.title, *(step.title for step in found.transitions)}
            shown |= {
                words for state in found.states.values() for words in (state.title, state.plain) if words
            }
            shown |= {limit.title for limit in found.limits.values()}
            shown |= {row["title"] for row in found.intake.get("materials", ())}
    assert shown - known == set()
