"""Elder care in a browser: an assessment on a telephone with its live score, a bed's next step, what somebody is entitled to."""

import os
import re

from tests.journeys.conftest import PHONE

SHOTS = os.environ.get("ANMIN_SHOTS", "")


def shot(page, name):
    """A picture for whoever wants to look at it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def narrow(page):
    """Nothing is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def an_elder(watched):
    """The page of a person from the register of target persons."""
    page = watched.open("/registers/elderly/difficulties/")
    page.locator("table tbody a").first.click()
    page.get_by_role("main").locator("a[href^='/people/']").first.click()
    page.get_by_role("link", name="养老服务", exact=True).last.click()
    page.wait_for_url(re.compile("/elderly/people/"))
    return page


def test_an_assessment_is_made_on_a_telephone_with_the_score_in_sight(visit):
    watched = visit(PHONE)
    watched.log_in("pinggu")
    page = an_elder(watched)
    shot(page, "elder-person-phone")
    assert narrow(page)
    page.get_by_role("link", name="能力评估").first.click()
    assert narrow(page)

    for item in page.locator("fieldset.assess-item").all():
        item.locator("label").nth(1).click()
    bar = page.locator(".assess-bar output")
    shot(page, "elder-assess-phone")

    assert "26/26" in bar.inner_text()
    before = page.locator("[data-level]").inner_text()
    page.get_by_label("确诊痴呆（F00–F03）").check()
    assert page.locator("[data-level]").inner_text() != before
    page.get_by_label("评估原因").select_option("immediate")
    page.get_by_label("评估员", exact=True).fill("评估员丁")
    page.get_by_label("第二评估员").fill("评估员戊")
    page.get_by_label("两人中至少一位有医护背景").check()
    total = page.locator("[data-total]").inner_text()
    page.get_by_role("button", name="保存评估").click()
    page.wait_for_url(re.compile(r"/elderly/people/\d+/$"))

    assert f"{total} 分" in page.locator("body").inner_text()


def test_the_desk_of_elder_care_leads_to_a_bed_and_its_next_step(visit):
    watched = visit()
    page = watched.log_in("yanglao")
    watched.open("/elderly/")
    shot(page, "elder-overview")
    assert page.get_by_text("建成家庭养老床位").count()
    watched.open("/registers/elderly/beds/?state=surveyed")
    shot(page, "elder-beds")
    page.locator("table tbody a").first.click()
    shot(page, "elder-bed")
    page.get_by_role("button", name="确定方案").click()

    assert "要填" in page.locator("main").inner_text()
    page.get_by_label("改造、设备和服务方案").fill("装扶手和呼叫器，每周上门一次")
    page.get_by_label("服务机构").first.fill("安心养老服务中心（演示）")
    shot(page, "elder-bed-step")
    page.get_by_role("button", name="确定方案").click()

    assert "已办理" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="签订三方协议").count() == 1


def test_reach_indicator_and_meals_open_without_complaint(visit):
    watched = visit()
    page = watched.log_in("yanglao")

    for path, name in (
        ("/elderly/reach/", "elder-reach"),
        ("/elderly/city/", "elder-city"),
        ("/elderly/meals/", "elder-meals"),
        ("/indicators/elderly/beds_built/", "elder-indicator"),
        ("/registers/elderly/institutions/", "elder-institutions"),
        ("/registers/elderly/works/new/", "elder-form"),
    ):
        watched.open(path)
        shot(page, name)
        assert page.locator("h1").inner_text()
