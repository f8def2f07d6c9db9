"""A name from its proposal to the announcement and a door plate in it, by the two people of place names, on desk and telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import OFFICE, PHONE

NAMINGS = "/registers/placenames/namings/"
GIVEN = {
    "proper": "潮音",
    "generic": "路",
    "position": "东起滨海路，西至文化路",
    "meaning": "夜里听得见潮声，沿线居民提议。",
    "applicant": "街道办事处（演示）",
}


def step(page, name, **said):
    """One step of the way, with what it asks for."""
    box = page.locator("details").filter(has=page.get_by_role("button", name=name, exact=True))
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    for label, words in said.items():
        box.get_by_label(label).fill(words)
    box.get_by_role("button", name=name, exact=True).click()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("size", "proper"), [(OFFICE, "潮音"), (PHONE, "松涛")], ids=["office", "phone"])
def test_a_name_is_proposed_argued_approved_announced_and_has_a_door_plate(visit, size, proper):
    officer, approver = visit(size), visit(size)
    page, other = officer.log_in("diming"), approver.log_in("dishen")
    expect(page.get_by_role("heading", name="等您办的")).to_be_visible()
    assert fits(page) and "anmin screen" not in page.content()

    page.get_by_role("main").get_by_role("link", name="地名命名更名", exact=True).click()
    for name, words in (GIVEN | {"proper": proper}).items():
        page.locator(f"form [name={name}]").fill(words)
    page.locator("[name=kind]").select_option("street")
    page.locator("[name=division]").select_option(index=2)
    assert fits(page)
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(NAMINGS + "of/"))
    where = page.url
    step(page, "受理")
    step(
        page,
        "论证和征求意见",
        **{
            "专家论证意见": "同意，读音顺口",
            "公众意见和采纳情况": "公示七天，没有反对",
            "综合评估（合法、可行、可控、风险）": "合法可行，风险低",
        },
    )
    assert page.get_by_role("button", name="批准", exact=True).count() == 0

    expect(other.get_by_role("main")).to_contain_text("已论证，待批准")
    other.goto(where)
    step(other, "批准", 批准机关="区人民政府（演示）", 批准文号="演示〔2026〕9号")
    assert fits(other)
    page.goto(where)
    step(page, "备案", 备案机关="市民政局（演示）")
    step(page, "公告", 公告渠道="政府网站（演示）")
    expect(page.get_by_role("main")).to_contain_text("已公告")
    page.get_by_role("button", name="地名公告").first.click()
    assert fits(page)

    nobody = visit(size)
    found = nobody.open(f"/residents/registers/placenames/names/?q={proper}")
    expect(found.get_by_role("main")).to_contain_text(f"{proper}路")
    officer.open("/registers/placenames/doorplates/new/")
    option = page.locator("[name=name] option").filter(has_text=f"{proper}路")
    page.locator("[name=name]").select_option(option.get_attribute("value"))
    page.locator("[name=division]").select_option(index=2)
    page.locator("[name=plate]").fill("12 号")
    assert fits(page)
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile("/doorplates/of/"))
    expect(page.get_by_role("main")).to_contain_text(f"{proper}路 12 号")
