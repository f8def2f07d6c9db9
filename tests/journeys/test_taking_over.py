"""A town's running benefits taken over by clicking: the list, a rejected row corrected, two people, and what the family's page says."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from boot import serving
from tests.journeys.conftest import PHONE
from tests.journeys.test_every_page import AXE
from tests.kernel.cases.takeover.lists import HEADS
from tests.kernel.payments.money import a_card

CLERK, APPROVER = "jingban-rs", "shen-rs"


@pytest.fixture
def families(town):
    return json.loads(town.python("-m", "tests.journeys.takeovertown").splitlines()[-1])


@pytest.fixture
def worker(town):
    home = Path(town.surroundings["ANMIN_HOME"])
    started = serving.start("worker", serving.worker_command(), home, **town.surroundings)
    yield started
    started.end()


def the_list(families, last):
    rows = [
        {
            "identity": one["identity"],
            "name": one["name"],
            "benefit": "最低生活保障金",
            "review_class": "B",
            "fen": f"{800 + at}",
            "since": "2019-04-01",
            "old_number": f"乳民救〔2019〕{at + 1}号",
            "old_on": "2019-03-20",
            "office": "乳山市民政局",
            "last_paid": last,
            "bank": "威海银行",
            "account": a_card(77_000 + at),
        }
        for at, one in enumerate(families)
    ]
    rows[2]["name"] = "张写错"
    return rows


def as_file(rows, heads=None, names=None):
    heads, names = heads or HEADS.values(), names or list(HEADS)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([[row.get(name, "") for name in names] for row in rows])
    return {"name": "在册清单.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}


def test_running_benefits_are_taken_over_by_two_people(town, visit, families, worker):
    today = timezone.localdate()
    last = f"{today.replace(day=1) - timedelta(1):%Y-%m}"
    clerk, approver = visit(bypass_csp=True), visit()
    clerk.log_in(CLERK)
    approver.log_in(APPROVER)

    page = clerk.open("/takeovers/")
    assert page.get_by_text("还没有清单").is_visible()
    page.locator("#file").set_input_files(as_file(the_list(families, last)))
    page.get_by_role("button", name="检查清单").click()
    assert page.get_by_text("还没有给任何人起发待遇").is_visible()
    assert page.get_by_text("姓名和登记的不一致").is_visible()
    first = page.url

    corrected(page, families[2]["name"])
    assert page.get_by_text("改正的是这一份").is_visible()
    second = page.url
    for url in (first, second):
        page.goto(url, wait_until="load")
        page.get_by_role("button", name="提交确认").click()
        assert page.get_by_text("由另一人确认后生效").is_visible()

    for url, fen in ((first, "1,601.00"), (second, "802.00")):
        approver.page.goto(url, wait_until="load")
        assert approver.page.get_by_text(f"每月共 {fen} 元").is_visible()
        approver.page.get_by_role("button", name="确认转入").click()
    taken_over(approver.page, first, second)

    page = approver.open(f"/homes/{families[0]['number']}/")
    told = "按乳山市民政局 2019 年 3 月 20 日“乳民救〔2019〕1号”的决定从原系统转入"
    assert page.get_by_text(told).first.is_visible()
    looks_right_on_a_phone(clerk, "/takeovers/", first.removeprefix(clerk.address))


def corrected(page, name):
    """The rejected row is downloaded, its name set right, and sent again."""
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载退回的行").dispatch_event("click")
    sheet = CalamineWorkbook.from_path(taken.value.path()).get_sheet_by_index(0).to_python()
    heads, row = sheet[0], sheet[1]
    row[heads.index("姓名")] = name
    sent = as_file([dict(zip(heads, row, strict=True))], heads, heads)
    page.locator("#file").set_input_files({**sent, "name": "改正.csv"})
    page.get_by_role("button", name="改好再发").click()


def taken_over(page, *urls):
    """The worker has begun every benefit of the lists."""
    for url in urls:
        for _ in range(100):
            page.goto(url, wait_until="load")
            if "已转入" in page.locator("dl.facts").inner_text():
                break
            page.wait_for_timeout(200)
        assert page.locator("dl.facts").get_by_text("已转入").first.is_visible()


def looks_right_on_a_phone(watched, *paths):
    """Neither page is wider than a phone, and neither has a serious barrier."""
    watched.page.set_viewport_size(PHONE)
    for path in paths:
        page = watched.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document)")
        grave = [row for row in found["violations"] if row["impact"] in ("serious", "critical")]
        assert [(row["id"], [n["html"][:120] for n in row["nodes"]][:2]) for row in grave] == [], path
