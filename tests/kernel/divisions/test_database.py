"""Divisions in the database: the packaged rows, and an operator's changes to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.divisions import queries
from anmin.kernel.divisions.actions import (
    CodeInUse,
    DivisionHasChildren,
    DivisionNotInForce,
    NewDivision,
    end_division,
    load_divisions,
    merge_divisions,
    rename_division,
    split_division,
)
from anmin.kernel.divisions.models import Division, DivisionChange
from anmin.kernel.divisions.succession import Outcome
from anmin.lib.divisions import DivisionLevel

DAY = date(2026, 11, 1)
NEW_YEAR = date(2027, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def weihai() -> Iterator[None]:
    """Shandong to the county, Weihai to the village."""
    load_divisions(by="测试", provinces=["370000"], cities=["371000"])
    yield


def test_loading_twice_adds_nothing_and_is_recorded_once() -> None:
    first = load_divisions(by="测试", provinces=["610000"])
    second = load_divisions(by="测试", provinces=["610000"])

    assert first.divisions > 2000 and first.changes > 100
    assert (second.divisions, second.changes) == (0, 0)
    assert Act.objects.filter(act="divisions.load").count() == 1


def test_the_database_says_what_the_packaged_catalogue_says(weihai: None) -> None:
    city = queries.division_on("371000", DAY)
    counties = [row.name for row in queries.children_on("371000", DAY)]
    before_2014 = [row.name for row in queries.children_on("371000", date(2014, 1, 24))]

    assert city is not None and city.parent is not None and city.parent.name == "山东省"
    assert counties == ["环翠区", "文登区", "荣成市", "乳山市"]
    assert before_2014 == ["环翠区", "文登市", "荣成市", "乳山市"]
    assert [row.name for row in queries.path_on("371002001001", DAY)] == [
        "山东省",
        "威海市",
        "环翠区",
        "环翠楼街道",
        "东北村居委会",
    ]
    assert queries.descendants("371000", DAY, level=DivisionLevel.VILLAGE).count() == 2768
    assert not Division.objects.exclude(level=1).filter(parent__isnull=True).exists()


def test_a_tree_holds_every_town_once_however_deep(weihai: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        tree = queries.tree_on("371000", DAY)

    assert tree is not None
    towns = [town.division.code for county in tree.below for town in county.below]
    assert len(towns) == len(set(towns)) == 73
    assert all(town.below == () for county in tree.below for town in county.below)


def test_a_code_cannot_stand_twice_on_one_day(weihai: None) -> None:
    city = Division.objects.get(code="371000")

    with pytest.raises(IntegrityError, match="division_code_dated_once"), transaction.atomic():
        Division.objects.create(
            code="371002",
            name="另一个区",
            level=3,
            parent=city,
            first_day=DAY,
            first_dating="day",
            source="x",
        )
    with pytest.raises(IntegrityError, match="division_ends_after_it_begins"), transaction.atomic():
        Division.objects.create(
            code="371009",
            name="倒着的区",
            level=3,
            parent=city,
            first_day=DAY,
            last_day=date(2026, 10, 1),
            first_dating="day",
            source="x",
        )


def test_a_division_with_villages_cannot_end_and_one_without_leaves_a_trace(weihai: None) -> None:
    with pytest.raises(DivisionHasChildren, match="17 个下级"):
        end_division(by="测试", code="371002001", last_day=DAY, reason="撤销街道")

    end_division(
        by="测试", code="371002001001", last_day=DAY, reason="撤销社区", document="威环政〔2026〕9号"
    )

    assert queries.division_on("371002001001", DAY) is not None
    assert queries.division_on("371002001001", date(2026, 11, 2)) is None
    found = queries.resolution("371002001001", NEW_YEAR)
    assert found.outcome is Outcome.ENDED and found.successors == ()
    act = Act.objects.get(act="divisions.end")
    assert (act.division, act.reason, act.after["document"]) == (
        "371002001001",
        "撤销社区",
        "威环政〔2026〕9号",
    )
    assert DivisionChange.objects.get(old_code="371002001001").day == date(2026, 11, 2)


def test_a_renamed_town_keeps_its_code_its_villages_and_its_old_name_before_the_day(weihai: None) -> None:
    rename_division(by="测试", code="371002100", name="张村街道", first_day=NEW_YEAR, reason="撤镇设街道")

    assert queries.name_of("371002100", date(2026, 12, 31)) == "张村镇"
    assert queries.name_of("371002100", NEW_YEAR) == "张村街道"
    assert queries.children_on("371002100", NEW_YEAR).count() > 10
    assert queries.resolution("371002100", NEW_YEAR, written=DAY).place.name == "张村街道"


def test_merged_towns_take_their_villages_along_and_old_codes_lead_to_the_new(weihai: None) -> None:
    old = queries.children_on("371002002", DAY)
    recode = {row.code: f"3710020015{n:02}" for n, row in enumerate(old)}
    incomplete = dict(list(recode.items())[1:])

    with pytest.raises(DivisionHasChildren, match="没有给出新代码"):
        _merge(incomplete)
    assert queries.division_on("371002002", NEW_YEAR) is not None
    _merge(recode)

    assert queries.division_on("371002002", NEW_YEAR) is None
    assert queries.division_on("371002002", date(2026, 12, 31)) is not None
    assert queries.children_on("371002001", NEW_YEAR).count() == 17 + len(recode)
    assert queries.resolution("371002002", NEW_YEAR).place.code == "371002001"
    first = min(recode)
    assert queries.resolution(first, NEW_YEAR).place.code == recode[first]
    assert queries.resolution(first, date(2026, 12, 31)).outcome is Outcome.IN_FORCE
    assert Act.objects.filter(act="divisions.merge").count() == 1


def _merge(recode: dict[str, str]) -> None:
    merge_divisions(
        by="测试",
        codes=["371002002"],
        into=NewDivision("371002001", "环翠楼街道"),
        first_day=NEW_YEAR,
        recode=recode,
        reason="街道合并",
    )


def test_a_county_merged_whole_carries_towns_and_villages_to_new_codes(weihai: None) -> None:
    towns = queries.children_on("371083", DAY)
    recode = {row.code: "371084" + row.code[6:] for row in towns}
    villages = queries.descendants("371083", DAY, level=DivisionLevel.VILLAGE).count()

    merge_divisions(
        by="测试",
        codes=["371083"],
        into=NewDivision("371084", "乳山新区"),
        first_day=NEW_YEAR,
        recode=recode,
        reason="撤市设区",
    )

    assert queries.descendants("371084", NEW_YEAR, level=DivisionLevel.VILLAGE).count() == villages
    assert not queries.descendants("371083", NEW_YEAR).exists()
    assert queries.descendants("371083", DAY, level=DivisionLevel.VILLAGE).count() == villages
    new_village = queries.descendants("371084", NEW_YEAR, level=DivisionLevel.VILLAGE)[0]
    assert [row.code for row in queries.path_on(new_village.code, NEW_YEAR)][2] == "371084"


def test_a_split_without_a_main_successor_asks_for_a_person(weihai: None) -> None:
    villages = [row.code for row in queries.children_on("371002003", DAY)]
    recode = {code: f"37100205{n % 2}{code[9:]}" for n, code in enumerate(villages)}

    split_division(
        by="测试",
        code="371002003",
        into=[NewDivision("371002050", "竹岛东街道"), NewDivision("371002051", "竹岛西街道")],
        first_day=NEW_YEAR,
        recode=recode,
        reason="析置",
    )

    found = queries.resolution("371002003", NEW_YEAR)
    assert found.outcome is Outcome.SPLIT
    assert {place.name for place in found.successors} == {"竹岛东街道", "竹岛西街道"}
    with pytest.raises(LookupError, match="人工选择"):
        _ = found.place
    assert queries.resolution(villages[0], NEW_YEAR).place.code == recode[villages[0]]


def test_a_town_that_gives_up_a_part_goes_on_under_its_code(weihai: None) -> None:
    villages = [row.code for row in queries.children_on("371002101", DAY)]
    moved = {code: "371002052" + code[9:] for code in villages[:3]}

    split_division(
        by="测试",
        code="371002101",
        into=[NewDivision("371002101", "羊亭镇"), NewDivision("371002052", "羊亭北街道")],
        first_day=NEW_YEAR,
        recode=moved,
        reason="析置",
    )

    assert queries.resolution("371002101", NEW_YEAR).place.name == "羊亭镇"
    since_written = queries.resolution("371002101", NEW_YEAR, written=DAY)
    assert [place.name for place in since_written.parts] == ["羊亭北街道"]
    assert queries.children_on("371002052", NEW_YEAR).count() == 3


def test_a_change_of_what_is_not_there_or_to_a_code_in_use_is_refused_and_changes_nothing(
    weihai: None,
) -> None:
    before = Division.objects.count()

    with pytest.raises(DivisionNotInForce, match="371099"):
        rename_division(by="测试", code="371099", name="无", first_day=NEW_YEAR, reason="误")
    with pytest.raises(CodeInUse, match="荣成市"):
        merge_divisions(
            by="测试",
            codes=["371083"],
            into=NewDivision("371082", "别的名字"),
            first_day=NEW_YEAR,
            recode={},
            reason="误",
        )

    assert Division.objects.count() == before
    assert not Act.objects.filter(act__in=["divisions.rename", "divisions.merge"]).exists()


def test_an_operators_change_survives_loading_again(weihai: None) -> None:
    rename_division(by="测试", code="371003400", name="开发区", first_day=date(2026, 7, 1), reason="更名")
    end_division(by="测试", code="371002001001", last_day=date(2026, 6, 30), reason="撤销社区")

    again = load_divisions(by="测试", provinces=["370000"], cities=["371000"])

    assert again.divisions == 0
    assert queries.name_of("371003400", DAY) == "开发区"
    assert queries.division_on("371002001001", DAY) is None


def test_old_codes_resolve_in_the_database_as_in_the_catalogue(weihai: None) -> None:
    found = queries.resolution("372132", DAY)

    assert found.place.name == "文登区"
    assert [place.name for place in found.parts] == ["环翠区"]
    assert [change.day.year for change in found.chain] == [1983, 1987, 1988, 1995, 2014, 2014]
    with pytest.raises(LookupError, match="371000 威海市"):
        queries.resolution("371077", DAY)
