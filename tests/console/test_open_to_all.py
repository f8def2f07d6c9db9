"""Every page of casework before a real Chromium, without a town behind it: no serious barrier, nothing sideways, at both sizes."""

import re
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.urls import get_resolver, reverse
from playwright.sync_api import sync_playwright

from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.pushes.actions import push_recognised
from anmin.kernel.cases.pushes.models import Push
from tests.console.counter import begun, logged_in
from tests.journeys.conftest import CHROMIUM, FLAGS, OFFICE, PHONE
from tests.kernel.cases.road import DAY, Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db
AXE = (Path(__file__).parents[1] / "journeys/vendor/axe.min.js").read_text("utf-8")
HOST = "http://anmin.test"
TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
}
CASEWORK = ("cases/", "publicity/", "reserve/", "reviews/", "pushes/")
NO_PAGES = {
    *(
        "case_view_save",
        "case_view_drop",
        "case_file",
        "alert_file",
        "case_bulk_print",
        "case_explanation",
        "case_step",
        "case_adopt",
    ),
    *(
        "case_assign",
        "case-result",
        "scan_begin",
        "scan_piece",
        "scan_finish",
        "scan_drop",
        "scan",
        "paper_pdf",
    ),
    *("paper_word", "papers_print", "review_open", "review_file", "reserve_file", "case_consent"),
}
"""Steps that lead back to a page, parts of pages, and files."""


@pytest.fixture(autouse=True)
def on_the_day(settings, tmp_path):
    settings.ANMIN_HOME = tmp_path / "home"
    with time_machine.travel(f"{DAY}T02:00:00Z", tick=False):
        yield


def roads(staff):
    """A family that is verified, one that is decided, one whose case waits for its decision, one that is shown."""
    found = {}
    for at, name in enumerate(("checked", "decided", "waiting", "shown")):
        home, people = a_family(("王桂兰", 1950), ("王强", 1980), serial=10 * at + 1, number=f"H{at}")
        road = Road.begin(home, staff, said=[earns(people[1], 12_000)], token=name)
        road.people = people
        found[name] = road
    found["checked"].accept()
    found["checked"].check()
    found["checked"].survey(earns(found["checked"].people[1], 14_000))
    for name in ("decided", "waiting"):
        found[name].to_confirming()
    found["decided"].confirm()
    found["shown"].to_opinion()
    found["shown"].publish()
    push_recognised(by="test", on=found["decided"].day)
    return found


def pages():
    """The text of each page, by the name of its address, as clerk or reviewer sees it."""
    staff = town_staff()
    road = roads(staff)
    clerk, reviewer = logged_in(staff["clerk"]), logged_in(staff["approver"])
    checked, decided, waiting = (road[name].case.number for name in ("checked", "decided", "waiting"))
    paper = make_paper(by=staff["clerk"], case=road["checked"].case, kind="application", on=DAY)
    known = road["decided"].people[0].pk

    def got(client, name, *args, query="", **posted):
        address = reverse(f"console:{name}", args=args)
        answer = client.post(address, posted) if posted else client.get(address + query)
        assert answer.status_code == 200, (name, answer.status_code, answer.get("Location"))
        return name, answer.content.decode()

    yield got(clerk, "intake")
    yield got(clerk, "intake_before", known)
    yield got(clerk, "intake_form", begun(clerk, road["shown"].people[0], "temp_small"))
    for name in ("case_materials", "case-check", "case-survey", "case-papers", "case", "case_why"):
        yield got(clerk, name, checked)
    yield got(clerk, "paper", paper.pk)
    yield got(clerk, "paper_preview", checked, "application")
    yield got(clerk, "publicity")
    yield got(clerk, "publicity_wall")
    yield got(clerk, "publicity_case", road["shown"].case.number)
    yield got(clerk, "reserve")
    yield got(clerk, "change_report", road["decided"].case.household.number)
    yield got(clerk, "cases")
    yield got(clerk, "case_bulk", what="visit", case=[checked])
    yield got(reviewer, "case_batch", query=f"?case={waiting}")
    yield got(reviewer, "case_samples")
    yield got(reviewer, "case", waiting)
    yield got(reviewer, "case", decided, query="?replay=1")
    yield got(reviewer, "case_return", waiting, query="?way=return_for_fix")
    yield got(reviewer, "case_appeal", decided)
    yield got(reviewer, "reviews")
    yield got(reviewer, "pushes")
    yield got(reviewer, "push", Push.objects.first().pk)


def names_of_casework():
    """The name of every address of casework in the console."""
    console = next(one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "console")
    found = {one.name for one in console.url_patterns if str(one.pattern).startswith(CASEWORK)}
    return found | {"change_report"}


def faults_of(texts):
    """What axe finds that is serious or critical, and what scrolls sideways, by page and width."""
    told = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport=OFFICE, locale="zh-CN", bypass_csp=True).new_page()

        def answer(route):
            path = route.request.url.removeprefix(HOST)
            if path.startswith("/page/"):
                return route.fulfill(
                    body=texts[int(path.split("/")[2])][1], content_type="text/html; charset=utf-8"
                )
            place = finders.find(re.sub(r"^/static/|\?.*$", "", path))
            if place is None:
                return route.fulfill(status=404)
            return route.fulfill(path=place, content_type=TYPES.get(place.rsplit(".", 1)[-1], "text/plain"))

        page.route("**/*", answer)
        for at, (name, _text) in enumerate(texts):
            page.goto(f"{HOST}/page/{at}/", wait_until="load")
            page.evaluate(AXE)
            for size in (OFFICE, PHONE):
                page.set_viewport_size(size)
                found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
                grave = [
                    (row["id"], [node["html"][:120] for node in row["nodes"][:3]])
                    for row in found
                    if row["impact"] in ("serious", "critical")
                ]
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if grave or wide > 0:
                    told[name, size["width"]] = (grave, wide)
        browser.close()
    return told


def test_no_page_of_casework_has_a_serious_barrier_at_either_size():
    texts = list(pages())

    assert {name for name, _text in texts} == names_of_casework() - NO_PAGES
    assert faults_of(texts) == {}


def test_a_page_with_a_barrier_is_noticed():
    """The wrong variant: a field without a name, and something wider than a phone."""
    bad = "<html lang='zh'><title>x</title><body><input><div style='width:900px'>宽</div>"

    rules, wide = faults_of([("bad", bad)])["bad", PHONE["width"]]

    assert "label" in {rule for rule, _nodes in rules}
    assert wide > 0
