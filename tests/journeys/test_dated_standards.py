"""R6 in full: a new standard is proposed and confirmed on the pages, has its day, and leaves what was decided before as it was."""

import re
from datetime import date

import pytest
from django.utils import timezone

from tests.journeys.casework import at_desk, family, made
from tests.journeys.test_figures_and_reasons import money

COUNTY, OFFICER, LEADER, REVIEWER = "371002", "shi", "juzhang", "xian1"
WORK_OUT = "import django; django.setup()\nfrom anmin.kernel import ruletasks\nruletasks.work_out_standard(change={})"
"""What the worker does with the job that a proposal leaves; the journeys run none."""
NEW_YEAR = date(timezone.localdate().year + 1, 1, 1)
DOCUMENT = "威民发〔2026〕31号"


@pytest.fixture
def officer(visit):
    return at_desk(visit, OFFICER)


@pytest.fixture
def leader(visit):
    return at_desk(visit, LEADER)


def proposed(town, officer, rate, urban, rural=""):
    """From the menu to the page of the proposal, with the difference worked out."""
    page = officer.open("/rules/")
    page.get_by_role("link", name="新标准：提出、看差异、确认").click()
    page.get_by_label("哪项标准").select_option(rate)
    page.get_by_label("在哪里").select_option(COUNTY)
    page.get_by_label("从哪天起").fill(NEW_YEAR.isoformat())
    page.get_by_label("数值（城镇）").fill(urban)
    page.get_by_label("数值（农村）").fill(rural)
    page.get_by_label("公布的文件和文号").fill(DOCUMENT)
    page.get_by_role("button", name="提出", exact=True).click()
    page.wait_for_url(re.compile(r"/standards/\d+/$"))
    assert "等另一人确认" in page.get_by_role("main").inner_text()
    assert page.get_by_role("button", name="与文件一致，确认").count() == 0
    number = re.search(r"(\d+)/$", page.url).group(1)
    town.python("-c", WORK_OUT.format(number))
    return f"/standards/{number}/"


def confirmed(leader, address):
    page = leader.open(address)
    page.get_by_role("button", name="与文件一致，确认").click()
    page.wait_for_load_state("load")
    assert "已确认" in page.locator(".facts").inner_text()


def withdrawn(leader, address):
    page = leader.open(address)
    page.get_by_label("理由").last.fill("只为演练")
    page.get_by_role("button", name="撤回这项标准").click()
    assert "已撤回" in page.locator(".facts").inner_text()


def standard_of(watched, case):
    """The standard that the why of a case names, and the print of its rules."""
    page = watched.open(f"/cases/{case['number']}/")
    rows = page.locator("section[aria-labelledby=arithmetic] tbody tr")
    told = {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows.all()}
    shown = next(value for title, value in told.items() if title.startswith("低保标准"))
    return float(shown.replace(",", "")), page.locator("#conclusion .id").inner_text()


def replayed(watched, case):
    page = watched.open(f"/cases/{case['number']}/")
    page.get_by_role("link", name="重放").click()
    page.wait_for_selector("#replay")
    return page.locator("#replay").inner_text()


def difference(leader, address):
    """Every row of the difference view, over all its pages, and what its sentence says."""
    page, found = leader.open(address), []
    sentence = page.locator("#effects .sentence").inner_text()
    while True:
        for row in page.locator("#effects tbody tr").all():
            found.append([row.locator("th").inner_text(), *row.locator("td").all_inner_texts()])
        following = page.locator("#effects a[rel=next]")
        if not following.count():
            return sentence, found
        following.click()


def test_a_new_standard_has_its_day_and_what_was_decided_before_stays(town, visit, officer, leader):
    """R6: proposed and confirmed by two; the old case explains the old value by the old rules, the new one the new."""
    (old,) = made(town, family("周旧年", "RN1", 312000, to="granted"))
    reviewer = at_desk(visit, REVIEWER)
    before, rules = standard_of(reviewer, old)
    income = officer.open(f"/rates/disposable_income_year/?division={COUNTY}")
    kept = income.locator("tr.total-row td.num").first.inner_text()

    given = []
    try:
        lines = proposed(town, officer, "disposable_income_year", kept.replace(",", ""))
        confirmed(leader, lines)
        given.append(lines)
        address = proposed(town, officer, "dibao_standard", f"{before + 30:.2f}", f"{before:.2f}")
        sentence, rows = difference(leader, address)
        confirmed(leader, address)
        given.append(address)

        (mine,) = [row for row in rows if row[0] == "RN1"]
        assert money(mine[3]) - money(mine[2]) == money(mine[4]) == 3 * 30_00
        total = sum(money(row[4]) for row in rows)
        assert money(re.search(r"每月共多 ([\d,.]+) 元", sentence).group(1)) == total
        assert f"{len({row[0] for row in rows}):,} 户的 {len(rows):,} 项待遇" in sentence

        later = (NEW_YEAR - timezone.localdate()).days + 7
        (new,) = made(town, family("周新年", "RN2", 312010, to="granted", ago=-later))
        assert standard_of(reviewer, old) == (before, rules)
        now, other_rules = standard_of(reviewer, new)
        assert now == before + 30 and other_rules != rules
        assert "逐字节相同" in replayed(reviewer, old) and "逐字节相同" in replayed(reviewer, new)

    finally:
        # The city is shared: a standard that stayed would change what others read.
        for one in reversed(given):
            withdrawn(leader, one)
    assert standard_of(reviewer, old) == (before, rules)
