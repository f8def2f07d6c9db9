"""From a figure to its list, from a list to a household, from a household to every reason behind the number."""

import json
import re
from urllib.parse import quote

import pytest

from tests.journeys.conftest import COUNTY_CLERK, PHONE

NUMBER = re.compile(r"[\d,]+")


def number(text: str) -> int:
    found = NUMBER.search(text)
    assert found, text
    return int(found[0].replace(",", ""))


def money(text: str) -> int:
    """Fen from what a page writes."""
    yuan = re.search(r"−?[\d,]+(\.\d\d)?", text)[0].replace(",", "").replace("−", "-")
    whole, _, rest = yuan.partition(".")
    return int(whole) * 100 + int((rest or "0").ljust(2, "0")) * (-1 if yuan.startswith("-") else 1)


def total_of_list(page) -> int:
    return number(page.locator(".facts dd b").first.inner_text())


def test_every_figure_equals_the_list_it_opens(desk):
    page = desk.open("/")
    figures = [
        (link.get_attribute("href"), number(link.locator(".big").inner_text()))
        for link in page.locator("a.figure[href*='households']").all()
    ]
    matters = [
        (row.locator("a").get_attribute("href"), number(row.locator("td b").inner_text()))
        for row in page.locator("[aria-labelledby=look-at] tr").all()
        if "households" in (row.locator("a").get_attribute("href") or "")
    ]
    cells = [
        (link.get_attribute("href"), number(link.inner_text()))
        for link in page.locator("#table td a[href*='households']").all()
    ]

    assert len(figures) == 5 and len(matters) >= 2 and len(cells) >= 20
    for href, value in [*figures, *matters, *cells]:
        assert total_of_list(desk.open(href)) == value, href


def test_the_rows_of_the_table_add_up_to_the_total(desk):
    page = desk.open("/")

    rows = page.locator("#table tbody tr").all()
    for column in range(1, 10):
        if column == 7:  # money in ten thousand yuan, rounded for each row
            continue
        total = number(page.locator("#table tfoot td").nth(column - 1).inner_text())
        assert sum(number(row.locator("td").nth(column - 1).inner_text()) for row in rows) == total


def test_the_budget_of_a_month_is_the_sum_of_its_benefits_and_of_the_list(desk):
    page = desk.open("/")
    parts = [money(text) for text in page.locator("#budget tr:not(.result) td").all_inner_texts()]
    total = money(page.locator("#budget tr.result td").inner_text())

    listed = money(desk.open("/households/").locator(".facts div").nth(1).inner_text().split("\n")[-1])

    assert sum(parts) == total == listed


def test_the_map_the_bars_and_the_table_say_the_same(desk):
    page = desk.open("/?show=missed")

    said = dict(
        link.get_attribute("aria-label").split("：") for link in page.locator(".only-wide .map a").all()
    )
    bars = {
        row.locator("a").inner_text(): row.locator(".amount").inner_text()
        for row in page.locator(".ranked li").all()
    }
    table = {
        row.locator("th").inner_text(): row.locator("[data-name=应保未保]").inner_text()
        for row in page.locator("#table tbody tr").all()
    }
    assert len(said) >= 4 and said == bars
    assert {place: number(text) for place, text in said.items()} == {
        place: number(text) for place, text in table.items()
    }
    assert "审图号" in page.locator("figure").first.inner_text()


def test_a_county_opens_into_its_towns_and_the_sums_stay(desk):
    page = desk.open("/")
    before = number(page.locator("#table tbody tr").first.locator("td").nth(1).inner_text())

    page.locator(".only-wide .map a").first.click()
    page.wait_for_url("**/places/371002/**")

    assert page.locator(".crumbs").inner_text().startswith("威海市")
    assert number(page.locator("a.figure .big").first.inner_text()) == before
    assert "用条形图代替地图" in page.locator("main").inner_text()
    assert page.locator("#table tbody tr").count() > 10


def test_the_planted_household_is_found_by_its_number_and_explained(desk):
    page = desk.open("/")

    page.get_by_label("按户编号查找").fill("q000000002")
    page.keyboard.press("Enter")
    page.wait_for_url("**/households/Q000000002/")

    assert page.locator("h1").inner_text() == "Q000000002 户"
    assert page.locator("#answer").inner_text().startswith("每月 1,153.33 元")
    assert page.locator(".tag-amber", has_text="应保未保").count() == 1
    # Two members with a third of the rural standard of 865 yuan: two thirds are topped up.
    assert money(page.locator("section[aria-labelledby=arithmetic] .result td").inner_text()) == 115_333


def test_every_line_has_its_law_its_day_and_links_to_what_it_read(desk):
    page = desk.open("/households/Q000000001/")

    lines = page.locator(".why-line")
    assert lines.count() >= 20
    for row in lines.all():
        ground = (
            row.locator(".from").inner_text(timeout=1000)
            if row.is_visible()
            else row.locator(".from").text_content()
        )
        assert re.search(r"\d{4}-\d\d-\d\d 起有效", ground)
        assert len(ground.split(" ")[0].strip()) > 1
    for link in page.locator(".sums a[href^='#line']").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_a_link_to_a_folded_line_unfolds_it(desk):
    page = desk.open("/households/Q000000001/")
    folded = page.locator("details .why-line").first

    assert not folded.is_visible()
    page.evaluate("id => { location.hash = id }", folded.get_attribute("id"))

    folded.wait_for(state="visible")


def test_what_was_stored_comes_out_again(desk):
    for household in ("Q000000001", "W000000001", "Q000000004"):
        page = desk.open(f"/households/{household}/")
        page.get_by_role("link", name="重新算一遍").click()
        page.wait_for_url("**replay=1**")
        assert page.locator("#replay").inner_text().startswith("✓ 一致。"), household


def test_a_refusal_gives_the_value_the_limit_and_the_difference(desk):
    page = desk.open("/households/W000000002/")

    assert "在保但测算不符" in page.locator(".answer").first.inner_text()
    assert "最低生活保障金：不符合条件" in page.locator("#why").inner_text()
    words = page.locator("#why .because").first.inner_text()
    value, limit, difference = [money(part) for part in words.split("，")]
    assert value - limit == difference > 0


def test_the_page_and_its_json_say_the_same(desk):
    page = desk.open("/households/Q000000003/")
    shown = page.locator(".why-line .value").all_text_contents()

    href = page.get_by_role("link", name="JSON").get_attribute("href")
    asked = desk.page.request.get(desk.address + href)
    assert "离开屏幕的内容要写明用途" in asked.text()
    apart = "&" if "?" in href else "?"
    content = json.loads(desk.page.request.get(f"{desk.address}{href}{apart}purpose=answer").text())

    values = [line["shown"] for line in content["explanation"]["lines"]]
    assert sorted(shown) == sorted(values)
    assert content["household"] == "Q000000003"


def test_another_day_uses_the_standard_of_that_day(desk):
    page = desk.open("/households/Q000000001/?on=2023-06-01")

    assert "这一页按 2023-06-01 的规则重新计算" in page.locator("main").inner_text()
    standard = page.locator("#rates-used + .table-room tr", has_text="低保标准").first.inner_text()
    assert "1,001.00" in standard and "2023-01-01" in standard


def test_a_day_without_a_standard_is_refused_with_what_to_do(desk):
    page = desk.open("/households/Q000000001/?on=2027-03-01")

    told = page.locator("[role=alert]").inner_text()
    assert "这一天算不出来" in told and "没有“低保标准”" in told and "“规则”的“新标准”里提出" in told
    assert page.locator(".why-line").count() == 0


def test_the_printed_sheet_is_paper_and_nothing_else(desk):
    page = desk.open("/households/W000000001/print/?purpose=answer")
    page.emulate_media(media="print")

    assert not page.locator("header.masthead").is_visible()
    assert not page.get_by_role("button", name="打印").is_visible()
    assert page.locator("h1").is_visible() and page.get_by_text("演示数据", exact=True).first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.form-table td')).borderTopWidth") == "1px"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_county_clerk_sees_the_own_county_only(visit, desk):
    theirs = visit()
    page = theirs.log_in(COUNTY_CLERK)
    own = page.locator("h1").inner_text().removesuffix("低收入人口")
    places = {text.split(" ")[0] for text in _places(theirs)}
    stranger = next(number for number, place in _listed(desk) if not place.startswith(own))

    outside = page.request.get(f"{theirs.address}/households/{stranger}/")
    nowhere = page.request.get(f"{theirs.address}/households/NOPE/")

    assert places == {own}
    assert (outside.status, nowhere.status) == (404, 404)
    assert _faceless(outside.text()).replace(quote(stranger), "") == _faceless(nowhere.text()).replace(
        "NOPE", ""
    )
    for tail in ("explain.json", "print/"):
        assert page.request.get(f"{theirs.address}/households/{stranger}/{tail}").status == 404
    assert page.request.get(f"{theirs.address}/places/371082/").status == 404
    assert page.request.get(f"{theirs.address}/households/?division=371082").status == 404


def test_a_list_keeps_its_filters_from_page_to_page(desk):
    page = desk.open("/households/?layer=DIBAO&division=371002")
    total = total_of_list(page)

    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2**")

    assert "layer=DIBAO" in page.url and "division=371002" in page.url and "page=2" in page.url
    assert total_of_list(page) == total
    assert page.locator("tbody tr").count() == 50
    assert page.get_by_text(f"第 51 至 100 条，共 {total:,} 条").is_visible()


def test_on_a_phone_each_household_is_a_card_with_its_words(visit):
    phone = visit(PHONE)
    phone.log_in()
    page = phone.open("/households/?layer=DIBAO")

    first = page.locator("tbody tr").first
    words = first.evaluate("row => [...row.cells].map(cell => getComputedStyle(cell, '::before').content)")
    assert first.evaluate("row => getComputedStyle(row).display") == "block"
    assert '"每月"' in words and '"地方"' in words


@pytest.mark.parametrize("name", ["dibao_amount", "dibao_eligible", "layer"])
def test_the_examples_of_a_rule_agree_with_it(desk, name):
    page = desk.open(f"/rules/{name}/")

    marks = page.locator("#examples ~ *, section[aria-labelledby=examples]").locator(".tag").all_inner_texts()
    assert marks and set(marks) == {"一致"}


def _places(watched) -> list[str]:
    return [place for _, place in _listed(watched)]


def _listed(watched) -> list[tuple[str, str]]:
    rows = watched.open("/households/?page=2").locator("tbody tr").all()
    return [(row.locator("th").inner_text(), row.locator("td").first.inner_text()) for row in rows]


def _faceless(text: str) -> str:
    """A page without the token that differs from one answer to the next."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
