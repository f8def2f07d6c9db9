"""What goes wrong at a counter loses nothing: a notice of what is missing, an ended session, a cut line, a double click."""

import io
import re
from unicodedata import normalize

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.casework import family, made
from tests.journeys.conftest import PASSWORD, PHONE
from tests.journeys.residents import come_in
from tests.journeys.test_counter_intake import CLERK, WORKER, clerk, faults, opened
from tests.scans import a_jpeg

__all__ = ["clerk"]
MISSING = ("家庭收入和财产申报表", "诚信承诺书")
HELD = re.compile(r"免交")


def saves_kept_back(page):
    """Answers to saves that the server has done and the page has not heard of, each with its way to the page."""
    kept = []

    def keep(route):
        if route.request.headers.get("x-draft"):
            kept.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/cases/new/form/**", keep)
    return kept


def test_one_notice_names_exactly_what_is_missing_on_one_sheet_and_the_family_reads_the_same(
    counter, clerk, visit
):
    """T3: two papers are missing, what departments hold is not asked for; pressed twice it is one application."""
    page = opened(clerk, counter["lacking"])
    unheard = saves_kept_back(page)
    page.get_by_label("家里遇到了什么困难").fill("两个人都有病，没有收入")
    page.get_by_label("家庭成员身份证件的状态").select_option("received")
    while not unheard:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="提交申请").dblclick()
    page.wait_for_timeout(200)
    for route, answer in unheard:
        route.fulfill(response=answer)
    page.wait_for_url(re.compile(r"/cases/[A-Z]+\d+/materials/"))
    number = re.search(r"/cases/([A-Z]+\d+)/", page.url).group(1)
    main = page.get_by_role("main").inner_text()
    assert "还缺 2 样" in main and all(name in main for name in MISSING)
    free = len(HELD.findall(main))
    page.get_by_role("button", name="一次性告知，出告知书").click()
    page.wait_for_url(re.compile(r"/cases/papers/\d+/"))

    sheet = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    # What is read out of a PDF has radicals in the place of some characters.
    text = normalize("NFKC", re.sub(r"\s+", "", "".join(one.extract_text() for one in sheet.pages)))
    assert len(sheet.pages) == 1
    assert [round(float(size)) for size in sheet.pages[0].mediabox[2:]] in (
        [595, 842],
        [594, 842],
        [596, 842],
    )
    assert free >= 3 and all(name in text for name in MISSING)
    assert (
        "受理期限从告知起暂停" in main
        and "待补正" in clerk.open(f"/cases/{number}/").locator(".facts").inner_text()
    )
    clerk.open("/cases/?number=JN1&held=all")
    assert page.get_by_role("link", name="冯缺件").count() == 1

    theirs = come_in(
        visit(PHONE), {"number": counter["lacking"], "name": "冯缺件"}, f"/residents/cases/{number}/"
    )
    told = theirs.get_by_role("main").inner_text()
    assert all(name in told for name in MISSING)
    assert told.count("只用补这一次") == 1 and "户口" not in told.split("交到")[0].split("只用补这一次")[1]


def test_a_session_that_ends_while_a_form_is_written_keeps_every_word(counter, clerk):
    page = opened(clerk, counter["known"])
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("家里遇到了什么困难").fill("写了很久的一段话，登录过期了")
    page.get_by_role("button", name="保存", exact=True).last.click()
    page.wait_for_url(re.compile(r"/login/\?why=expired"))
    page.get_by_label("用户名").fill(CLERK)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(r"/cases/new/form/"))

    expect(page.get_by_label("家里遇到了什么困难")).to_have_value("写了很久的一段话，登录过期了")
    clerk.complaints[:] = [one for one in clerk.complaints if not re.search(r"status of (40[13]|302)", one)]


def test_a_line_cut_in_the_middle_of_a_photo_goes_on_where_it_stopped(counter, visit, tmp_path):
    photo = tmp_path / "户口簿.jpg"
    photo.write_bytes(a_jpeg(picture=b"\x12\x34" * 400_000))
    watched = visit(PHONE)
    watched.log_in(WORKER)
    page = opened(watched, counter["known"])
    page.get_by_label("家里遇到了什么困难").fill("断线以前写的")
    pieces = []

    def cut(route):
        pieces.append(route.request.url)
        if len(pieces) == 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile(r"/cases/scans/\d+/\?offset="), cut)
    page.locator("[data-scan=identity]").set_input_files(photo)
    expect(page.get_by_role("link", name="户口簿.jpg")).to_be_visible()

    offsets = [int(url.rsplit("=", 1)[1]) for url in pieces]
    assert offsets[1] == offsets[2] > 0, "the piece that was cut off is sent again, not the whole"
    expect(page.get_by_label("家里遇到了什么困难")).to_have_value("断线以前写的")
    watched.complaints[:] = [one for one in watched.complaints if "ERR_CONNECTION_RESET" not in one]


def test_a_village_worker_reports_a_change_on_a_phone_and_the_case_says_what_follows(town, visit):
    (case,) = made(town, family("周找工", "RM1", 311200, to="granted"))
    watched = visit(PHONE, bypass_csp=True)
    watched.log_in(WORKER)
    page = watched.open(f"/people/{case['people'][0]}/")
    page.get_by_role("link", name="登记变化").click()
    page.wait_for_url(re.compile(r"/homes/.*/changed/"))
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label(re.compile("就业或收入变化")).check()
    page.get_by_label("说的是谁").select_option(label="周找工")
    page.get_by_label("怎么变的").fill("到镇上服装厂上班了")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"/cases/REV\d+/"))

    told = page.get_by_role("main").inner_text()
    for words in ("报告的变化", "就业或收入变化", "周找工", "是否符合渐退", "工资条", "核实报告的变化"):
        assert words in told, words
    assert "享受中" in watched.open(f"/people/{case['people'][0]}/").locator("#helped").inner_text()
