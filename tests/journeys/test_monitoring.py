"""A worker takes an alert from the desk to its result on a phone; the sweep's figures open lists of their length."""

import re

from tests.journeys.conftest import OFFICE, PHONE


def test_a_clerk_walks_an_alert_from_the_desk_to_its_result(visit):
    desk = visit(PHONE)
    page = desk.log_in("zhen1")
    page = desk.open("/alerts/?view=mine")
    page.get_by_role("table").get_by_role("link").first.wait_for()
    waiting = page.locator("tr", has_text="待接收").first
    waiting.get_by_role("link").first.click()

    page.get_by_role("button", name="接收", exact=True).click()
    for button, words in (("已联系", "电话里说都在家"), ("已上门", "看过住房和存折")):
        section = page.get_by_role("region", name=button, exact=True)
        section.get_by_label("看到、听到的情况").fill(words)
        section.get_by_role("button", name=button, exact=True).click()
    section = page.get_by_role("region", name="填写核实结果")
    section.get_by_label("核实结果").select_option("told_to_apply")
    section.get_by_label("看到、听到的情况").fill("符合条件，已告诉怎么申请")
    section.get_by_role("button", name="填写核实结果").click()
    page.get_by_role("button", name="办结", exact=True).click()

    assert "已办结" in page.get_by_role("main").inner_text()
    assert "符合条件，已告诉怎么申请" in page.get_by_role("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_figures_of_the_sweep_open_lists_of_that_length(visit):
    desk = visit(OFFICE)
    desk.log_in("xian1")
    page = desk.open("/sweep/")
    figures = page.get_by_role("region", name="每项待遇").locator("a[href*='cause=missed']")
    figures.first.wait_for()
    number = int(figures.first.inner_text().replace(",", ""))

    figures.first.click()

    total = page.get_by_role("main").locator("dl.facts b").first.inner_text()
    assert int(re.sub(r"\D", "", total)) == number > 0
