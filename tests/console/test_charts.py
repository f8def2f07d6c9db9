"""Charts: what is drawn equals the values, and the text of a chart is safe and script-free."""

from datetime import date
from xml.etree import ElementTree

from anmin.console.charts.bars import Fall, bar, stacked, waterfall
from anmin.console.charts.lines import income_chart
from anmin.console.charts.maps import District, district_map, diverging, ramp, sequential
from anmin.console.charts.scales import quantile_classes, ticks
from anmin.console.charts.steps import Series, Step, step_chart
from anmin.console.charts.svg import Svg, element, picture
from anmin.kernel.divisions.maps import Area, Map

WEST = Area("1", "甲区", "M0 0L200 0L200 240L0 240Z", (100, 120), 219.0, "ramp-0")
EAST = Area("2", "乙区", "M200 0L400 0L400 240L200 240Z", (300, 120), 219.0, "ramp-5")
ISLAND = Area("3", "丙岛", "M410 0L415 0L415 5Z", (412, 2), 5.0, None)
BOARD = Map("0", 420, 240, (WEST, EAST, ISLAND), "", "来源", None)
DISTRICTS = {"1": District("甲区", "3 户", "/places/1/"), "2": District("乙区", "9 户", "/places/2/")}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def with_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [one for one in parsed(svg).iter() if name in one.get("class", "").split()]


def test_text_and_attributes_are_escaped():
    svg = element("text", "<script>&", class_='a"b')

    assert svg == '<text class="a&quot;b">&lt;script&gt;&amp;</text>'
    assert isinstance(svg, Svg) and svg.__html__() is svg


def test_no_chart_carries_inline_style_or_script():
    drawn = [
        district_map(BOARD, DISTRICTS, label="图"),
        bar(1, 2),
        waterfall([Fall("现行", 10, True), Fall("变化", 2)], label="图", shown=str, cut_word="截断"),
        income_chart(
            [(0, 5), (10, 0)], [(0, 6), (10, 0)], [(0, 6)], label="图", shown=str, cliff_word="悬崖"
        ),
    ]

    assert not any("style=" in svg or "<script" in svg or " on" in svg.replace(" on-", "") for svg in drawn)


def test_ticks_are_round_and_enclose_the_values():
    assert ticks(0, 1062, 4) == [0, 500, 1000, 1500]
    assert ticks(0, 0) == [0, 1]


def test_classes_hold_about_equally_many_places():
    classes = quantile_classes(range(1, 11))

    assert classes.limits == (2, 4, 6, 8, 10)
    assert [classes.of(value) for value in (1, 2, 3, 10, 99)] == [0, 0, 1, 4, 4]


def test_few_different_values_give_few_classes():
    assert quantile_classes([7, 7, 7]).limits == (7,)
    assert quantile_classes([]).limits == (0,)


def test_a_map_has_a_link_with_name_and_value_for_each_district():
    svg = district_map(BOARD, DISTRICTS, label="两区地图")

    links = [one for one in parsed(svg).iter() if one.tag.endswith("}a")]
    assert [(one.get("href"), one.get("aria-label")) for one in links] == [
        ("/places/1/", "甲区：3 户"),
        ("/places/2/", "乙区：9 户"),
    ]
    assert with_class(svg, "ramp-0") and with_class(svg, "ramp-5")
    assert parsed(svg).get("aria-label") == "两区地图"


def test_a_district_without_a_figure_is_hatched_and_not_nought():
    svg = district_map(BOARD, DISTRICTS, label="图", key="here")

    (hatched,) = with_class(svg, "no-data")
    assert hatched.get("fill") == "url(#here-hatch)"
    assert len(with_class(svg, "district")) == 3


def test_only_districts_with_room_bear_their_name():
    svg = district_map(BOARD, DISTRICTS, label="图")

    assert [one.text for one in with_class(svg, "district-name")] == ["甲区", "乙区"]


def test_little_is_light_and_much_is_dark_whatever_the_number_of_classes():
    values = {"1": 1, "2": 5, "3": 9}

    assert sequential(values, quantile_classes(values.values())) == {
        "1": "ramp-0",
        "2": "ramp-2",
        "3": "ramp-5",
    }
    assert ramp(0, 1) == "ramp-2"


def test_gains_and_losses_have_different_colours_and_nothing_is_grey():
    assert diverging({"1": 10, "2": 4, "3": 0, "4": -4, "5": -10}) == {
        "1": "gain-2",
        "2": "gain-1",
        "3": "change-none",
        "4": "loss-1",
        "5": "loss-2",
    }


def test_a_bar_is_as_long_as_its_share_and_never_invisible():
    def length(svg: str) -> str:
        return with_class(svg, "bar-value")[0].get("width")

    assert length(bar(50, 200)) == "250"
    assert length(bar(200, 200)) == "1000"
    assert length(bar(0, 200)) == "0"
    assert length(bar(1, 10_000_000)) == "2"
    assert length(bar(5, 0)) == "2"


def test_a_stacked_bar_fills_the_whole_width_without_gaps():
    parts = [
        one for one in parsed(stacked([("a", 1), ("b", 1), ("c", 1)])).iter() if one.tag.endswith("rect")
    ]

    assert [one.get("x") for one in parts] == ["0", "333", "666"]
    assert sum(int(one.get("width")) for one in parts) == 1000


def test_a_rate_through_time_dashes_what_is_not_verified():
    steps = [
        Step(date(2024, 1, 1), date(2024, 12, 31), 100_000),
        Step(date(2025, 1, 1), None, 106_200, verified=False),
    ]
    svg = step_chart(
        [Series("城镇", steps)], until=date(2026, 1, 1), label="标准", shown=lambda fen: str(fen // 100)
    )

    assert len(with_class(svg, "unverified")) == 1
    levels = {one.get("y1") for one in with_class(svg, "series") if one.get("y1") == one.get("y2")}
    assert len(levels) == 2
    assert {one.text for one in with_class(svg, "point")} == {"1000", "1062"}


def test_a_gap_between_two_values_is_not_bridged():
    steps = [Step(date(2024, 1, 1), date(2024, 5, 31), 5), Step(date(2025, 1, 1), None, 9)]
    svg = step_chart([Series("", steps)], until=date(2025, 12, 31), label="标准", shown=str)

    upright = [
        one
        for one in with_class(svg, "series")
        if one.tag.endswith("line") and one.get("x1") == one.get("x2")
    ]
    assert upright == []


def test_a_waterfall_ends_where_the_changes_lead():
    falls = [Fall("现行", 1000, True), Fall("变多", 300), Fall("变少", -100), Fall("方案", 1200, True)]
    svg = waterfall(falls, label="预算", shown=str, cut_word="截断")

    first, more, less, last = with_class(svg, "fall")
    assert float(less.get("y")) + float(less.get("height")) == float(last.get("y"))
    assert float(more.get("y")) < float(first.get("y"))
    assert not with_class(svg, "cut")


def test_a_cut_axis_says_so():
    falls = [Fall("现行", 1_000_000, True), Fall("变多", 300), Fall("方案", 1_000_300, True)]
    svg = waterfall(falls, label="预算", shown=str, cut_word="纵轴不从 0 开始")

    assert [one.text for one in with_class(svg, "cut")] == ["纵轴不从 0 开始"]


def test_each_cliff_is_marked_with_the_income_at_which_it_stands():
    before, after = [(0, 100), (100, 90), (200, 0)], [(0, 120), (100, 110), (200, 0)]
    svg = income_chart(before, after, [(100, 110)], label="图", shown=str, cliff_word="悬崖")

    assert len(with_class(svg, "cliff")) == 1
    assert [one.text for one in with_class(svg, "cliff-word")] == ["悬崖 100"]


def test_a_picture_is_readable_by_those_who_do_not_see_it():
    assert parsed(picture(width=10, height=10, label="名称")).get("aria-label") == "名称"
