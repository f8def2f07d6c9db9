"""Papers of real cases: from the rows of casework to the sheet, through the same actions as staff."""

import re
from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.papers import actions, queries
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.papers.composing import texts_of
from anmin.kernel.papers.kinds import national
from anmin.kernel.papers.pdf import pdf_of
from anmin.kernel.papers.words import PaperProblem
from tests.kernel.cases.road import Road, a_family, earns, town_staff
from tests.kernel.papers.reading import text_of_pdf

pytestmark = pytest.mark.django_db


def whole(row):
    return "".join(texts_of(row.sheet))


@pytest.fixture
def poor():
    home, (head, _) = a_family(("林䶮", 1970), ("欧阳阿依努尔·买买提", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 1_200)])
    road.to_confirming()
    road.confirm()
    return road


@pytest.fixture
def refused():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 96_000)])
    road.to_confirming()
    road.refuse(who="approver", reason="家庭收入超过标准。")
    return road


def made(road, kind):
    return actions.make_paper(by=road.staff["approver"], case=road.case, kind=kind, on=road.day)


def test_a_granted_case_gives_its_papers_from_application_to_decision(poor):
    rows = [
        made(poor, kind)
        for kind in ("application", "acceptance", "survey_form", "summary", "decision", "why")
    ]

    for row in rows:
        assert "林䶮" in whole(row) and row.subject == poor.case.number and row.person == poor.case.applicant
    decision = rows[4]
    assert decision.sheet["issuer"].endswith(("民政局", "人民政府", "办事处"))
    assert poor.case.number in whole(decision) and "大写：" in whole(decision)
    assert "2,024.00 元" in whole(rows[5]) and "1,200.00" in whole(rows[0]) and "1,200.00" in whole(rows[3])
    reader = reader_for(poor.staff["approver"], poor.day)
    assert queries.papers_of(reader, poor.case) == rows


def test_a_refusal_begins_with_the_sentence_of_the_decision_and_says_how_to_appeal_once(refused):
    row = made(refused, "refusal")

    lead = next(block["text"] for block in row.sheet["blocks"] if block["is"] == "lead")
    assert any(letter.isdigit() for letter in lead)
    assert whole(row).count("申请行政复议") == 1
    assert "环翠区人民政府" in whole(row) and "家庭收入超过标准。" in whole(row)


def test_a_sheet_for_the_wall_holds_what_was_put_up(poor):
    row = made(poor, "publicity_sheet")

    shown = poor.case.publicities.get().row
    (table,) = [block for block in row.sheet["blocks"] if block["is"] == "table"]
    assert table["rows"][0][1] == shown["name"] == "林䶮"
    assert "买买提" not in whole(row)
    assert row.level == 0


def test_what_a_case_lacks_is_said_and_nothing_is_made(poor):
    with pytest.raises(PaperProblem, match="还没有“不予确认”的决定"):
        made(poor, "refusal")

    open_now = {row.key: row for row in queries.makeable(poor.case, on=poor.day)}
    assert open_now["decision"].is_open and not open_now["refusal"].is_open
    assert set(open_now) <= set(national())


def test_a_kind_that_is_not_of_cases_is_refused(poor):
    with pytest.raises(PaperProblem, match="没有“passport”这种文书"):
        made(poor, "passport")


@pytest.fixture
def large():
    """A family of five with wages, pensions, land and illness: the longest sum a letter has to explain."""
    names = ("林䶮", "欧阳阿依努尔·买买提", "林国庆", "陈秀兰", "林小满")
    home, people = a_family(*zip(names, (1975, 1978, 1948, 1950, 2012), strict=True))
    said = [
        earns(people[0], 14_400),
        earns(people[1], 7_200),
        Said("resident_pension_month", 21_000, people[2].pk),
        Said("resident_pension_month", 21_000, people[3].pk),
        Said("medical_paid_year", 1_800_000, people[3].pk),
        Said("other_transfer_year", 60_000, people[2].pk),
        Said("shared_income_year", 240_000, None),
    ]
    road = Road.begin(home, town_staff(), said=said)
    road.to_confirming()
    road.confirm()
    return road


@pytest.mark.parametrize("which", ["poor", "large"])
def test_the_letter_of_why_is_one_page(which, request):
    road = request.getfixturevalue(which)

    printed = pdf_of([made(road, "why").sheet])

    assert pages(printed) == 1
    assert "每月" in text_of_pdf(printed) and "数字从哪里来" in text_of_pdf(printed)


@pytest.fixture
def stopped(poor):
    poor.day = date(2026, 9, 14)
    paid = Entitlement.objects.get(household=poor.case.household, benefit="assistance/dibao")
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=poor.day), poor.staff, poor.day)
    road.step("leader", "propose_urgent", reason="本人书面要求停止。")
    road.step("clerk", "tell", reason="告知停发")
    road.day += timedelta(8)
    upkeep.decide_change(
        by=road.staff["approver"],
        case=road.case,
        outcome="stop",
        on=road.day,
        seen=road.seen,
        reason="本人书面要求停止。",
    )
    return road


@pytest.mark.parametrize(
    ("which", "kind", "says"),
    [
        ("refused", "refusal", "您家人均每月4,000元，高于低保标准1,062元。高出2,938元。"),
        ("stopped", "stop_notice", "您家的最低生活保障金每月2,024元，发到2026年9月。从2026年10月起停发。"),
    ],
)
def test_refusal_and_stop_are_one_page_with_amounts_period_and_appeal(which, kind, says, request):
    printed = pdf_of([made(request.getfixturevalue(which), kind).sheet])

    read = re.sub(r"\s", "", text_of_pdf(printed))
    assert pages(printed) == 1
    assert says in read and "最低生活保障" in read
    assert "60日内" in read and "环翠区人民政府" in read and "环翠区人民法院" in read


def pages(printed):
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))
