"""Old codes: what became of them, by when, and where a person must decide."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anmin.kernel.divisions.catalogue import Catalogue, UnknownDivision
from anmin.kernel.divisions.records import ChangeKind, Dating, Extent
from anmin.kernel.divisions.succession import NoSingleSuccessor, Outcome

TODAY = date(2026, 11, 24)
ENDED = [place for place in Catalogue.load().all_counties() if place.last_day]


@pytest.fixture
def places() -> Catalogue:
    return Catalogue.load()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("371081", "371003", "文登区"),  # 文登市, 2014
        ("372132", "371003", "文登区"),  # 文登县 of 1980, five codes ago
        ("379012", "371082", "荣成市"),
        ("610624", "610603", "安塞区"),  # 安塞县, 2016
        ("610623", "610681", "子长市"),  # 子长县, 2019
        ("612623", "610681", "子长市"),
        ("612601", "610602", "宝塔区"),  # the city of Yan'an before it became a prefecture, 1996
        ("350202", "350203", "思明区"),  # 鼓浪屿区, 2003
        ("350204", "350203", "思明区"),  # 开元区, 2003
        ("350221", "350212", "同安区"),
        ("460103", "460106", "龙华区"),  # 新华区, 2002
        ("460104", "460105", "秀英区"),
        ("442121", "460107", "琼山区"),  # 琼山县 when Hainan was part of Guangdong
        ("320882", "320803", "淮安区"),
        ("110103", "110101", "东城区"),
    ],
)
def test_an_old_code_leads_to_todays_division(places: Catalogue, old: str, new: str, name: str) -> None:
    found = places.resolve(old, on=TODAY)

    assert found.outcome is Outcome.SUCCEEDED
    assert (found.place.code, found.place.name) == (new, name)
    assert found.chain[0].old == old and found.chain[-1].day <= TODAY
    assert all(a.day <= b.day for a, b in zip(found.chain, found.chain[1:], strict=False))


def test_a_code_that_stays_needs_no_chain(places: Catalogue) -> None:
    found = places.resolve("371002", on=TODAY)

    assert (found.outcome, found.place.name, found.chain) == (Outcome.IN_FORCE, "环翠区", ())


def test_the_day_decides_to_the_day_where_the_approval_is_known(places: Catalogue) -> None:
    eve = places.resolve("371081", on=date(2014, 1, 24))
    day = places.resolve("371081", on=date(2014, 1, 25))

    assert (eve.outcome, eve.place.name) == (Outcome.IN_FORCE, "文登市")
    assert (day.outcome, day.place.name) == (Outcome.SUCCEEDED, "文登区")
    assert day.certain and day.chain[0].document == "国函〔2014〕13号"


def test_within_a_year_of_which_only_the_year_is_known_the_answer_is_uncertain(places: Catalogue) -> None:
    during = places.resolve("610623", on=date(2019, 7, 1))

    assert (during.place.name, during.certain) == ("子长县", False)
    assert places.resolve("610623", on=date(2018, 12, 31)).certain
    after = places.resolve("610623", on=date(2020, 1, 1))
    assert (after.place.name, after.certain) == ("子长市", True)
    assert after.chain[0].dating is Dating.YEAR and after.chain[0].document == "民函〔2019〕73号"


def test_parts_that_went_elsewhere_are_told_beside_the_main_successor(places: Catalogue) -> None:
    wendeng = places.resolve("371081", on=TODAY)
    qiongshan = places.resolve("460004", on=TODAY)

    assert [place.name for place in wendeng.successors] == ["文登区", "环翠区"]
    assert [place.name for place in wendeng.parts] == ["环翠区"]
    assert qiongshan.place.name == "琼山区"
    assert {place.name for place in qiongshan.parts} == {"秀英区", "龙华区", "美兰区"}


def test_a_split_gives_all_successors_and_refuses_to_choose(places: Catalogue) -> None:
    found = places.resolve("510902", on=TODAY)

    assert found.outcome is Outcome.SPLIT
    assert {place.name for place in found.successors} == {"船山区", "安居区"}
    assert {change.extent for change in found.chain} == {Extent.MAIN}
    with pytest.raises(NoSingleSuccessor, match="人工选择"):
        _ = found.place


def test_a_code_without_recorded_successor_says_so(places: Catalogue) -> None:
    found = places.resolve("130103", on=TODAY)

    assert (found.outcome, found.successors) == (Outcome.ENDED, ())
    with pytest.raises(NoSingleSuccessor, match="没有记录去向"):
        _ = found.place


def test_a_number_given_twice_is_told_apart_by_the_day_it_was_written(places: Catalogue) -> None:
    assert places.resolve("379006", on=TODAY).place.name == "胶州市"
    assert places.resolve("379006", on=TODAY, written=date(1986, 12, 31)).place.name == "环翠区"
    assert places.resolve("350205", on=TODAY, written=date(1999, 1, 1)).chain[-1].kind in {
        ChangeKind.RENAMED,
        ChangeKind.TRANSFERRED,
    }


def test_a_place_that_lost_territory_since_the_code_was_written_names_where_it_went(
    places: Catalogue,
) -> None:
    now = places.resolve("330110", on=TODAY)
    then = places.resolve("330110", on=TODAY, written=date(2019, 5, 1))
    later = places.resolve("330110", on=TODAY, written=date(2022, 5, 1))

    assert now.successors == later.successors == (places.lookup("330110"),)
    assert [place.name for place in then.successors] == ["余杭区", "临平区"]
    assert then.place.name == "余杭区"


def test_a_code_that_is_not_yet_tells_what_stood_in_its_place(places: Catalogue) -> None:
    found = places.resolve("371003", on=date(2010, 1, 1))

    assert found.outcome is Outcome.NOT_YET
    assert (found.place.code, found.place.name) == ("371081", "文登市")


def test_a_code_that_never_was_is_refused_with_the_nearest_division(places: Catalogue) -> None:
    with pytest.raises(UnknownDivision, match="371000 威海市"):
        places.resolve("371077", on=TODAY)


def test_nearly_every_ended_code_has_exactly_one_main_successor_today(places: Catalogue) -> None:
    outcomes = [
        places.resolve(place.code, on=TODAY, written=_safe_day(place.first_day, place.last_day)).outcome
        for place in ENDED
    ]

    assert len(outcomes) == 4442
    assert outcomes.count(Outcome.ENDED) == 162
    assert outcomes.count(Outcome.SPLIT) == 1


@given(st.sampled_from(ENDED), st.dates(date(1981, 1, 1), TODAY))
@settings(max_examples=400, deadline=None)
def test_what_is_found_was_in_force_on_the_day_and_every_step_was_before_it(place, on: date) -> None:
    found = Catalogue.load().resolve(place.code, on=on)

    assert all(successor.in_force(on) for successor in found.successors)
    assert set(found.parts) <= set(found.successors)
    if found.outcome is not Outcome.NOT_YET:
        assert all(change.day <= on for change in found.chain)
    if found.outcome is Outcome.IN_FORCE:
        assert found.place.code == place.code
    if found.outcome in {Outcome.SUCCEEDED, Outcome.IN_FORCE}:
        assert found.place in found.successors


def test_no_code_stands_for_two_divisions_on_one_day(places: Catalogue) -> None:
    for code in {place.code for place in places.all_counties()}:
        spans = places.spans(code)
        for earlier, later in zip(spans, spans[1:], strict=False):
            assert earlier.last_day is not None and earlier.last_day < later.first_day, code


def test_every_change_names_divisions_that_were_there(places: Catalogue) -> None:
    for change in places.changes:
        if change.old:
            names = {place.name for place in places.spans(change.old) if place.first_day < change.day}
            assert change.old_name in names, change
        if change.new:
            names = {p.name for p in places.spans(change.new) if not p.last_day or p.last_day >= change.day}
            assert change.new_name in names, change


def _safe_day(first_day: date, last_day: date | None) -> date:
    """A day on which the division was certainly there: the end of a year book."""
    assert last_day is not None
    return max(
        first_day, min(last_day, date(last_day.year - 1, 12, 31)) if last_day > first_day else first_day
    )


def test_the_last_day_of_a_year_dated_span_is_the_eve_of_the_next_book(places: Catalogue) -> None:
    old, new = places.spans("610626")

    assert new.first_day - timedelta(days=1) == old.last_day
    assert new.first_day == date(2005, 12, 31)
