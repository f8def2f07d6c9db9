"""400 % zoom is a window of 320 pixels: nothing scrolls sideways; on a slow line pages are light and their work gets done."""

import re

from tests.journeys.conftest import OFFICE
from tests.journeys.residents import come_in, somebody
from tests.journeys.test_counter_intake import CLERK, clerk, found, opened, saved
from tests.journeys.test_residents_read import OWN, PUBLIC

__all__ = ["clerk"]
ZOOMED = {"width": 320, "height": 256}
"""1280 by 1024 at 400 %."""
RESIDENT, STAFF = 60 * 1024, 250 * 1024
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
"""A village's line: 400 kbit/s down, 160 up, 400 ms there and back (bytes a second)."""
PATIENCE = 3
"""Seconds in which the first page of residents is there on such a line."""
SIDEWAYS = """() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return [];
    return [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map(one => one.outerHTML.slice(0, 120)).concat(wide + ' px');
}"""


class Line:
    """What comes over the wire for one page, nothing of it from a cache; as slow as asked."""

    def __init__(self, page, **conditions):
        self.page, self.sizes = page, []
        self.client = page.context.new_cdp_session(page)
        self.client.send("Network.enable")
        self.client.send("Network.setCacheDisabled", {"cacheDisabled": True})
        if conditions:
            self.client.send("Network.emulateNetworkConditions", conditions)
        self.client.on("Network.loadingFinished", lambda told: self.sizes.append(told["encodedDataLength"]))

    def bytes_of(self, watched, path):
        """The bytes of a page with everything that it brings."""
        self.sizes.clear()
        watched.open(path)
        self.page.wait_for_load_state("networkidle")
        return sum(self.sizes)


def test_residents_at_400_per_cent_scroll_down_only_and_load_little(visit, town):
    watched = visit(ZOOMED)
    line, faults = Line(watched.page), {}
    for name, path in PUBLIC.items():
        weight = line.bytes_of(watched, path)
        if (wide := watched.page.evaluate(SIDEWAYS)) or not 0 < weight <= RESIDENT:
            faults[name] = (wide, weight)
    come_in(watched, somebody(town, "已批准"), "/residents/cases/")
    case = watched.page.get_by_role("main").get_by_role("link").nth(1).get_attribute("href")
    for name, path in {**OWN, "case": case}.items():
        weight = line.bytes_of(watched, path)
        if (wide := watched.page.evaluate(SIDEWAYS)) or not 0 < weight <= RESIDENT:
            faults["own " + name] = (wide, weight)

    assert faults == {}


def test_the_counter_at_400_per_cent_scrolls_down_only_and_loads_little(visit, counter):
    watched = visit(ZOOMED)
    watched.log_in(CLERK)
    number, faults = counter["verify"], {}
    parts = [f"/cases/{number}/{part}" for part in ("", "check/", "survey/", "materials/", "papers/", "why/")]
    home = watched.open(f"/cases/{number}/").locator(".crumbs a").last.get_attribute("href")
    paths = [
        "/",
        "/cases/",
        "/cases/new/",
        *parts,
        "/publicity/",
        "/reserve/",
        "/reviews/",
        home,
        f"{home}changed/",
    ]
    line = Line(watched.page)
    for path in paths:
        weight = line.bytes_of(watched, path)
        if (wide := watched.page.evaluate(SIDEWAYS)) or not 0 < weight <= STAFF:
            faults[path] = (wide, weight)
    for name, go in (("before", found), ("form", opened)):
        if wide := go(watched, counter["known"]).evaluate(SIDEWAYS):
            faults[name] = wide

    assert faults == {}


def test_the_first_page_is_there_in_time_on_a_slow_line_and_the_six_questions_are_answered(visit):
    """C7: reckoned from what comes over the wire, and walked on a line that is as slow."""
    watched = visit({"width": 360, "height": 640})
    line = Line(watched.page, **SLOW)

    weight = line.bytes_of(watched, "/residents/")
    page = watched.open("/residents/can-we-apply/?place=371002&living=0&at=2")
    page.get_by_text("3", exact=True).click()
    page.get_by_role("button", name="下一题").click()
    page.wait_for_url(re.compile("at=3"))

    assert 2 * SLOW["latency"] / 1000 + weight / SLOW["downloadThroughput"] <= PATIENCE, weight
    assert page.get_by_role("heading", level=1).inner_text()


def test_on_a_slow_line_the_counter_keeps_what_is_written(counter, visit):
    watched = visit(OFFICE)
    watched.log_in(CLERK)
    page = opened(watched, counter["known"])
    Line(page, **SLOW)

    page.get_by_label("家里遇到了什么困难").fill("在一条很慢的线路上写的")
    page.wait_for_timeout(900)
    saved(page)
    page.reload()

    assert page.get_by_label("家里遇到了什么困难").input_value() == "在一条很慢的线路上写的"
