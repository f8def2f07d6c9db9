"""Every page, at both sizes and in both languages: it fits, it is readable by all, it asks nothing of others."""

import re
from pathlib import Path

import pytest

from tests.journeys.conftest import OFFICE, PHONE

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")
SCHEME = "/simulation/?rate=dibao_standard&mode=percent&amount=5&division=371000&round=YUAN_HALF_UP"
PAGES = {
    "city": "/",
    "county": "/places/371002/",
    "list": "/households/?layer=DIBAO",
    "nothing found": "/households/?search=ZZZ",
    "granted": "/households/Q000000001/?replay=1",
    "refused": "/households/W000000001/",
    "another day": "/households/Q000000001/?on=2024-06-01",
    "no standard": "/households/Q000000001/?on=2027-03-01",
    "paper": "/households/W000000001/print/?purpose=answer",
    "purpose": "/households/W000000001/print/",
    "rules": "/rules/",
    "rule": "/rules/dibao_amount/",
    "rate": "/rates/dibao_standard/",
    "try": "/rules/dibao_amount/try/?members=3&1-wage_year=21600&on=2024-06-01",
    "simulation": "/simulation/",
    "simulated": SCHEME,
    "runs": "/runs/",
    "run": "/runs/1/",
    "standards": "/standards/",
    "sweep": "/sweep/",
}
SIZES = {"phone": PHONE, "office": OFFICE}


@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_says_what_it_is_and_bears_the_demonstration_mark(visit, size):
    desk = visit(SIZES[size])
    desk.log_in()

    for name, path in PAGES.items():
        page = desk.open(path)

        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert page.locator("h1").count() == 1, name
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        assert page.get_by_text("演示数据", exact=True).first.is_visible(), name
        assert "安民" in page.title() and "演示数据" in page.title(), name


@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_a_serious_barrier(visit, size):
    desk = visit(SIZES[size], bypass_csp=True)
    desk.log_in()

    for name, path in {**PAGES, "login": "/login/"}.items():
        page = desk.open(path)
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document)")
        grave = [row for row in found["violations"] if row["impact"] in ("serious", "critical")]
        told = [(row["id"], [node["html"][:160] for node in row["nodes"]][:3]) for row in grave]
        assert len(found["passes"]) > 10
        assert told == [], name


@pytest.mark.parametrize("step", ["large", "xlarge", "huge"])
def test_the_largest_text_still_fits_the_narrowest_phone(visit, step):
    desk = visit({"width": 360, "height": 640})
    desk.log_in()
    desk.page.context.add_cookies([{"name": "anmin_size", "value": step, "url": desk.address}])

    for name, path in PAGES.items():
        page = desk.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20, name


def test_targets_on_a_phone_are_large_enough_for_a_thumb(visit):
    desk = visit(PHONE)
    desk.log_in()

    small = desk.page.evaluate(
        """[...document.querySelectorAll('button, .btn, .tab-nav a, summary, select, input:not([type=hidden])')]
           .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44)
           .map(one => one.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_an_english_page_has_no_chinese_but_names(visit):
    desk = visit()
    desk.log_in()
    desk.page.context.add_cookies([{"name": "django_language", "value": "en", "url": desk.address}])

    for path in ("/", "/households/", "/rules/", "/simulation/", "/runs/", "/login/"):
        page = desk.open(path)
        chrome = page.locator(
            "h2, thead th, label, button, .wide-nav a, .figure .name, .figure .more, dt, legend, .hint"
        )
        names = re.compile(r"威海市|环翠区|文登区|荣成市|乳山市|民政局|天地图|中文|〔|号|§")
        texts = [text for text in chrome.all_inner_texts() if HAN.search(text) and not names.search(text)]
        assert page.locator("html").get_attribute("lang") == "en"
        assert texts == [], path


def test_a_page_without_script_does_all_its_work(visit):
    desk = visit(java_script_enabled=False)
    page = desk.log_in()

    page.get_by_label("地图显示什么").get_by_role("link", name="每月应发").click()
    assert page.locator(".ranked .amount").first.inner_text().endswith("万元")
    desk.open("/households/")
    page.get_by_label("分层").select_option("DIBAO")
    page.get_by_role("button", name="查看").click()
    assert page.locator("h1").inner_text().endswith("最低生活保障家庭")
    desk.open("/rules/dibao_amount/try/?on=2024-06-01")
    page.get_by_label("工资性收入（年）").first.fill("6000")
    page.get_by_role("main").get_by_role("button", name="计算").first.click()
    assert page.locator(".answer .sentence").first.inner_text().startswith("低保金：562.00")
