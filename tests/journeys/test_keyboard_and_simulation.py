"""By keyboard alone, and what a changed rate would cost."""

import json
import re

from anmin.kernel.screening.rulebooks import monthly_amounts, rulebook
from tests.journeys.test_every_page import SCHEME
from tests.journeys.test_figures_and_reasons import money, number


def focused(page) -> str:
    return page.evaluate(
        "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || document.activeElement.id).trim()"
    )


def test_the_first_tab_leads_past_the_navigation(desk):
    page = desk.open("/")

    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_districts_are_reached_by_tab_and_opened_by_enter(desk):
    page = desk.open("/")
    page.get_by_role("link", name="看表格").focus()
    districts = page.locator(".only-wide .map a").count()

    said = []
    for _ in range(30):
        page.keyboard.press("Tab")
        text = focused(page)
        if re.search(r"[区市]：", text):
            said.append(text)
        if len(said) == districts:
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/places/**")

    assert len(set(said)) == districts
    assert page.locator("h1").inner_text() == f"{said[-1].split('：')[0]}低收入人口"


def test_focus_is_always_visible(desk):
    page = desk.open("/")

    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const one = document.activeElement, style = getComputedStyle(one);
              const inside = one.querySelector && one.querySelector('.district');
              return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
                  || (inside && getComputedStyle(inside).strokeWidth === '4px');
            }"""
        )
        assert seen, focused(page)


def test_a_slash_starts_a_search_and_escape_closes_the_menu(desk):
    page = desk.open("/")

    page.keyboard.press("/")
    assert focused(page) == "按户编号查找"
    menu = page.locator("details.menu:not(.wide-more):visible")
    menu.locator("summary").press("Enter")
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")

    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_slash_in_a_field_is_a_slash(desk):
    page = desk.open("/rules/")

    field = page.get_by_label("名称或文号")
    field.press("/")

    assert field.input_value() == "/"


def test_a_mistake_in_the_scheme_is_named_and_the_rest_kept(desk):
    page = desk.open("/simulation/?rate=dibao_standard&mode=add&amount=五十&division=371000")

    assert "要写成数字" in page.locator(".error-summary").inner_text()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.get_by_label("多少").input_value() == "五十"
    assert page.get_by_label("怎么改").input_value() == "add"
    assert page.title().startswith("错误：")


def test_a_raise_is_answered_in_three_sentences_that_agree_with_the_table(desk):
    page = desk.open(SCHEME)
    cost, reach, sides = page.locator(".answer .sentence").all_inner_texts()

    rows = [
        row.locator("td").all_inner_texts()
        for row in page.locator("section[aria-labelledby=by-county] tbody tr").all()
    ]
    total = page.locator("section[aria-labelledby=by-county] tfoot td").all_inner_texts()
    for column in range(5):
        assert sum(money(row[column]) for row in rows) == money(total[column])
    before, after, change, gainers, losers = (money(text) for text in total)
    assert after - before == change == money(cost) > 0
    assert number(reach) * 100 == gainers + losers
    assert [int(text.replace(",", "")) * 100 for text in re.findall(r"[\d,]+", sides)] == [gainers, losers]


def test_the_cost_today_is_the_budget_of_the_city_page(desk):
    today = money(desk.open(SCHEME).locator("section[aria-labelledby=by-county] tfoot td").first.inner_text())

    assert money(desk.open("/").locator("#budget tr.result td").inner_text()) == today


def test_the_address_of_a_simulation_gives_another_reader_the_same_numbers(desk, visit):
    mine = desk.open(SCHEME).locator("main").inner_text()

    other = visit()
    other.log_in()

    assert other.open(SCHEME).locator("main").inner_text() == mine


def test_a_change_of_nothing_changes_nothing(desk):
    page = desk.open(SCHEME.replace("amount=5", "amount=0").replace("YUAN_HALF_UP", "CENT"))

    assert page.locator(".answer .sentence").first.inner_text() == "每月支出不变。"
    assert "▲ 0 户变多，▼ 0 户变少。" in page.locator(".answer").inner_text()


def test_the_scenario_file_gives_the_same_total_on_the_command_line(desk, town, tmp_path):
    page = desk.open(SCHEME)
    shown = money(page.locator("section[aria-labelledby=by-county] tfoot td").nth(1).inner_text())
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载方案文件").click()
    path = tmp_path / "scenario.toml"
    downloading.value.save_as(path)

    told = town.command("simulate", str(path), "--json")
    told = json.loads(told[told.index("{") :])

    (whole,) = [row for row in told["effects"] if row["scenario"] == "方案B" and not row["division"]]
    assert sum(whole["sums"][name] for name in monthly_amounts(rulebook())) == shown
