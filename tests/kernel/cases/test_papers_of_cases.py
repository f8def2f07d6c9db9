"""Papers of real cases: from the rows of casework to the sheet, through the same actions as staff."""

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.papers import actions, queries
from anmin.kernel.papers.composing import texts_of
from anmin.kernel.papers.kinds import national
from anmin.kernel.papers.words import PaperProblem
from tests.kernel.cases.road import Road, a_family, earns, town_staff

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
