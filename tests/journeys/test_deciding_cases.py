"""Reviewing and deciding cases in the browser: R1 to R7 and T6, by keyboard and by mouse, weighed and looked at."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.casework import RAISE, at_desk, family, made, run
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.fieldwork import AGENT, rows
from tests.journeys.fieldwork import log_in as phone_of
from tests.journeys.test_every_page import AXE

REVIEWER, CLERK, LEADER = "xian1", "zhen1", "fenguan1"
OFFICE_KB = 250
LONELY = "371002001002"
"""A village of the town in which no worker is registered."""


@pytest.fixture
def reviewer(visit):
    return at_desk(visit, REVIEWER)


@pytest.fixture
def clerk(visit):
    return at_desk(visit, CLERK)


def focused(page):
    return page.evaluate("document.activeElement.innerText.trim()")


def seen_focus(page):
    """Whether whatever has the focus shows it."""
    return page.evaluate(
        "(() => { const one = getComputedStyle(document.activeElement);"
        " return one.outlineStyle !== 'none' || one.boxShadow !== 'none'; })()"
    )


def case_page(watched, case):
    return watched.open(f"/cases/{case['number']}/")


def test_a_day_of_reviews_needs_no_mouse(town, reviewer):
    """R1: J, J, Enter, read, A, Enter, the next one opens; Ctrl K, cgd, Enter opens 陈国栋's case."""
    cases = made(
        town,
        family("周一鸣", "RA1", 310000),
        family("周二鸣", "RA2", 310010),
        family("陈国栋", "RA3", 310020),
    )
    page = reviewer.open("/cases/?view=clear&number=RA")

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == "周二鸣"
    assert seen_focus(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{cases[1]['number']}/**")
    page.keyboard.press("a")
    assert focused(page) == "确认"
    assert seen_focus(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{cases[2]['number']}/**")
    reviewer.open("/cases/")
    page.keyboard.press("Control+k")
    page.keyboard.type("cgd")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/DIB\d+/$"))

    assert page.locator("h1").inner_text().startswith("陈国栋")
    assert "已确认" in case_page(reviewer, cases[1]).locator(".facts").inner_text()


def test_letters_do_nothing_while_somebody_types_or_composes(town, reviewer):
    (case,) = made(town, family("周三鸣", "RB2", 310105))
    page = case_page(reviewer, case)

    page.keyboard.press("s")
    chosen = page.locator("#act-county_visit select")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.press("n")
    page.locator("#act-confirm summary").click()
    words = page.locator("#reason-confirm")
    words.press_sequentially("r?")
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'r', isComposing: true, bubbles: true}))"
    )

    assert chosen.locator("option").count() > 1
    assert page.locator("#act-refuse").get_attribute("open") is None
    assert words.input_value() == "r?"
    assert page.url.endswith(f"/cases/{case['number']}/")
    expect(page.locator("#keys-help")).to_be_hidden()


def test_the_question_mark_shows_the_keys_and_escape_closes_them(reviewer):
    page = reviewer.open("/cases/")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name="键盘")).to_be_hidden()


def test_the_why_of_a_case_adds_up_and_names_its_sources(town, reviewer):
    """R2: every operand with its source, the lines come to the amount shown."""
    (case,) = made(town, family("周四鸣", "RC1", 310200, wage=12_000))
    page = case_page(reviewer, case)

    rows = page.locator("section[aria-labelledby=arithmetic] tbody tr")
    told = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows.all()}
    standard = next(float(v.replace(",", "")) for k, v in told.items() if k.startswith("低保标准"))
    people = next(int(v) for k, v in told.items() if k.startswith("共同生活"))
    income = next(float(v.replace(",", "")) for k, v in told.items() if k.startswith("家庭计入收入"))
    amount = float(page.locator("#conclusion .sums td").first.inner_text().split()[0].replace(",", ""))
    page.locator("#why details.fold > summary").click()
    page.locator("#facts-used").wait_for()
    text = page.locator("#why").inner_text()

    assert abs(standard * people - income / 12 - amount) < 0.01
    assert "人力资源和社会保障局" in page.locator("#facts-used + *").first.text_content() or "人力资源" in (
        page.locator("#why").text_content()
    )
    assert "起" in text and "号" in text


def test_each_discrepancy_is_decided_before_the_case(town, reviewer):
    """R3: blocked with a summary that links to both; allowed afterwards; the decision stands on the chain."""
    (case,) = made(town, family("周五鸣", "RD1", 310300, late=True))
    page = case_page(reviewer, case)

    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    links = page.locator(".error-summary a")
    assert links.count() == 2
    assert page.title().startswith("错误：")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    for _ in range(2):
        one = page.locator(".difference.is-open").first
        one.locator("input[value=declared]").check()
        one.get_by_label("理由").fill("单位和银行证明已更正")
        with page.expect_navigation():
            one.get_by_role("button", name="认定").click()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#conclusion .hint:has-text('决定')")

    assert "予以确认" in page.locator("#chain").inner_text()


def test_a_return_comes_back_to_the_same_reviewer_with_only_the_change(town, visit, reviewer):
    """R4: the point is tied to a field; the town sees it first; the worker's phone opens the signature itself;
    afterwards the same reviewer sees only what changed marked.
    """
    (case,) = made(town, family("周六鸣", "RE1", 310400))
    page = case_page(reviewer, case)
    page.keyboard.press("r")
    page.wait_for_url("**/return/**")
    page.get_by_label("退回哪一项").first.select_option(label="核对授权书 · 陈小龙")
    page.get_by_label("怎样补正").first.fill("授权书缺陈小龙签名")
    with page.expect_navigation():
        page.get_by_role("button", name="退回").click()
    reviewed_by = page.locator("header").inner_text()
    clerk = visit()
    clerk.log_in(CLERK)
    town_page = clerk.open("/cases/?view=returned&number=RE1")
    with town_page.expect_navigation():
        town_page.get_by_role("link", name="周六鸣").click()

    first = town_page.locator("#returned")
    assert "授权书缺陈小龙签名" in first.inner_text()
    assert "/authorise/" in first.get_by_role("link").first.get_attribute("href")
    signed_on_the_phone(visit, case)
    again = case_page(reviewer, case)

    assert "新签授权：陈小龙" in again.locator("#returned mark").first.inner_text()
    assert again.locator("#returned mark").count() == 1
    facts = again.locator(".facts").inner_text()
    assert "审核确认" in facts and re.search(r"承办人\s*(.+)", facts).group(1).strip() in reviewed_by


def signed_on_the_phone(visit, case):
    """The village worker taps the task, finds the missing signature on the first screen, records it, sends the case back."""
    held = visit(PHONE, user_agent=AGENT, has_touch=True, service_workers="allow")
    page = phone_of(held)
    task = rows(page, "周六鸣").filter(has_text="授权书缺陈小龙签名")
    task.tap()
    page.wait_for_url(f"**/field/cases/{case['number']}/sign/")
    missing = page.get_by_text("授权书缺陈小龙签名").bounding_box()
    assert page.get_by_role("heading", level=1).inner_text().split() == ["补签核对授权", "陈小龙"]
    assert missing["y"] + missing["height"] < PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_text("我在场，看着在授权书上签的字").tap()
    page.get_by_role("button", name="登记签名").tap()
    page.get_by_role("button", name="送回审核").tap()
    page.wait_for_url(re.compile(r"/field/(\?|$|homes/)"))
    assert rows(page, "授权书缺陈小龙签名").count() == 0


def test_a_batch_takes_what_is_clear_and_holds_a_sample_back(town, reviewer):
    """R5: a mixed selection; only the clear ones are offered, the doubtful one stands beside with its reason."""
    cases = made(
        town,
        *(family(f"吴{one}山", f"RF{at}", 310500 + at * 10) for at, one in enumerate("一二三四")),
        family("吴疑山", "RF9", 310590, late=True),
    )
    page = reviewer.open("/cases/?number=RF")
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name="批量确认").click()
    page.wait_for_url("**/batch/")

    assert "吴疑山" in page.locator("#others").inner_text()
    assert "不一致" in page.locator("#others").inner_text()
    assert page.locator("form tbody tr").count() == 4
    page.get_by_label("随机种子").fill("旅程种子")
    page.get_by_role("button", name="确认没有疑点的").click()
    page.wait_for_selector("[role=status]")
    told = page.locator("[role=status]").inner_text()

    assert "确认 3 件" in told and "抽出 1 件" in told and "旅程种子" in told
    assert "相同" in reviewer.open("/cases/samples/").locator("tbody tr", has_text="旅程种子").inner_text()
    assert "待确认" in case_page(reviewer, cases[4]).locator(".facts").inner_text()


def test_an_old_decision_replays_to_the_same_bytes_and_says_by_which_rules(town, reviewer):
    """R6."""
    (case,) = made(town, family("周七鸣", "RG1", 310700, to="granted"))
    page = case_page(reviewer, case)
    print_of_rules = page.locator("#conclusion .id").inner_text()

    page.get_by_role("link", name="重放").click()
    page.wait_for_selector("#replay")

    assert re.fullmatch(r"[0-9a-f]{16}", print_of_rules)
    assert "逐字节相同" in page.locator("#replay").inner_text()


def test_a_death_is_verified_told_and_a_false_one_closed_for_good(town, clerk):
    """R7: a task at the town, payment goes on, the words to the family are drafted; false: one action, remembered."""
    (case,) = made(town, family("周八鸣", "RH1", 310800, to="granted", died=True))
    number = re.search(r"REV\d+", run(town, RAISE)).group()
    page = clerk.open(f"/cases/{number}/")

    assert "周八鸣于" in page.locator("main").inner_text()
    assert "照常" in page.locator("main").inner_text()
    page.get_by_text("告知家庭的草稿").click()
    draft = page.locator("details[open]").first.inner_text()
    assert re.search(r"每月 [\d,.]+ 元", draft) and "60 日内申请行政复议" in draft
    page.locator("#act-dismiss summary").click()
    page.locator("#reason-dismiss").fill("同名同姓，本人健在")
    with page.expect_navigation():
        page.locator("#act-dismiss button").click()

    assert "线索不实" in page.locator(".facts").inner_text()
    assert run(town, RAISE) == "[]"
    assert "享受中" in clerk.open(f"/people/{case['people'][0]}/").locator("#helped").inner_text()


def test_visits_for_many_with_partial_failure_and_nothing_twice(town, clerk):
    """T6: two of six lie in a village without a worker; a repetition creates nothing; the ticks stay."""
    made(
        town,
        *(
            family(f"郑{one}河", f"RI{at}", 310900 + at * 10, to="accepted")
            for at, one in enumerate("一二三四")
        ),
        *(
            family(f"郑{one}河", f"RI{at}", 310900 + at * 10, to="accepted", division=LONELY)
            for at, one in ((5, "五"), (6, "六"))
        ),
    )

    def hand_out():
        page = clerk.open("/cases/?number=RI")
        page.get_by_label("全选本页").check()
        page.get_by_role("button", name="派入户").click()
        page.wait_for_url("**/bulk/")
        preview = page.locator("[role=status]").inner_text()
        if page.get_by_role("button", name="办理").count():
            page.get_by_role("button", name="办理").click()
            page.wait_for_url("**/cases/?**")
        return preview

    first = hand_out()
    page = clerk.page
    told, links = page.locator("#outcome").inner_text(), page.locator("#outcome a")

    assert "4 件可以办" in first and "2 件办不了" in first
    assert "办好 4 件" in told and "没办成 2 件" in told
    assert links.count() == 2 and links.first.get_attribute("href").endswith("#handler")
    assert page.locator("input[name=case]:checked").count() == 6
    assert "0 件可以办，4 件已经办过，2 件办不了" in hand_out()


PATHS = ("/cases/", "/cases/?view=clear", "/cases/samples/", "/reviews/")


@pytest.mark.parametrize("size", [PHONE, OFFICE], ids=["phone", "office"])
def test_the_pages_fit_and_have_no_serious_barrier(town, visit, size):
    household = "RK1" if size is PHONE else "RK2"
    (case,) = made(town, family("周九鸣", household, 311000 if size is PHONE else 311010, late=True))
    watched = visit(size, bypass_csp=True)
    watched.log_in(REVIEWER)

    for path in (*PATHS, f"/cases/{case['number']}/", f"/cases/{case['number']}/return/?way=return_for_fix"):
        page = watched.open(path)
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document)")
        grave = [
            (row["id"], [node["html"][:160] for node in row["nodes"]][:3])
            for row in found["violations"]
            if row["impact"] in ("serious", "critical")
        ]
        assert grave == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_the_first_load_of_the_work_table_and_a_case_stays_light(town, visit):
    """Everything that the pages bring on a first visit, as it goes over the wire."""
    (case,) = made(town, family("周十鸣", "RL1", 311100))
    watched = visit()
    watched.log_in(REVIEWER)
    for path in ("/cases/", f"/cases/{case['number']}/"):
        client = watched.page.context.new_cdp_session(watched.page)
        client.send("Network.enable")
        client.send("Network.setCacheDisabled", {"cacheDisabled": True})
        sizes = []
        client.on(
            "Network.loadingFinished", lambda told, sizes=sizes: sizes.append(told["encodedDataLength"])
        )
        watched.open(path)
        watched.page.wait_for_load_state("networkidle")
        client.detach()

        assert len(sizes) > 5
        assert sum(sizes) / 1024 < OFFICE_KB, path
