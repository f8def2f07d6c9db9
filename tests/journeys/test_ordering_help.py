"""Help ordered by a resident, given out and written down by the officer of elder care, confirmed by the resident: desk and telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.residents import come_in, somebody
from tests.journeys.test_place_names import fits


# Two residents, for nobody gets more than three codes in half an hour and other journeys ask for some.
@pytest.mark.parametrize(
    ("size", "kind", "whose"),
    [(PHONE, "上门照护", "正在办"), (OFFICE, "送餐", "没有批准")],
    ids=["phone", "office"],
)
def test_help_is_ordered_given_out_served_and_confirmed(visit, town, size, kind, whose):
    resident, officer = visit(PHONE), visit(size)
    page = come_in(resident, somebody(town, whose), "/residents/orders/new/")
    page.locator("input[name=person]").first.check(force=True)
    page.get_by_text(kind, exact=True).click()
    page.get_by_role("main").locator("button[type=submit]").click()
    assert fits(page)
    page.get_by_label("要注意什么（可以不写）").fill("下午来")
    page.get_by_role("button", name="下单").click()
    page.wait_for_url(re.compile("/residents/orders/FW"))
    number = page.url.rstrip("/").split("/")[-1]

    other = officer.log_in("yanglao")
    expect(other.get_by_role("main")).to_contain_text(f"服务单 · {kind} · 等派单")
    officer.open(f"/field/orders/{number}/")
    other.get_by_label("派给谁").fill("康乐护理站（演示）")
    other.get_by_label("哪天以前办好").fill("2099-01-01")
    other.get_by_role("button", name="派单").click()
    assert fits(other)
    other.get_by_label("用了多少分钟").fill("40")
    other.get_by_label("做了什么").fill("按要求做好")
    other.get_by_role("button", name="记下服务").click()

    page.reload()
    expect(page.get_by_role("main")).to_contain_text("康乐护理站（演示）")
    page.get_by_text("5 分", exact=True).click()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("main")).to_contain_text("已评价")
    assert fits(page)
