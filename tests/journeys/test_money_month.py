"""A month of money by clicking: budget, roster, an exception, two signatures, files, returns, sheets, books."""

import io
import json
import re
import time
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone
from pypdf import PdfReader

from anmin.kernel.payments.banks.ports.simulated import SimulatedBank
from boot import serving
from tests.journeys.conftest import PHONE
from tests.journeys.moneytown import COUNTY, FEN
from tests.journeys.test_every_page import AXE
from tests.kernel.payments.money import a_card

FORM = "one_card"
MONTH = timezone.localdate().strftime("%Y-%m")
CLERK, APPROVER, LEADER = "caiwu-wd", "shen-wd", "juzhang-wd"
PAID = FEN[:3]
WAITING = """
    SELECT count(*) FROM procrastinate_jobs
    WHERE task_name LIKE 'payments.%' AND status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now()
"""


@pytest.fixture(scope="module")
def families(town):
    return json.loads(town.python("-m", "tests.journeys.moneytown").splitlines()[-1])


class Office:
    """Finance, an approver and a leader at their desks, the worker behind them, and the bank's folder."""

    def __init__(self, town, visit):
        self.town = town
        self.desks = {}
        for name in (CLERK, APPROVER, LEADER):
            self.desks[name] = visit(bypass_csp=True)
            self.desks[name].log_in(name)
        self.exchange = Path(town.surroundings["ANMIN_HOME"]) / "bankexchange" / COUNTY / FORM
        self.bank = SimulatedBank(FORM, 1, first_day=timezone.localdate())

    def at(self, name, path):
        return self.desks[name].open(path)

    def work(self):
        """Wait until the worker has done what was asked for."""
        deadline = time.monotonic() + 120
        with psycopg.connect(self.town.surroundings["DATABASE_URL"], autocommit=True) as connection:
            while connection.execute(WAITING).fetchone()[0]:
                assert time.monotonic() < deadline, "the worker does not do what was asked for"
                time.sleep(0.1)

    def press(self, name, words, **filled):
        page = self.desks[name].page
        for label, value in filled.items():
            page.get_by_label(label.replace("_", " "), exact=True).first.fill(value)
        page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()
        page.wait_for_load_state("load")
        return page

    def hand_over(self, run):
        """Finance hands every file over; the bank takes what lies in the folder."""
        page = self.at(CLERK, f"/money/{run}/files/")
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="送交银行").first.click()
        self.work()
        for path in sorted((self.exchange / "out").glob("*.pay")):
            self.bank.send(path.stem, path.read_bytes())
            path.unlink()

    def hand_in(self, content, name):
        """Finance hands a return file in."""
        page = self.at(CLERK, "/money/banks/")
        page.locator("#receive-form").select_option(FORM)
        page.locator("#receive-file").set_input_files(
            {"name": name, "mimeType": "text/plain", "buffer": content}
        )
        page.get_by_role("button", name="导入", exact=True).click()
        self.work()
        return self.at(CLERK, "/money/banks/")

    def answer(self):
        """What the bank's end of the day gives back."""
        self.bank.turn(timezone.localdate())
        (answer,) = self.bank.collect()
        return answer


@pytest.fixture
def office(town, visit, families):
    home = Path(town.surroundings["ANMIN_HOME"])
    worker = serving.start("worker", serving.worker_command(), home, **town.surroundings)
    yield Office(town, visit)
    worker.end()


def test_a_month_from_the_roster_to_the_reconciled_books(office, families):
    open_a_budget(office)
    run = lock_and_compute(office)
    sign_by_two(office, run)
    make_files(office, run)
    bad = families[2]
    say_one_account_is_wrong(office)
    refuse_a_file_that_was_cut_off(office)
    take_the_answer_in(office, run, bad)
    send_again_to_the_right_account(office, run, bad)
    print_the_sheet(office, run)
    reconcile_and_close(office, run)
    pages_are_open_to_everybody(office, run, bad)


def open_a_budget(office):
    page = office.at(CLERK, "/money/budget/")
    page.locator("summary", has_text="登记资金来源").click()
    page.get_by_label("代号（字母、数字）").fill("central-wd")
    page.get_by_label("名称", exact=True).fill("文登区困难群众救助补助")
    page.get_by_label("社会救助的各项待遇").first.check()
    page.get_by_label("依据的文件").fill("财社〔2017〕58号")
    page.get_by_role("button", name="登记", exact=True).click()
    assert page.get_by_text("资金来源已登记。").is_visible()
    page.get_by_label("地区代码").fill(COUNTY)
    page.get_by_label("用途", exact=True).select_option("assistance/*")
    page.get_by_role("button", name="设立", exact=True).click()
    page.get_by_role("link", name="文登区困难群众救助补助").first.click()
    page.get_by_label("金额（元）").fill("10000")
    page.get_by_label("文号").fill("指标〔2026〕1号")
    page.get_by_role("button", name="登记", exact=True).click()
    assert page.get_by_text("已登记，账簿同时记账。").is_visible()
    assert "10,000.00" in office.at(CLERK, "/money/funds/").content()


def lock_and_compute(office):
    page = office.at(CLERK, "/money/")
    assert page.get_by_text("还没有发放批次").is_visible()
    page.get_by_label("发放月份").fill(MONTH)
    page.get_by_role("button", name="锁定名单并计算").click()
    run = int(re.search(r"/money/(\d+)/", page.url)[1])
    office.work()
    page = office.at(CLERK, f"/money/{run}/")
    assert f"{sum(FEN) / 100:,.2f}" in page.content()
    page.get_by_role("link", name="本月新增").click()
    assert page.get_by_role("link", name="王发放").is_visible()
    assert office.at(APPROVER, f"/money/{run}/").get_by_text("没有收款账户").first.is_visible()
    lacking = office.at(CLERK, f"/money/{run}/")
    assert lacking.get_by_text("没有收款账户").first.is_visible()
    lacking.get_by_label("核实的情况和理由").first.fill("家里还没有开卡")
    lacking.get_by_role("button", name="本月不发", exact=True).first.click()
    page = office.at(APPROVER, f"/money/{run}/")
    while page.get_by_role("button", name="核实放行").count():
        page.get_by_label("核实的情况和理由").first.fill("已核实")
        page.get_by_role("button", name="核实放行").first.click()
        page = office.at(APPROVER, f"/money/{run}/")
    office.at(CLERK, f"/money/{run}/").get_by_role("button", name="提交审批").click()
    office.work()
    return run


def sign_by_two(office, run):
    page = office.at(CLERK, f"/money/{run}/")
    assert page.get_by_role("button", name="同意并签字").count() == 0
    for name, state in ((APPROVER, "待审批"), (LEADER, "已审批")):
        page = office.at(name, "/money/")
        assert page.get_by_text("等您办理：").is_visible()
        office.at(name, f"/money/{run}/").get_by_role("button", name="同意并签字").click()
        assert state in office.at(CLERK, f"/money/{run}/").locator(".lead").inner_text()
        assert office.at(name, f"/money/{run}/").get_by_role("button", name="同意并签字").count() == 0


def make_files(office, run):
    page = office.at(CLERK, f"/money/{run}/files/")
    page.get_by_role("main").get_by_role("button", name="生成代发文件").click()
    office.work()
    assert office.at(CLERK, f"/money/{run}/files/").get_by_text("生成 1 个代发文件，3 笔").is_visible()
    office.hand_over(run)
    assert office.at(CLERK, f"/money/{run}/files/").get_by_text("只查证，不会自己再发").first.is_visible()


def say_one_account_is_wrong(office):
    (held,) = office.bank.files.values()
    office.bank.bad_accounts = {line["account"] for line in held.lines if line["holder"] == "张退票"}


def refuse_a_file_that_was_cut_off(office):
    name, content = office.answer()
    office.content = content
    page = office.hand_in(content[: len(content) * 2 // 3], "duan.ret")
    page.get_by_role("link", name="duan.ret").first.click()
    assert page.get_by_text("整个文件一行也没有入账。").is_visible()
    assert page.get_by_text("文件有错，不能放行").count() or page.get_by_text("请由另一人核实").count()
    page.get_by_label("核实的情况").fill("银行重新提供")
    page.get_by_role("button", name="作废", exact=True).click()
    office.work()
    assert name


def take_the_answer_in(office, run, bad):
    page = office.hand_in(office.content, "hp.ret")
    assert page.get_by_text("已核对入账：3 笔").is_visible()
    page = office.at(CLERK, f"/money/{run}/")
    assert page.get_by_role("link", name="已到账 2").is_visible()
    page = office.at(CLERK, "/money/returned/")
    assert page.get_by_role("link", name="张退票").is_visible()
    assert "19000007002" not in page.content()
    page.locator("summary", has_text="显示电话").click()
    page.get_by_role("button", name="显示", exact=True).click()
    assert page.get_by_text("19000007002").is_visible()


def send_again_to_the_right_account(office, run, bad):
    page = office.at(CLERK, f"/money/people/{bad['person']}/")
    page.get_by_label("开户银行").fill("威海银行")
    page.get_by_label("卡号或存折账号").fill(a_card(55_777))
    page.get_by_label("接收整户的待遇").uncheck()
    page.get_by_label("凭什么登记").fill("社会保障卡复印件")
    page.get_by_role("main").get_by_role("button", name="登记", exact=True).click()
    assert page.get_by_text("等另一人复核后生效").is_visible()
    page = office.at(APPROVER, "/money/accounts/")
    page.get_by_role("button", name="复核同意").click()
    assert page.get_by_text("已复核").is_visible()
    office.at(CLERK, "/money/returned/").get_by_role("button", name="重发").click()
    office.work()
    office.hand_over(run)
    _name, content = office.answer()
    page = office.hand_in(content, "hp2.ret")
    assert page.get_by_text("已核对入账：1 笔").is_visible()


def print_the_sheet(office, run):
    """The pay sheet of the town as a PDF with the three who are paid."""
    page = office.at(CLERK, f"/money/{run}/papers/")
    office.press(CLERK, "生成 PDF")
    address = page.get_by_role("link", name=re.compile("PDF")).first.get_attribute("href")
    answer = page.request.get(office.town.address + address)
    words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages)
    assert "王发放" in words and "张退票" in words and "赵无卡" not in words


def reconcile_and_close(office, run):
    day = timezone.localdate()
    lines = office.bank.statement(day)
    total = sum(fen for _key, fen in lines)
    assert total == sum(PAID)
    page = office.at(CLERK, "/money/banks/")
    page.locator("#statement-form").select_option(FORM)
    page.get_by_label("期初余额（元）").fill("10000")
    page.get_by_label("期末余额（元）").fill(f"{(1_000_000 - total) / 100:.2f}")
    text = "".join(f"{key},{fen / 100:.2f}\n" for key, fen in lines)
    page.locator("#statement-file").set_input_files(
        {"name": "dzd.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="导入并核对").click()
    office.work()
    assert office.at(CLERK, "/money/banks/").get_by_text("当天全部相符").is_visible()
    page = office.at(CLERK, f"/money/{run}/files/")
    page.get_by_role("button", name="对账", exact=True).click()
    office.work()
    page = office.at(CLERK, f"/money/{run}/files/")
    assert page.get_by_text("名单、文件、回盘和账簿全部相符。").is_visible()
    office.at(CLERK, f"/money/{run}/").get_by_role("button", name="办结批次").click()
    office.work()
    assert "已办结" in office.at(CLERK, f"/money/{run}/").locator(".lead").inner_text()
    assert office.town.command("money", "verify")


def pages_are_open_to_everybody(office, run, bad):
    """No page of money is wider than a phone or has a serious barrier."""
    watched = office.desks[CLERK]
    line = watched.open(f"/money/{run}/lines/").locator("tbody th a").first.get_attribute("href")
    paths = [
        *("/money/", f"/money/{run}/", f"/money/{run}/lines/", f"/money/{run}/differences/", line),
        *(f"/money/{run}/files/", f"/money/{run}/papers/", "/money/banks/", "/money/returned/"),
        *("/money/errands/", "/money/accounts/", f"/money/people/{bad['person']}/"),
        *(f"/money/homes/{bad['number']}/", "/money/sentinels/", f"/money/people/{bad['person']}/sentinels/"),
        *("/money/recoveries/", "/money/budget/", "/money/funds/", "/money/books/"),
    ]
    page = watched.page
    for path in paths:
        page.set_viewport_size(PHONE)
        watched.open(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert page.locator("h1").count() == 1, path
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document)")
        grave = [row for row in found["violations"] if row["impact"] in ("serious", "critical")]
        assert [(row["id"], [n["html"][:120] for n in row["nodes"]][:2]) for row in grave] == [], path
