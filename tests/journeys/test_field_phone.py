"""The worker's phone, with and without network (W1–W8): a real Chromium, its worker script, and a web process that is real."""

import gzip
import json
import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD
from tests.journeys.fieldwork import (
    AGENT,
    FORBIDDEN,
    FRESH,
    NARROW,
    PHONE,
    VISIT,
    WORKER,
    a_jpeg,
    asked,
    fill_and_save,
    forgive,
    log_in,
    offline,
    open_form,
    ready,
    rows,
    visits,
)

FIRST_LOAD = 150 * 1024
MOST_TAPS = 8


@pytest.fixture
def phone(visit, town):
    """A worker with a phone in hand, on today's list, with every visit still to be made."""
    asked(town, FRESH)

    def hold(size=PHONE, name=WORKER, **options):
        held = visit(size, user_agent=AGENT, has_touch=True, service_workers="allow", **options)
        log_in(held, name)
        return held

    return hold


def test_w1_today_is_ordered_complete_light_and_fits_the_narrowest_phone(phone):
    held = phone(NARROW)
    page = held.page

    tints = [row.get_attribute("class").split()[-1] for row in rows(page).all()]
    heights = page.eval_on_selector_all(
        "ol.list a.row", "all => all.map(one => one.getBoundingClientRect().height)"
    )
    sent = page.evaluate(
        "async () => { let all = [document.documentElement.outerHTML]; for (const one of document.querySelectorAll("
        "'script[src], link[rel=stylesheet]')) all.push(await (await fetch(one.src || one.href)).text()); return all }"
    )

    assert len(tints) >= 4 and set(tints) == {"red", "amber", "blue"}
    assert tints == sorted(tints, key=["red", "amber", "blue"].index)
    assert min(heights) >= 64
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert sum(len(gzip.compress(text.encode())) for text in sent) <= FIRST_LOAD
    assert re.search(r"超期 \d+ 天|今天到期|还有 \d+ 天|紧急", rows(page).first.inner_text())


def test_w2_a_visit_takes_a_minute_and_says_what_it_brought_up_to_date(phone, town):
    page = phone().page
    before, name = visits(town), rows(page, VISIT).first.locator("b").inner_text()

    taps = open_form(page) + fill_and_save(page)
    page.wait_for_url("**saved=ZF*")

    assert taps <= MOST_TAPS
    assert "已更新" in page.locator(".note.green").inner_text()
    assert visits(town) == before + 1
    page.goto(page.url.split("/field/")[0] + "/field/")
    late = page.locator("a.row.red").filter(has_text=VISIT)
    assert name not in [row.locator("b").inner_text() for row in late.all()]
    number = asked(town, "print(Visit.objects.latest('pk').household.number)")
    page.goto(page.url.split("/field/")[0] + f"/field/homes/{number}/")
    assert "录入" in page.get_by_role("main").inner_text()


def test_w3_three_visits_without_network_arrive_once_each_though_an_answer_is_lost(phone, town):
    held = phone()
    page = held.page
    ready(page)
    before, posts, network = visits(town), [], {"is_off": True}

    def lose_one(route):
        if network["is_off"]:
            route.abort()
            return
        posts.append(route.request.headers["idempotency-key"])
        if len(posts) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.context.route("**/field/send/", lose_one)
    offline(held)
    for number in range(3):
        page.goto(held.address + "/field/")
        open_form(page, number)
        fill_and_save(page, f"没有网 {number}")
        page.wait_for_url("**kept=1*")
        expect(page.locator("#badge")).to_have_text(str(number + 1))
    page.reload()
    expect(page.locator("#badge")).to_have_text("3")
    page.goto(
        "about:blank"
    )  # a page closed in the middle of a try would take the browser's "offline" away with it
    page.close()
    held.page = page = held.page.context.new_page()
    page.goto(held.address + "/field/")
    expect(page.locator("#badge")).to_have_text("3")
    assert visits(town) == before
    network["is_off"] = False
    offline(held, False)

    expect(page.locator("#badge")).to_be_hidden(timeout=60_000)

    assert visits(town) == before + 3
    assert len(posts) >= 4 and len(set(posts)) == 3
    page.goto(held.address + "/field/outbox/")
    page.wait_for_selector("li.waiting.done")
    assert len(re.findall(r"回执号 ZF\d{6}-\d+", page.locator("#waiting").inner_text())) >= 3
    forgive(held)


def test_an_application_on_behalf_begun_without_network_becomes_one_draft_and_is_gone_on_with(phone, town):
    held = phone()
    page, count = held.page, "print(Draft.objects.count())"
    ready(page)
    number = rows(page, VISIT).first.get_attribute("href").split("/homes/")[1].split("/")[0]
    before = int(asked(town, count))
    page.goto(held.address + f"/field/homes/{number}/apply/")
    page.wait_for_selector("form#apply[data-ready='1']")
    offline(held)
    page.reload()
    page.wait_for_selector("form#apply[data-ready='1']")

    page.get_by_text("临时救助（急难型）", exact=True).tap()
    page.get_by_label("为什么困难").fill("灶房着火，住不成了")
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_selector("form#apply[data-ready='1']")
    expect(page.get_by_label("为什么困难")).to_have_value("灶房着火，住不成了")
    page.get_by_role("button", name="记下，接着填").tap()
    page.wait_for_url("**kept=1*")
    expect(page.locator("#badge")).to_have_text("1")
    offline(held, False)

    expect(page.locator("#badge")).to_be_hidden(timeout=60_000)
    assert int(asked(town, count)) == before + 1
    page.goto(held.address + "/field/outbox/")
    page.locator("#waiting").get_by_role("link", name="接着填").first.tap()
    page.wait_for_url("**/cases/new/form/**")
    assert "灶房着火，住不成了" in page.content()
    forgive(held)


def test_w4_two_people_who_change_one_field_both_keep_their_words_until_one_chooses(phone, town):
    first, second = phone(), phone()
    number = rows(first.page).first.get_attribute("href").split("/homes/")[1].split("/")[0]
    for held, value in ((first, "13800001111"), (second, "13900002222")):
        ready(held.page)
        page = held.page
        page.goto(held.address + f"/field/homes/{number}/")
        page.get_by_role("link", name="登记走访").first.tap()
        page.wait_for_selector("form#visit[data-ready='1']")
        page.get_by_text("见到了", exact=True).tap()
        page.get_by_label("联系电话").fill(value)
        if held is second:
            page.get_by_label("怎么找").fill("村口第二家")
    offline(first)
    offline(second)
    for held in (first, second):
        held.page.get_by_role("button", name="保存").tap()
        held.page.wait_for_url("**kept=1*")
    offline(first, False)
    expect(first.page.locator("#badge")).to_be_hidden(timeout=60_000)
    offline(second, False)
    expect(second.page.locator("#strip")).to_contain_text("没传上去", timeout=60_000)

    page = second.page
    page.goto(second.address + "/field/outbox/")
    page.wait_for_selector("li.waiting.returned")
    told = page.locator("li.waiting.returned").first.inner_text()
    assert "两人都改了" in told and "联系电话" in told
    assert "13800001111" in told and "13900002222" in told
    page.get_by_role("button", name="13900002222").tap()
    expect(page.locator("#badge")).to_be_hidden(timeout=60_000)

    said = asked(
        town,
        "from anmin.kernel.delivery.cards.merging import standing\n"
        "from anmin.kernel.delivery.cards.queries import as_word\n"
        f"rows = CardEntry.objects.filter(household__number='{number}')\n"
        "now = standing(as_word(row) for row in rows)\n"
        "print(now['phone'].value, now['way_there'].value, rows.filter(field='phone').count())",
    )
    assert said == "13900002222 村口第二家 3"
    for held in (first, second):
        forgive(held)


def test_w5_no_photograph_is_forced_and_none_says_where_it_was_taken(phone, town, tmp_path):
    held = phone(permissions=[])
    page = held.page
    page.add_init_script(
        "window.asked = 0; if (navigator.geolocation) navigator.geolocation.getCurrentPosition = () => { window.asked += 1 }"
    )
    page.goto(held.address + "/field/")
    open_form(page)
    assert page.locator("#photo").count() == 0
    assert page.evaluate("window.asked") == 0

    asked(
        town,
        "from anmin.kernel.access.queries import reader_for\n"
        "from anmin.kernel.delivery.plans.actions import allow_photos\n"
        "on = date.today()\n"
        "boss = reader_for(User.objects.get(username='fenguan1'), on)\n"
        "for key in ('elder_visit', 'dibao_visit'):\n"
        "    allow_photos(by=boss, service_key=key, division=boss.scope.codes[0], words='危房排查需要对比墙体裂缝',"
        " first_day=on, last_day=on + timedelta(days=2))",
    )
    page.reload()
    page.wait_for_selector("form#visit[data-ready='1']")
    assert "危房排查需要对比墙体裂缝" in page.get_by_role("main").inner_text()
    page.locator("#photo").set_input_files(a_jpeg(page, tmp_path))
    expect(page.locator("#photo-state")).to_have_text("照片已准备好")
    fill_and_save(page)
    page.wait_for_url("**saved=ZF*")

    found = json.loads(
        asked(
            town,
            "import base64, json\nrow = VisitPhoto.objects.latest('pk')\nraw = base64.b64decode(row.picture)\n"
            "print(json.dumps([row.bytes, raw[:2].hex(), b'Exif' in raw, b'GPS' in raw]))",
        )
    )
    assert found[0] <= 300 * 1024
    assert found[1:] == ["ffd8", False, False]
    assert page.evaluate("window.asked") == 0


def test_w6_words_outlive_the_session(phone, town):
    held = phone()
    page = held.page
    before = visits(town)
    open_form(page)
    page.get_by_text("见到了", exact=True).tap()
    page.get_by_label("备注").fill("老人说腿疼，想去镇上看")
    time.sleep(0.5)
    asked(town, "from django.contrib.sessions.models import Session; Session.objects.all().delete()")

    page.get_by_role("button", name="保存").tap()
    page.wait_for_url("**/login/**")
    page.get_by_label("用户名").fill(WORKER)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    page.wait_for_selector("form#visit[data-ready='1']")

    assert page.get_by_label("备注").input_value() == "老人说腿疼，想去镇上看"
    assert page.locator("input[name=met][value=seen]").is_checked()
    page.get_by_role("button", name="保存").tap()
    page.wait_for_url("**saved=ZF*")
    assert visits(town) == before + 1
    held.complaints[:] = [text for text in held.complaints if "401" not in text]


def test_w7_a_death_told_once_shows_on_the_household_and_in_the_report(phone, town):
    held = phone()
    page = held.page
    name = rows(page, VISIT).last.locator("b").inner_text().partition("（")[0]
    open_form(page, rows(page, VISIT).count() - 1)
    page.get_by_text("没见到", exact=True).tap()
    page.get_by_text("去世", exact=True).first.tap()
    page.locator("[data-key=change]").get_by_text("去世", exact=True).tap()
    page.get_by_label("谁去世了").select_option(label=name)
    page.get_by_label("去世日期").fill(asked(town, "print(date.today() - timedelta(days=1))"))
    page.get_by_role("button", name="保存").tap()
    page.wait_for_url("**saved=ZF*")
    assert "家庭人口（待确认）" in page.locator(".note.green").inner_text()

    number = asked(town, "print(Visit.objects.latest('pk').household.number)")
    page.goto(held.address + f"/field/homes/{number}/")
    assert "待确认" in page.get_by_role("main").inner_text()
    page.goto(held.address + "/field/reports/monthly/")
    assert page.locator("#c-deaths_waiting td").inner_text() == "1"
    assert re.search(r"已自动填 (\d+)/(\d+)", page.get_by_role("main").inner_text())


def test_w8_nobody_is_counted_ranked_or_watched_and_anybody_may_complain(phone, visit):
    held = phone()
    page = held.page
    number = rows(page).first.get_attribute("href").split("/homes/")[1].split("/")[0]
    for path in (
        "",
        "homes/",
        f"homes/{number}/",
        "outbox/",
        "orders/",
        "reports/",
        "reports/monthly/",
        f"homes/{number}/plan/",
    ):
        page.goto(held.address + f"/field/{path}")
        assert not FORBIDDEN.search(page.content()), path
        assert page.get_by_role("link", name="投诉建议（不用留名）").is_visible(), path
    for schema in ("/api/v1/openapi.json", "/spdci/social/openapi.json"):
        assert not FORBIDDEN.search(page.request.get(held.address + schema).text())
    nobody = visit(PHONE)
    nobody.open("/residents/voices/new/")
    assert nobody.page.get_by_role("heading", level=1).is_visible()
    assert "登录" not in nobody.page.url


def test_targets_are_sixty_by_sixty_in_large_letters(phone):
    held = phone(NARROW)
    held.page.context.add_cookies([{"name": "anmin_size", "value": "large", "url": held.address}])
    held.page.goto(held.address + "/field/")
    open_form(held.page)

    small = held.page.evaluate(
        """[...document.querySelectorAll('main a, main button, main label:has(input), main select, .tabs a, .top a, .top summary')]
           .filter(one => one.offsetParent && !one.closest('[hidden]'))
           .filter(one => { const box = one.getBoundingClientRect(); return box.height < 60 || box.width < 60 })
           .map(one => one.outerHTML.slice(0, 100))"""
    )
    assert small == []
    assert held.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_leaving_wipes_the_phone_and_asks_first_where_something_waits(phone):
    held = phone()
    page = held.page
    ready(page)
    offline(held)
    open_form(page)
    fill_and_save(page)
    page.wait_for_url("**kept=1*")
    page.get_by_text("我的", exact=True).tap()
    page.get_by_role("button", name="退出登录").tap()
    expect(page.get_by_text("还有没上传的内容")).to_be_visible()
    offline(held, False)
    expect(page.locator("#badge")).to_be_hidden(timeout=60_000)
    page.get_by_role("button", name="退出登录").tap()
    page.wait_for_url("**/login/**")

    left = page.evaluate(
        "async () => [(await caches.keys()).filter(one => one === 'anmin-pages').length,"
        " (await indexedDB.databases()).filter(one => one.name === 'anmin-field').length]"
    )
    assert left == [0, 0]
    forgive(held)
