"""A batch goes on after a cut line; a family signs, is checked and its report shows sources and days; in a browser."""

import csv

import pytest

from tests.journeys.conftest import OFFICE, PHONE, Town
from tests.make import a_number

STAFF = """
import django; django.setup()
from datetime import date
from anmin.kernel.access.actions import create_demo_staff
staff = [
    ("heduiyuan", "核对员", "371002", "county_checker"),
    ("jingban", "镇街经办", "371002001", "town_clerk"),
]
create_demo_staff(by="test", places=staff, on=date(2020, 1, 1))
from anmin.kernel.people.models import Household
from tests.make import a_household, a_person
from anmin.kernel.partners.models import Partner
if not Household.objects.filter(number="JC1").exists():
    a_household("JC1", "371002001001", a_person("王建国", serial=31), a_person("李秀兰", serial=32))
    Partner.objects.create(key="renshe", name="人力资源和社会保障局")
"""


@pytest.fixture(scope="module")
def staffed(town: Town) -> Town:
    town.python("-c", STAFF)
    return town


def a_file(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["身份证号", "姓名", "职工养老金（年）", "城乡居民养老金（月）"])
        out.writerows(rows)
    return path


def test_a_batch_goes_on_after_a_cut_line_and_a_second_time_is_the_same_batch(staffed, visit, tmp_path):
    family = [[a_number(31), "王建国", "24000.50", ""], [a_number(32), "李秀兰", "", "220"]]
    rows = [[a_number(at), "王秀英", "1000", "220" if at % 150 else "很多"] for at in range(100, 2098)]
    path = a_file(tmp_path / "ylj_202610.csv", family + rows * 16)
    desk = visit(OFFICE)
    page = desk.log_in("heduiyuan")
    cut = []

    def once(route):
        if not cut:
            cut.append(route.request.url)
            desk.complaints.clear()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/sources/uploads/*/?offset=1048576", once)
    desk.open("/sources/batches/")
    page.get_by_label("来源", exact=True).select_option("pensions")
    page.get_by_label("期间").fill("2026-10")
    page.get_by_label("文件（CSV、XLSX 或 Parquet）").set_input_files(path)
    page.get_by_label("先试运行，不落库").uncheck()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/sources/batches/*/", timeout=60_000)
    desk.complaints[:] = [text for text in desk.complaints if "ERR_CONNECTION_RESET" not in text]

    assert cut
    assert page.get_by_text("已接收").is_visible()
    assert page.get_by_text("很多").first.is_visible()
    first = page.url
    desk.open("/sources/batches/")
    page.get_by_label("来源", exact=True).select_option("pensions")
    page.get_by_label("期间").fill("2026-10")
    page.get_by_label("文件（CSV、XLSX 或 Parquet）").set_input_files(path)
    page.get_by_label("先试运行，不落库").uncheck()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url(first, timeout=60_000)
    assert page.get_by_text("没有新增").is_visible()


def test_from_the_signatures_to_the_report_and_the_doubt(staffed, visit):
    clerk = visit(PHONE)
    page = clerk.log_in("jingban")
    for name in ("王建国", "李秀兰"):
        clerk.open("/homes/JC1/authorise/")
        page.get_by_label("谁的授权").select_option(label=name)
        page.get_by_role("button", name="登记").click()
        assert page.get_by_text("授权已登记").is_visible()
    clerk.open("/homes/JC1/authorise/print/")
    clerk.open("/homes/JC1/check/")
    page.get_by_label("为哪件事核对").fill("低保申请 2026-118")
    page.get_by_role("button", name="发起核对").click()
    assert page.get_by_text("等县级核对员启动").is_visible()

    checker = visit(OFFICE)
    page = checker.log_in("heduiyuan")
    checker.open("/checks/")
    page.get_by_role("link", name="JC1").click()
    page.get_by_role("button", name="启动核对").click()
    page.get_by_text("24,000.50 元").first.wait_for()
    assert page.get_by_text("数据日期 2026-10-31").first.is_visible()
    page.get_by_role("link", name="对“职工养老金（年）”提校核").first.click()
    page.get_by_label("我方查到的值").fill("12,000.00 元")
    page.get_by_label("依据").fill("退休证和银行流水，2026-11-20")
    page.get_by_role("button", name="发出").click()
    assert page.get_by_text("校核单已发出").is_visible()


PAGES = ("/authorisations/", "/checks/", "/slips/", "/sources/", "/sources/batches/")


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_the_pages_of_exchange_fit_the_screen_in_both_languages(staffed, visit, size):
    desk = visit(size)
    page = desk.log_in("heduiyuan")
    for path in PAGES:
        desk.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.locator("h1").count() == 1, path
