"""C1, C2, C5, C6: large letters, can we apply, a refusal that people understand, open to all."""

from pathlib import Path

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.conftest import PHONE
from tests.journeys.residents import SMALL, come_in, small_targets, somebody

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
PUBLIC = {
    "home": "/residents/",
    "question": "/residents/can-we-apply/",
    "answer": "/residents/can-we-apply/?place=371002&living=0&people=3&income=2&own=none&hard=ill&urgent=no&at=7",
    "error": "/residents/can-we-apply/?at=3",
    "contacts": "/residents/contacts/?place=371002",
    "notices": "/residents/notices/?place=371002",
    "voice": "/residents/voices/",
    "complain": "/residents/voices/new/",
    "enter": "/residents/enter/",
}
OWN = {
    "home": "/residents/",
    "cases": "/residents/cases/",
    "benefits": "/residents/benefits/",
    "family": "/residents/family/",
    "act for": "/residents/family/act-for/",
    "apply": "/residents/apply/",
}


def press_size(page, name):
    """The page comes anew in the other size."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_large_letters_hold_on_every_page_and_nothing_is_too_small_for_a_finger(visit, town):
    """C1."""
    watched = visit(SMALL)
    page = come_in(watched, somebody(town, "已批准"))
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16

    press_size(page, "大字版")
    page.reload()

    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20
    for _step in range(2):
        press_size(page, "大一点")
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 30
    for name, path in {**PUBLIC, **OWN}.items():
        if name == "enter":
            continue
        watched.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert small_targets(page, 60) == [], name
        expect(page.get_by_role("button", name="普通版"), name).to_be_visible()
    press_size(page, "普通版")
    expect(page.get_by_role("button", name="大字版")).to_be_visible()


def test_six_questions_answer_with_a_reason_and_another_way(visit):
    """C2: one answer is unclear; going back keeps the answers; nothing is stored."""
    watched = visit(PHONE)
    page = watched.open("/residents/")
    page.get_by_role("link", name="看看能不能申请").click()
    page.get_by_label("县（市、区）").select_option("371002")
    page.get_by_text("城镇", exact=True).click()
    for answer in ("3", "5000 到 8000 元"):
        page.get_by_role("button", name="下一题").click()
        page.get_by_text(answer, exact=True).click()
    page.get_by_role("button", name="下一题").click()
    page.get_by_text("不清楚", exact=True).click()
    page.get_by_role("button", name="下一题").click()
    page.get_by_text("都没有", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="下一题").click()
    page.go_back()
    page.get_by_label("都没有").wait_for(state="attached")
    assert page.get_by_label("都没有").is_checked() or page.get_by_text("家里有没有这些难处").is_visible()
    page.get_by_text("都没有", exact=True).check()
    page.get_by_role("button", name="下一题").click()
    page.get_by_text("不是", exact=True).click()
    page.get_by_role("button", name="看结果").click()

    words = page.get_by_role("main").inner_text()
    for expected in ("为什么", "当地低保标准", "临时救助", "找谁", "12345", "家里有没有这些？"):
        assert expected in words, expected
    assert page.get_by_role("heading", level=1).inner_text() != "不符合"
    kept = page.context.cookies()
    assert {one["name"] for one in kept} <= {"csrftoken"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_refusal_shows_numbers_clause_deadline_and_fits_on_one_sheet(visit, town, tmp_path):
    """C5."""
    watched = visit(PHONE)
    page = come_in(watched, somebody(town, "没有批准"), "/residents/benefits/")
    page.get_by_role("link", name="不予确认").first.click()

    words = page.get_by_role("main").inner_text()
    for expected in ("您家的收入", "当地标准", "依据", "行政复议", "人民法院", "12345", "最晚"):
        assert expected in words, expected
    sheet = tmp_path / "refusal.pdf"
    page.pdf(path=str(sheet), format="A4", prefer_css_page_size=True)
    assert len(PdfReader(sheet).pages) == 1


def test_no_page_of_residents_has_a_serious_barrier(visit, town):
    """C6, with axe on every page, public and own."""
    watched = visit(PHONE, bypass_csp=True)

    def barriers(name, path):
        page = watched.open(path)
        page.evaluate(AXE)
        grave = [
            row
            for row in page.evaluate("axe.run(document)")["violations"]
            if row["impact"] in ("serious", "critical")
        ]
        return [(name, row["id"], [node["html"][:160] for node in row["nodes"]][:3]) for row in grave]

    found = [one for name, path in PUBLIC.items() for one in barriers(name, path)]
    page = come_in(watched, somebody(town, "已批准"), "/residents/cases/")
    case = page.get_by_role("main").get_by_role("link").nth(1).get_attribute("href")
    page = watched.open("/residents/benefits/")
    why = page.get_by_role("link", name="为什么是这个数").first.get_attribute("href")
    for name, path in {**OWN, "case": case, "why": why}.items():
        found += barriers(name, path)

    assert found == []


def test_the_six_questions_go_by_keyboard_alone_and_read_in_order_without_style(visit):
    """C6."""
    watched = visit(PHONE)
    page = watched.open("/residents/can-we-apply/?place=371002&living=0&at=2")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "people":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/can-we-apply/?*at=3*")

    order = page.evaluate(
        "[...document.querySelectorAll('h1, input[name=income], main button')].map(one => one.tagName)"
    )
    assert order.index("H1") < order.index("INPUT") < len(order) - 1
