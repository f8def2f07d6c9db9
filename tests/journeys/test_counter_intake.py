"""The town counter in a browser: intake without double entry, drafts that are kept, rows from Excel (T1, T2)."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.test_pasting import as_text, twenty_rows
from tests.journeys.conftest import OFFICE, PHONE

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
CLERK, WORKER = "zhen1", "cun1"


@pytest.fixture
def clerk(visit):
    watched = visit()
    watched.log_in(CLERK)
    return watched


def found(watched, number):
    """From the search to what is known before a case is opened."""
    page = watched.open("/cases/new/")
    page.get_by_label("谁来申请").fill(number)
    page.get_by_role("main").get_by_role("button", name="查找").click()
    page.wait_for_url(re.compile(r"\?s="))
    page.locator("tbody a").first.click()
    page.wait_for_url(re.compile(r"/cases/new/for/"))
    return page


def opened(watched, number, matter="最低生活保障"):
    """The form of a family, begun."""
    page = found(watched, number)
    page.get_by_label(matter, exact=True).check()
    page.get_by_role("button", name="开始填表").click()
    page.wait_for_url(re.compile(r"/cases/new/form/"))
    return page


def saved(page):
    page.wait_for_function("() => /已保存|已存/.test(document.querySelector('[data-saved]').textContent)")


def test_a_family_known_before_is_filled_in_and_its_refusal_shown(counter, clerk):
    page = found(clerk, counter["known"])
    known = page.locator("section", has=page.get_by_role("heading", name="已经知道的情况"))
    assert re.search(r"\d 个月内申请过最低生活保障，未通过", known.inner_text())
    known.get_by_text("查看原因").click()
    assert "元" in known.inner_text()

    page = opened(clerk, counter["known"])

    promise = page.get_by_text(re.compile(r"本次系统已填 \d+ 项，需要您填 \d+ 项")).inner_text()
    filled, left = map(int, re.findall(r"\d+", promise))
    assert left <= 0.4 * (filled + left), promise
    assert page.get_by_text("人口登记").count() >= 3 and "周小来" in page.get_by_role("main").inner_text()


def test_every_change_is_kept_and_comes_back(counter, clerk):
    page = opened(clerk, counter["known"])
    page.get_by_label("家里遇到了什么困难").fill("大病住院，借了不少钱")
    page.wait_for_timeout(900)
    saved(page)

    page.reload()

    assert page.get_by_label("家里遇到了什么困难").input_value() == "大病住院，借了不少钱"


def test_twenty_rows_from_excel_leave_three_red_and_are_undone_by_ctrl_z(counter, clerk):
    page = opened(clerk, counter["known"])
    page.get_by_text("从 Excel 粘贴成员").click()
    box = page.get_by_label("把 Excel 里选中的行粘到这里")
    box.fill("先写的")
    box.press("End")
    page.keyboard.insert_text(as_text(twenty_rows()))
    box.press("Control+z")
    assert box.input_value() == "先写的"
    box.fill(as_text(twenty_rows()))
    page.get_by_role("button", name="读入").click()
    page.wait_for_selector("#rows")

    assert "共 20 行：17 行可以保存，3 行要改。" in page.get_by_role("main").inner_text()
    assert page.locator("tr.row-bad").count() == 3
    told = page.locator("#rows").inner_text()
    assert "Excel 把证号变成了科学计数，请在 Excel 中设为文本" in told and "第 18 位" in told
    assert page.locator('input[value="阿依古丽·买买提"]').count() == 1


def test_a_village_worker_files_on_a_phone_with_a_photo_that_is_sent_in_pieces(counter, visit, tmp_path):
    from tests.scans import a_jpeg

    photo = tmp_path / "身份证.jpg"
    photo.write_bytes(a_jpeg(picture=b"\x12\x34" * 300_000))
    watched = visit(PHONE)
    watched.log_in(WORKER)
    page = opened(watched, counter["known"])
    page.locator("[data-scan=identity]").set_input_files(photo)
    page.wait_for_function(
        "() => document.querySelector('[data-scan=identity]').closest('.cell').textContent.includes('已存')"
    )

    assert page.get_by_label("家庭成员身份证件的状态").input_value() == "received"
    expect(page.get_by_role("link", name="身份证.jpg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_intake_pages_have_no_serious_fault_and_do_not_scroll_sideways(counter, visit, size):
    watched = visit(size, bypass_csp=True)
    watched.log_in(CLERK)
    for go in (
        lambda: watched.open("/cases/new/"),
        lambda: found(watched, counter["known"]),
        lambda: opened(watched, counter["known"]),
    ):
        page = go()
        assert faults(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def faults(page):
    """What axe finds that is serious or critical."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
