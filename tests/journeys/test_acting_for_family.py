"""C3, the worker's way: a delegation told face to face, an application on behalf, and access that ends at once."""

import json
import re

from playwright.sync_api import expect

from tests.journeys.casework import run
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.residents import come_in
from tests.journeys.test_counter_intake import opened

WORKER = "cun1"
MAKING = """
import django; django.setup()
import json
from tests.kernel.cases.road import a_family
_home, (mother,) = a_family(("吴秀莲", 1945), serial=330000, number="WF1")
_other, (daughter,) = a_family(("孙小红", 1972), serial=330010, number="WF2")
daughter.phone = "19000000088"
daughter.save()
told = {who: {"pk": one.pk, "name": one.name, "number": one.identifiers.get().value}
        for who, one in (("mother", mother), ("daughter", daughter))}
print("MADE", json.dumps(told))
"""
"""An old woman without a telephone, and her daughter, who lives by herself."""


def test_a_worker_files_for_an_old_woman_whose_daughter_acts_until_it_is_taken_back(visit, town):
    people = json.loads(run(town, MAKING))
    mother, daughter = people["mother"], people["daughter"]
    worker = visit(OFFICE)
    worker.log_in(WORKER)
    page = opened(worker, mother["number"], "临时救助（急难型）")
    form = page.url
    page.get_by_label(re.compile("^受托人")).fill(daughter["number"])
    page.get_by_label("家里遇到了什么困难").fill("老人摔伤住院，眼下没有钱交费。")
    page.get_by_role("button", name="提交申请").click()
    assert "还没有登记孙小红可以代办" in page.locator(".error-summary").inner_text()

    page = worker.open(f"/people/{mother['pk']}/")
    page.locator(f"a[href='/people/{mother['pk']}/delegations/']").first.click()
    page.get_by_label("受委托人的证件号码").fill(daughter["number"])
    page.get_by_label("申请和补材料").check()
    page.get_by_label("查进度和结果").check()
    page.get_by_label("当面确认").check()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("委托已登记")
    page.goto(form)
    assert page.get_by_label("家里遇到了什么困难").input_value() == "老人摔伤住院，眼下没有钱交费。"
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/materials/")
    number = re.search(r"/cases/(\w+)/", page.url).group(1)
    assert "孙小红" in worker.open(f"/cases/{number}/").locator(".facts").first.inner_text()

    hers = visit(PHONE)
    page = come_in(hers, daughter, "/residents/cases/")
    page.locator("section.sheet", has_text="吴秀莲").get_by_role("link").first.click()
    case = page.url
    assert "代办人：孙小红" in page.get_by_role("main").inner_text() and number in page.content()
    assert "人脸" not in page.get_by_role("main").inner_text()

    page = worker.open(f"/people/{mother['pk']}/delegations/")
    page.get_by_label("理由").fill("老人当面说不用女儿代办了")
    page.get_by_role("button", name="取消委托").click()
    assert "老人当面说不用女儿代办了" in page.get_by_role("main").inner_text()
    assert hers.page.goto(case).status == 404
    assert "吴秀莲" not in hers.open("/residents/cases/").get_by_role("main").inner_text()
    hers.complaints[:] = [one for one in hers.complaints if "status of 404" not in one]
