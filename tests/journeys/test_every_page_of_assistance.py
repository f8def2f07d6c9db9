"""Every page of casework, at both sizes: no serious barrier, nothing sideways; a page that joins them is looked at too."""

import re

from django.urls import get_resolver

from tests.journeys.casework import family, made, run
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.test_counter_intake import CLERK, faults, found, opened

REVIEWER = "xian1"
CASEWORK = ("cases/", "publicity/", "reserve/", "reviews/", "pushes/")
NO_PAGES = {
    "case_view_save",
    "case_view_drop",
    "case_file",
    "case_bulk_print",
    "case_explanation",
    "case_step",
    "case_adopt",
    "case_assign",
    "case-result",
    "scan_begin",
    "scan_piece",
    "scan_finish",
    "scan_drop",
    "scan",
    "paper_pdf",
    "paper_word",
    "papers_print",
    "review_open",
}
"""Steps that lead back to a page, parts of pages, and files."""
PUSH = """
import django; django.setup()
from django.utils import timezone
from anmin.kernel.cases.pushes.actions import push_recognised
print("MADE", push_recognised(by="系统", on=timezone.localdate()))
"""


def linked(watched, path, pattern):
    """The first address on a page that looks so."""
    page = watched.open(path)
    for link in page.get_by_role("main").get_by_role("link").all():
        if re.search(pattern, address := link.get_attribute("href") or ""):
            return address
    raise AssertionError(f"{path} links to nothing like {pattern}")


def home_of(watched, number):
    return watched.open(f"/cases/{number}/").locator(".crumbs a").last.get_attribute("href")


def ticked(watched, path, button, landing):
    """The page that a button under the work table leads to, with everything ticked."""
    page = watched.open(path)
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(landing)
    return page


def a_paper(watched, number):
    page = watched.open(f"/cases/{number}/papers/")
    if not page.get_by_role("link", name=re.compile("看和打印.*申请书")).count():
        page.get_by_label("申请书").check()
        with page.expect_navigation():
            page.get_by_role("button", name="生成所选").click()
    return linked(watched, f"/cases/{number}/papers/", r"/cases/papers/\d+/$")


def pages_of(town, counter, clerk, reviewer):
    """How each page is come to: the name of its address, who opens it, and the way there."""
    number, refused = counter["verify"], counter["refused"]
    granted, waiting = made(
        town,
        family("周推送", "RN1", 311300, to="granted"),
        family("周待批", "RN2", 311310, late=True),
    )
    run(town, PUSH)
    confirming = f"/cases/{waiting['number']}/"
    home = home_of(clerk, number)
    yield "intake", clerk, "/cases/new/"
    yield "intake_before", clerk, lambda: found(clerk, counter["known"])
    yield "intake_form", clerk, lambda: opened(clerk, counter["known"])
    yield "case_materials", clerk, f"/cases/{number}/materials/"
    yield "case-check", clerk, f"/cases/{number}/check/"
    yield "case-survey", clerk, f"/cases/{number}/survey/"
    yield "case-papers", clerk, f"/cases/{number}/papers/"
    yield "paper", clerk, a_paper(clerk, number)
    yield "paper_preview", clerk, linked(clerk, f"/cases/{number}/papers/", r"/preview/")
    yield "publicity", clerk, "/publicity/"
    yield "publicity_wall", clerk, "/publicity/wall/"
    yield "publicity_case", clerk, f"/publicity/{counter['shown'][2]}/"
    yield "reserve", clerk, "/reserve/"
    yield "change_report", clerk, f"{home}changed/"
    yield "cases", clerk, "/cases/"
    yield "cases", reviewer, "/cases/?view=clear"
    yield "case_bulk", clerk, lambda: ticked(clerk, "/cases/?number=JP", "派入户", "**/bulk/")
    yield "case_batch", reviewer, lambda: ticked(reviewer, "/cases/?number=RN", "批量确认", "**/batch/")
    yield "case_samples", reviewer, "/cases/samples/"
    yield "case", clerk, f"/cases/{number}/"
    yield "case", reviewer, confirming
    yield "case", reviewer, f"/cases/{granted['number']}/?replay=1"
    yield "case_why", reviewer, f"{confirming}why/"
    yield "case_return", reviewer, f"{confirming}return/?way=return_for_fix"
    yield "case_appeal", reviewer, f"/cases/{refused}/appeal/"
    yield "reviews", reviewer, "/reviews/"
    yield "pushes", reviewer, "/pushes/"
    yield "push", reviewer, linked(reviewer, "/pushes/", r"/pushes/\d+/$")


def names_of_casework():
    """The name of every address of casework in the console."""
    console = next(one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "console")
    return {one.name for one in console.url_patterns if str(one.pattern).startswith(CASEWORK)} | {
        "change_report"
    }


def test_no_page_of_casework_has_a_serious_barrier_at_either_size(town, counter, visit):
    clerk, reviewer = visit(OFFICE, bypass_csp=True), visit(OFFICE, bypass_csp=True)
    clerk.log_in(CLERK)
    reviewer.log_in(REVIEWER)

    told, seen = {}, set()
    for name, watched, way in pages_of(town, counter, clerk, reviewer):
        page = way() if callable(way) else watched.open(way)
        for size in (OFFICE, PHONE):
            page.set_viewport_size(size)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if (grave := faults(page)) or wide > 0:
                told[name, size["width"]] = (grave, wide)
        page.set_viewport_size(OFFICE)
        seen.add(name)

    assert told == {}
    assert seen == names_of_casework() - NO_PAGES


def test_hints_beside_choices_stand_under_their_words_on_a_phone(counter, visit):
    watched = visit(PHONE)
    watched.log_in(CLERK)
    page = watched.open(home_of(watched, counter["verify"]) + "changed/")

    behind = page.evaluate(
        """[...document.querySelectorAll('#kind .side')].filter(one => one.querySelector('.quiet')).map(one => {
            const range = document.createRange();
            range.selectNodeContents(one.querySelector('.quiet'));
            return range.getBoundingClientRect().left - one.querySelector('input').getBoundingClientRect().right;
        })"""
    )

    assert len(behind) >= 2 and min(behind) >= 0, behind
