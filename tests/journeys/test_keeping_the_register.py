"""The register in a browser: a newcomer from form to record, a household that moves, pairs decided from the keyboard."""

import re
import subprocess
from pathlib import Path

import pytest

from boot import environment
from tests.journeys.conftest import OFFICE, PHONE

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text("utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")
CLERK, APPROVER = "zhen1", "xian1"
TWINS = """
import django; django.setup()
from tests.console.test_matching_pages import queued
from tests.make import a_household, a_number, a_person
people = []
for at, name in enumerate(("钱多多", "赵真真", "孙美美")):
    for side in range(2):
        number = a_number(70_000 + at * 10) if side == 0 else None
        people.append(a_person(name, "371002001001", number=number, phone=f"1390000{at}{side}00"))
a_household("J0001", "371002001001", people[0])
queued(*people)
"""
PAGES = {
    "people": "/people/",
    "newcomer": "/changes/ask/enter/",
    "household": "/homes/J0001/",
    "split": "/changes/ask/split/?household=J0001",
    "changes": "/changes/",
    "mine": "/changes/?view=mine",
    "matching": "/matching/",
    "runs": "/matching/runs/",
}


@pytest.fixture(scope="module")
def register(town):
    """Three pairs of people who look alike, found by a run of matching."""
    done = subprocess.run(
        [str(environment.PYTHON), "-c", TWINS],
        cwd=environment.ROOT,
        env=environment.python_environment(DJANGO_SETTINGS_MODULE="config.settings", **town.surroundings),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return town


def pair_of(desk):
    desk.open("/matching/").locator("tbody a").first.click()
    desk.page.wait_for_url(re.compile(r"/matching/\d+/"))
    return desk.page


def find(desk, words):
    page = desk.open("/people/")
    page.get_by_label("找谁").fill(words)
    page.get_by_role("main").get_by_role("button", name="查找").click()
    page.wait_for_load_state("load")
    return page


def test_a_newcomer_is_asked_for_by_one_and_accepted_by_another(register, visit):
    desk, other = visit(), visit()
    desk.log_in(CLERK)
    page = find(desk, "查无此人")
    assert page.get_by_role("heading", name="没有找到").is_visible()
    page.get_by_role("link", name="登记簿里没有的人：新增").click()
    page.get_by_label("姓名", exact=True).fill("周新来")
    page.get_by_label("住在哪个村（社区）").fill("371002001001")
    page.get_by_label("出生日期", exact=True).fill("1990-01-02")
    page.get_by_label("依据").fill("户口簿原件，本人到场")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(re.compile(r"/changes/\d+/"))
    assert "等另一位工作人员审核" in page.get_by_role("status").inner_text()
    address = page.url.removeprefix(desk.address)

    other.log_in(APPROVER)
    page = other.open(address)
    assert page.get_by_role("row", name="姓名").get_by_text("周新来").is_visible()
    page.get_by_role("button", name="同意办理").click()
    page.get_by_role("status").get_by_text("已办理").wait_for()

    page = find(desk, "周新来")
    assert "周新来" not in page.url
    page.get_by_role("main").locator("tbody").get_by_role("link", name="周新来").click()
    assert page.locator("h1").inner_text() == "周新来"


def test_a_household_that_moves_is_where_it_was_on_the_day_before(register, visit):
    desk, other = visit(PHONE), visit()
    desk.log_in(CLERK)
    page = desk.open("/homes/J0001/")
    page.get_by_role("link", name="迁址").click()
    page.get_by_label("迁到哪个村（社区）").fill("371002001003")
    page.get_by_label("依据").fill("租房合同原件")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(re.compile(r"/changes/\d+/"))
    address = page.url.removeprefix(desk.address)
    other.log_in(APPROVER)
    other.open(address).get_by_role("button", name="同意办理").click()
    other.page.get_by_role("status").get_by_text("已办理").wait_for()

    now = desk.open("/homes/J0001/").locator(".facts").inner_text()
    before = desk.open("/homes/J0001/?on=2026-01-01").locator(".facts").inner_text()

    assert now != before
    desk.page.get_by_text("沿革：每一项从哪天到哪天").click()
    assert desk.page.locator("details").get_by_text("至今").first.is_visible()


NAMES = ("人员库查重", "钱多多", "残联持证人员名单")


def decided_pairs(desk):
    """How many pairs of the queue are decided; the demonstration's own list waits in it too."""
    return int(re.search(r"(\d+) / \d+", desk.open("/matching/").locator(".facts").inner_text())[1])


def test_pairs_are_decided_one_after_another_from_the_keyboard(register, visit):
    desk = visit()
    desk.log_in(CLERK)
    decided = decided_pairs(desk)
    page = pair_of(desk)
    first = page.url

    page.locator("h1").click()
    page.keyboard.press("2")
    assert page.evaluate("document.activeElement.id") == "reason"
    page.keyboard.type("电话核实，是两个人")
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.keyboard.press("2")
    page.wait_for_url(lambda url: url != first)

    assert "以后不再提出" in page.get_by_role("status").inner_text()
    second = page.url
    page.locator("h1").click()
    page.keyboard.press("3")
    page.wait_for_url(lambda url: url != second)
    assert decided_pairs(desk) == decided + 2
    page = desk.open("/matching/")
    assert page.get_by_role("link", name=re.compile("不是同一人 1")).is_visible()


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_the_pages_of_the_register_fit_and_have_no_serious_barrier(register, visit, size):
    desk = visit(size, bypass_csp=True)
    desk.log_in(CLERK)
    find(desk, "真真")
    found = desk.page.url.removeprefix(desk.address)
    person = desk.page.locator("tbody a").first.get_attribute("href")
    pair_of(desk)
    pair = desk.page.url.removeprefix(desk.address)

    for name, path in {**PAGES, "found": found, "person": person, "pair": pair}.items():
        page = desk.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        page.evaluate(AXE)
        grave = [
            (row["id"], [node["html"][:160] for node in row["nodes"]][:3])
            for row in page.evaluate("axe.run(document)")["violations"]
            if row["impact"] in ("serious", "critical")
        ]
        assert grave == [], name


def test_the_english_pages_of_the_register_hold_no_chinese_but_names(register, visit):
    desk = visit()
    desk.log_in(CLERK)
    pair_of(desk)
    pair = desk.page.url.removeprefix(desk.address)
    desk.page.context.add_cookies([{"name": "django_language", "value": "en", "url": desk.address}])

    for path in (*PAGES.values(), pair):
        page = desk.open(path)
        words = page.locator(
            "main h1, main h2, main h3, main th[scope=col], main label, main button, main .tag, main dt, main .hint, main .form-hint"
        )
        texts = [text for text in words.all_inner_texts() if HAN.search(text)]
        named = [text for text in texts if not any(name in text for name in NAMES)]
        assert named == [], path
