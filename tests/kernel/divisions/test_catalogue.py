"""The packaged divisions: looking up, listing, naming."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest

from anmin.kernel.divisions.catalogue import Catalogue, UnknownDivision
from anmin.kernel.divisions.records import RECORDS_BEGIN, Dating
from anmin.lib.divisions import DivisionLevel, parent_of

PILOTS = {"371000": (73, 2768), "350200": (54, 555), "460100": (46, 467), "610600": (118, 1959)}
"""Prefecture → towns (with the farms and zones of the statistics) and villages."""


@pytest.fixture
def places() -> Catalogue:
    return Catalogue.load()


def test_the_whole_country_is_there_to_the_county(places: Catalogue) -> None:
    assert len(places.children()) == 34
    assert len(places.counties_of("000000")) == 2847
    assert places.path_name("110101") == "北京市东城区"
    assert places.path_name("429004") == "湖北省仙桃市"
    assert places.path_name("659001", separator=" ") == "新疆维吾尔自治区 石河子市"


@pytest.mark.parametrize("city", PILOTS)
def test_a_pilot_city_is_there_to_the_village(places: Catalogue, city: str) -> None:
    towns = places.towns_of(city)
    villages = [village for town in towns for village in places.villages_of(town.code)]

    assert (len(towns), len(villages)) == PILOTS[city]
    assert len({village.code for village in villages}) == len(villages)
    for village in villages:
        line = places.path(village.code)
        assert [place.level for place in line] == list(DivisionLevel)[1:]
        assert line[-2].code == parent_of(village.code)


def test_villages_know_their_kind_but_not_their_urban_class(places: Catalogue) -> None:
    street = places.lookup("371002001001")
    village = next(v for v in places.villages_of("610602103") if v.name.endswith("村委会"))

    assert street.committee == "居民委员会"
    assert village.committee == "村民委员会"
    assert street.urban_rural is None and places.lookup("371002").committee is None


def test_a_prefecture_without_counties_has_its_towns_directly_below(places: Catalogue) -> None:
    towns = places.children("441900")

    assert "东城街道" in {town.name for town in towns}
    assert places.path_name(towns[0].code) == "广东省东莞市" + towns[0].name


def test_lists_are_of_the_day_asked_for(places: Catalogue) -> None:
    names = [place.name for place in places.children("371000", on=date(2013, 6, 1))]
    haikou = [place.name for place in places.children("460100", on=date(1995, 6, 1))]

    assert names == ["环翠区", "文登市", "荣成市", "乳山市"]
    assert haikou == ["振东区", "新华区", "秀英区"]
    assert places.lookup("610626", on=date(2004, 6, 1)).name == "吴旗县"
    assert places.lookup("610626").name == "吴起县"
    assert places.path_name("420600", on=date(2005, 1, 1)) == "湖北省襄樊市"


@pytest.mark.parametrize(
    ("code", "nearest", "said"),
    [
        ("371099", "371000", "请核对代码"),
        ("371002999", "371002", "请核对代码"),
        ("371002001999", "371002001", "请核对代码"),
        ("371081", "371000", "文登市 1995–2014"),
        ("999999", None, "没有找到任何上级区划"),
    ],
)
def test_an_unknown_code_names_the_nearest_division_above_it(
    places: Catalogue, code: str, nearest: str | None, said: str
) -> None:
    with pytest.raises(UnknownDivision, match=said) as caught:
        places.lookup(code)

    assert (caught.value.nearest.code if caught.value.nearest else None) == nearest
    assert not places.knows(code)


@pytest.mark.parametrize("code", ["", "37", "3710", "abc", "37100２", "3710020", "371002001", "110000"])
def test_knowing_a_code_is_never_an_error(places: Catalogue, code: str) -> None:
    assert places.knows(code) is (code in {"37", "3710", "371002001", "110000"})


def test_outside_the_village_list_a_village_is_known_by_its_town(places: Catalogue) -> None:
    town = places.towns_of("370602")[0]

    assert places.knows(town.code + "001")
    assert not places.knows("370602999001")
    assert places.villages_of(town.code) == ()


def test_statistical_codes_lead_to_the_official_town_even_where_the_number_means_another(
    places: Catalogue,
) -> None:
    assert places.statistical("371082001").name == "宁津街道"
    assert places.lookup("371082001").name == "港湾街道"
    assert places.path_name(places.statistical("371071004").code) == "山东省威海市环翠区怡园街道"
    assert places.statistical("610602005").name == "桥沟街道"
    village = next(v for v in places.villages_of("371002008") if v.statistical_code)
    assert places.statistical(village.statistical_code or "").code == village.code


def test_units_that_only_statistics_know_are_marked_and_a_later_town_is_dated(places: Catalogue) -> None:
    farm = places.lookup("460108500")
    new = places.lookup("610602007")

    assert not farm.official and places.lookup("371002001").official
    assert (new.name, new.first_dating, new.first_day) == ("肤施街道", Dating.ATTESTED, date(2026, 9, 11))
    assert places.find("610602007", on=date(2024, 1, 1)) is None


def test_a_town_is_not_older_than_the_code_of_its_county(places: Catalogue) -> None:
    assert places.find("371003100", on=date(2014, 1, 24)) is None
    assert places.find("371003100", on=date(2014, 1, 25)) is not None
    assert places.find("350205001", on=date(1999, 1, 1)) is not None
    assert places.lookup("350203001").first_day == RECORDS_BEGIN


def test_nothing_below_the_county_is_read_before_it_is_asked_for() -> None:
    program = """
import json, sys
import anmin.kernel.divisions.readers as readers
opened = []
real = readers._rows, readers._towns_text
readers._rows = lambda name: opened.append(name) or real[0](name)
readers._towns_text = lambda: opened.append("towns") or real[1]()
from anmin.kernel.divisions.catalogue import Catalogue
places = Catalogue.load()
places.path_name("371002"); places.children("370000")
before = list(opened)
places.resolve("371081"); places.towns_of("371002"); places.villages_of("371002001")
print(json.dumps([before, opened, "django" in sys.modules]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    before, after, django = json.loads(done.stdout)
    assert before == ["counties.csv"]
    assert set(after) == {"counties.csv", "changes.csv", "towns", "villages/3710.csv"}
    assert django is False
