"""The matrix, publicity, the print centre and the reserve fund in a browser (T4, T5, T7)."""

import io
import re

import pytest
from pypdf import PdfReader

from tests.console.test_publicity_pages import PRIVATE
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.countertown import RARE
from tests.journeys.test_counter_intake import CLERK, clerk, faults

__all__ = ["clerk"]
FIRST_LOAD = 250 * 1024


def test_the_result_follows_and_another_side_needs_a_reason(counter, clerk):
    page = clerk.open(f"/cases/{counter['verify']}/check/")
    row = page.locator("tr", has=page.get_by_text("工资性收入（年）")).filter(has_text="18,000.00")
    choice, result = row.locator("select"), page.locator("#result .result-line")

    with page.expect_response(re.compile("/check/result/")):
        choice.select_option("seen")
    page.wait_for_function("() => !document.querySelector('#result').textContent.includes('要写理由')")
    low = result.inner_text()
    with page.expect_response(re.compile("/check/result/")):
        choice.select_option("declared")
    page.wait_for_function(f"() => document.querySelector('#result .result-line').textContent !== {low!r}")
    assert "要写理由（至少 5 个字）" in page.locator("#result").inner_text()
    with page.expect_navigation():
        page.get_by_role("button", name="认定所选").click()
    assert "至少 5 个字" in page.locator(".field-error").first.inner_text()

    reason = row.locator("input[name^=reason]")
    # The result follows the reason too; a page left while it is on its way would complain in the console.
    with page.expect_response(re.compile("/check/result/")):
        reason.fill("入户时把年终奖也算进去了")
        reason.press("Tab")
    with page.expect_navigation():
        page.get_by_role("button", name="认定所选").click()
    assert "已认定" in page.get_by_role("status").first.inner_text()
    kept = (
        page.locator("tr", has=page.get_by_text("工资性收入（年）")).filter(has_text="18,000.00").inner_text()
    )
    assert "本人申报" in kept and re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", kept)


def test_twelve_are_shown_without_anything_private_and_an_objection_pauses(counter, clerk):
    page = clerk.open("/publicity/")
    for number in counter["shown"]:
        page.locator(f'[id="n-{number}"]').check()
    inside = page.get_by_role("main").inner_text()
    assert "9901" in inside or "9900" in inside
    page.get_by_role("button", name="公示所选").click()
    page.wait_for_url(re.compile("view=up"))
    assert "已公示 12 件" in page.get_by_role("status").first.inner_text()

    page = clerk.open("/publicity/wall/")
    shown = page.locator(".paper").all_inner_texts()
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    for text in ("\n".join(shown), "".join(one.extract_text() for one in printed.pages)):
        assert "郑甲" in text and "郑丑" in text
        assert [one.pattern for one in PRIVATE if one.search(text)] == []
        assert not any(name in text for name in counter["children"])

    number = counter["shown"][0]
    page = clerk.open(f"/publicity/{number}/")
    page.get_by_label("反映什么").fill("听说家里有人在外做工")
    with page.expect_navigation():
        page.get_by_role("button", name="登记异议，暂停这件").click()
    assert "暂停·异议核实" in page.get_by_role("main").inner_text()
    page = clerk.open(f"/cases/{number}/")
    assert "暂停·异议核实" in page.get_by_role("main").inner_text()
    assert page.get_by_role("button", name="上报确认").count() == 0
    assert "郑甲" not in clerk.open("/publicity/wall/").get_by_role("main").inner_text()


@pytest.mark.parametrize("name", RARE)
def test_rare_and_long_names_are_printed_whole_with_the_number_in_boxes(counter, clerk, name):
    page = clerk.open(f"/cases/{counter['papers'][name]}/papers/")
    page.get_by_label("申请书").check()
    with page.expect_navigation():
        page.get_by_role("button", name="生成所选").click()
    page.get_by_role("link", name=re.compile("看和打印.*申请书")).click()
    page.wait_for_url(re.compile(r"/cases/papers/\d+/"))

    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = "".join(one.extract_text() for one in printed.pages)
    flat = re.sub(r"\s+", "", text)

    assert len(printed.pages) in (1, 2)
    assert all(round(float(one.mediabox.width)) in (594, 595, 596) for one in printed.pages)
    assert name in flat and "?" not in flat
    assert ("受理申请" not in flat and "版本" in flat) or "AM-SA" in flat
    boxes = page.locator(".paper td, .paper .paper-box")
    digits = [one for one in boxes.all_inner_texts() if re.fullmatch(r"[\dX]", one.strip())]
    assert len(digits) >= 18 or page.locator(".paper-boxes").count() >= 1


def test_the_pack_comes_as_one_file(counter, clerk):
    page = clerk.open(f"/cases/{counter['papers'][RARE[0]]}/papers/")
    page.get_by_label("受理通知书").check()
    with page.expect_navigation():
        page.get_by_role("button", name="生成所选").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="成套打印（一个 PDF）").click()

    content = waiting.value.path().read_bytes()
    assert content.startswith(b"%PDF") and RARE[0] in "".join(
        one.extract_text() for one in PdfReader(io.BytesIO(content)).pages
    )


def test_the_matrix_and_the_survey_are_worked_from_the_keyboard(counter, clerk):
    page = clerk.open(f"/cases/{counter['verify']}/check/")
    page.locator("#matrix select").first.focus()
    for _ in range(6):
        page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('#matrix') !== null")


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_pages_of_cases_have_no_serious_fault_and_do_not_scroll_sideways(counter, visit, size):
    watched = visit(size, bypass_csp=True)
    watched.log_in(CLERK)
    number = counter["verify"]
    paths = [f"/cases/{number}/{part}/" for part in ("check", "survey", "materials", "papers")]
    for path in [
        *paths,
        "/publicity/",
        f"/publicity/{counter['shown'][1]}/",
        "/reserve/",
        "/publicity/?view=up",
    ]:
        page = watched.open(path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_first_load_of_the_matrix_is_light(counter, visit):
    watched = visit()
    watched.log_in(CLERK)
    weights = []
    watched.page.on("response", lambda answer: weights.append(int(answer.headers.get("content-length", 0))))

    watched.open(f"/cases/{counter['verify']}/check/")

    assert 0 < sum(weights) <= FIRST_LOAD
