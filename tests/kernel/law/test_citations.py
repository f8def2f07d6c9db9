"""Every citation resolves, to an instrument that was in force when the rule was."""

from datetime import date, datetime

import pytest

from anmin.kernel.law.citations import UnknownCitation, instruments, resolve
from anmin.kernel.law.clocks import Unit, deadline, hours_later, last_day_of_publicity
from anmin.kernel.screening.rulebooks import rulebook
from anmin.lib.calendar import load_calendar

RULES = [rule for versions in rulebook().versions.values() for rule in versions]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.since}")
def test_the_law_of_every_rule_resolves(rule):
    for citation in resolve(rule.law):
        assert citation.instrument.title


def test_the_law_of_every_rate_resolves():
    for entries in rulebook().rates.entries.values():
        for entry in entries:
            assert resolve(entry.law), entry


def test_no_rule_begins_before_the_instrument_it_rests_on():
    for rule in RULES:
        assert any(citation.instrument.in_force(rule.since) for citation in resolve(rule.law)), rule.where


def test_no_verified_rate_begins_before_the_instrument_it_rests_on():
    for entries in rulebook().rates.entries.values():
        for entry in entries:
            if entry.verified:
                first = min(citation.instrument.first_day for citation in resolve(entry.law))
                assert first <= entry.first_day, (entry.rate, entry.division, entry.first_day)


def test_a_citation_reads_as_a_letter_would_write_it():
    (found,) = resolve("民发〔2021〕57号 §8")

    assert found.in_words == "《最低生活保障审核确认办法》（民发〔2021〕57号）第八条"
    assert str(found) == "民发〔2021〕57号 §8"
    assert found.verified


def test_an_article_whose_number_was_not_seen_is_marked():
    (found,) = resolve("民发〔2021〕57号 §10")

    assert not found.verified


@pytest.mark.parametrize("text", ["民发〔2021〕99号 §1", "民发〔2021〕57号 §999", "", "§3"])
def test_an_unknown_citation_is_refused(text):
    with pytest.raises(UnknownCitation):
        resolve(text)


def test_several_citations_resolve_one_by_one():
    assert [citation.article.number for citation in resolve("民发〔2021〕57号 §7；民法典 §17")] == ["7", "17"]


def test_instruments_are_known_by_number_and_by_key():
    assert instruments()["民发〔2021〕43号"] is instruments()["特困人员认定办法"]


def test_statutory_clocks():
    calendar = load_calendar()
    accepted = date(2024, 3, 25)

    assert deadline(accepted, 20, Unit.WORKING_DAYS, calendar) == date(2024, 4, 23)
    assert deadline(accepted, 3, Unit.CALENDAR_DAYS, calendar) == date(2024, 3, 28)
    assert deadline(date(2024, 4, 1), 3, Unit.MONTHS, calendar) == date(2024, 7, 1)
    assert last_day_of_publicity(date(2024, 4, 8), 7) == date(2024, 4, 14)
    assert hours_later(datetime(2024, 4, 1, 9), 24) == datetime(2024, 4, 2, 9)
