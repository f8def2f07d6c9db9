"""C3, C4, C7: a daughter applies for her mother, forms behave, everything goes without script on a poor phone."""

import gzip
import re
import urllib.request

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.residents import come_in, somebody, without_answers_of_422

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)
BUDGET = 60 * 1024
"""Bytes over the wire of the first page of residents, with everything it asks for."""


def open_tasks(page):
    """The pages that are still to do, by their links on the task list."""
    return page.locator(".tasks li", has=page.locator(".tag.todo")).get_by_role("link")


def fill_everything(page, address):
    """Every open task with the least that it takes."""
    for _round in range(40):
        page.goto(address)
        links = [
            one.get_attribute("href")
            for one in open_tasks(page).all()
            if not re.search(r"/(check|papers|consents)/$", one.get_attribute("href"))
        ]
        if not links:
            return
        page.goto(re.match(r"https?://[^/]+", address).group(0) + links[0])
        main = page.get_by_role("main")
        if main.locator("textarea").count():
            main.locator("textarea").fill("老人住院，眼下没有钱交费。")
        elif main.locator("input[type=tel]").count():
            main.locator("input[type=tel]").fill("19000000009")
        elif main.locator("input[name=transfer]").count():
            main.get_by_text("愿意", exact=True).click()
        main.get_by_role("button", name="保存，继续").click()
    raise AssertionError("the tasks never end")


def test_a_daughter_applies_for_her_mother_and_the_mother_takes_it_back(visit, town):
    """C3 by a code on the mother's telephone; no face is scanned anywhere."""
    mother, daughter = somebody(town, "有材料要补"), somebody(town, "可以替别人办")
    hers = visit(PHONE)
    page = come_in(hers, daughter, "/residents/family/act-for/")
    page.get_by_label("家里人的身份证号码").fill(mother["number"])
    page.get_by_label("家里人的姓名").fill(mother["name"])
    page.get_by_role("button", name="给他的手机发确认码").click()
    shown = page.get_by_text("演示模式").inner_text()
    page.get_by_label("确认码", exact=True).fill(re.search(r"确认码 (\d{6})", shown).group(1))
    page.get_by_role("main").get_by_role("button", name="确认").click()
    page.get_by_role("link", name="替他申请").click()
    page.get_by_text(mother["name"], exact=True).click()
    page.get_by_role("button", name="继续").click()
    page.get_by_text("临时救助（急难型）", exact=True).click()
    page.get_by_role("button", name="继续").click()
    fill_everything(page, page.url)
    page.get_by_role("link", name="检查并提交").click()
    page.get_by_role("button", name="提交申请").click()

    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    page.get_by_role("link", name="看进度").click()
    assert f"代办人：{daughter['name']}" in page.get_by_role("main").inner_text()
    case = page.url
    own = visit(PHONE)
    other = come_in(own, mother, "/residents/family/")
    assert daughter["name"] in other.get_by_role("main").inner_text()
    other.get_by_role("button", name="取消这个委托").click()
    assert page.goto(case).status == 404
    hers.complaints[:] = [one for one in hers.complaints if "status of 404" not in one]
    assert "人脸" not in page.get_by_role("main").inner_text()


def test_forms_say_what_is_wrong_keep_what_was_typed_and_make_one_application(visit, town):
    """C4."""
    watched = visit(PHONE)
    page = come_in(watched, somebody(town, "可以替别人办"), "/residents/apply/")
    page.get_by_text("我自己", exact=True).click()
    page.get_by_role("button", name="继续").click()
    page.get_by_text("最低生活保障", exact=True).click()
    page.get_by_role("button", name="继续").click()
    tasks = page.url
    page.get_by_role("link", name="写写为什么申请").click()
    page.get_by_role("button", name="保存，继续").click()

    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.className") == "errors"
    inline = page.locator(".field-error").first.inner_text()
    assert page.locator(".errors a").first.inner_text() == inline
    page.locator(".errors a").first.click()
    page.locator("textarea").fill("两个人都有病，药费高。")
    page.get_by_role("button", name="保存，继续").click()
    fill_everything(page, tasks)
    page.goto(tasks)
    page.get_by_role("link", name="写写为什么申请").click()
    page.go_back()
    page.go_forward()
    assert page.locator("textarea").input_value() == "两个人都有病，药费高。"
    page.goto(tasks)
    page.get_by_role("link", name="检查并提交").click()
    page.get_by_role("link", name="修改 申请的理由").click()
    page.locator("textarea").fill("两个人都有病，药费很高。")
    page.get_by_role("button", name="保存，继续").click()
    expect(page.get_by_role("heading", name="提交之前，再看一遍")).to_be_visible()
    assert "药费很高" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="提交申请").dblclick()
    page.wait_for_url("**/sent/")

    words = page.get_by_role("main").inner_text()
    number = page.locator(".big").inner_text()
    for expected in (number, "最晚", "保存 PDF", "有事找谁"):
        assert expected in words
    page.goto(watched.address + "/residents/cases/")
    assert page.get_by_role("main").inner_text().count("DIB") == 1
    without_answers_of_422(watched)


def over_the_wire(address):
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        body = answer.read()
        return body, len(body if answer.headers.get("Content-Encoding") == "gzip" else gzip.compress(body, 6))


def test_the_first_page_is_light(town):
    """C7: page, styles, script and icon together, as they come over the wire."""
    body, total = over_the_wire(town.address + "/residents/")
    page = gzip.decompress(body).decode() if body[:2] == b"\x1f\x8b" else body.decode()
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        total += over_the_wire(town.address + path)[1]

    assert total <= BUDGET


def test_a_whole_application_goes_without_script(visit, town):
    """C7: with an upload that is refused in between, which loses nothing."""
    watched = visit(PHONE, java_script_enabled=False)
    page = come_in(watched, somebody(town, "正在办"), "/residents/apply/")
    page.get_by_text("我自己", exact=True).click()
    page.get_by_role("button", name="继续").click()
    page.get_by_text("临时救助（急难型）", exact=True).click()
    page.get_by_role("button", name="继续").click()
    tasks = page.url
    fill_everything(page, tasks)
    page.get_by_role("link", name="拍照交材料").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="交这一张").click()
    assert "再选一次" in page.get_by_role("main").inner_text()
    page.get_by_role("radio").first.check()
    page.get_by_label("照片或者 PDF").set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": PNG}
    )
    page.get_by_role("button", name="交这一张").click()
    assert "photo.png" in page.get_by_role("main").inner_text()
    page.goto(tasks)
    page.get_by_role("link", name="检查并提交").click()
    page.get_by_role("button", name="提交申请").click()

    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    without_answers_of_422(watched)
