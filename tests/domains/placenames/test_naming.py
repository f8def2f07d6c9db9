"""Naming from application to announcement, forbidden names, the guard of listed names, clocks, selections, boundaries."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anmin.domains.placenames.registers.boundaries import INSPECTING, INSPECTIONS, LINES, MARKERS
from anmin.domains.placenames.registers.divisionchanges import CHANGING, DOSSIERS
from anmin.domains.placenames.registers.heritage import CAMPAIGNS, NOMINEES, SELECTION
from anmin.domains.placenames.registers.names import NAMES, Name
from anmin.domains.placenames.registers.namings import NAMINGS, PROCEDURE, Naming
from anmin.domains.placenames.registers.signs import SIGNS
from anmin.kernel.access.queries import reader_for
from anmin.kernel.registers import actions
from anmin.kernel.registers.actions import EntryRefused
from anmin.kernel.registers.steps import running, take_step
from tests.make import a_user

pytestmark = pytest.mark.django_db
COUNTY, TOWN, OTHER = "371002", "371002001", "371003"
ON = date(2026, 3, 20)


@pytest.fixture
def officer():
    return reader_for(a_user("jingban", COUNTY, role="placename_officer"), ON)


@pytest.fixture
def approver():
    return reader_for(a_user("shenpi", COUNTY, role="placename_approver"), ON)


def applied(by, **values):
    raw = {
        "division": TOWN,
        "what": "name",
        "kind": "street",
        "proper": "海悦",
        "generic": "路",
        "position": "东起滨海路，西至文化路",
        "meaning": "取临海而悦之意，沿线居民提议。",
        "applicant": "某街道办事处",
        "first_day": "2026-02-01",
    }
    return actions.enter(by=by, register=NAMINGS, raw=raw | values, on=ON)


def named(by, proper="新华", generic="街", division=TOWN, **values):
    raw = {
        "division": division,
        "kind": "street",
        "proper": proper,
        "generic": generic,
        "first_day": "2000-01-01",
    }
    return actions.enter(by=by, register=NAMES, raw=raw | values, on=ON)


def step(by, entry, key, course=PROCEDURE, on=ON, reason="", **raw):
    entry.refresh_from_db()
    return take_step(
        by=by, procedure=course, entry=entry, step=key, raw=raw, on=on, seen=entry.version, reason=reason
    )


def approved(officer, approver, entry, on=date(2026, 3, 2), kind="government"):
    step(officer, entry, "accept", on=date(2026, 2, 2))
    step(
        officer,
        entry,
        "argue",
        on=date(2026, 2, 20),
        expert_opinion="同意",
        public_opinion="公示无异议",
        assessment="合法可行，风险低",
    )
    return step(
        approver,
        entry,
        "approve",
        approver="某区人民政府",
        document="某政字〔2026〕5号",
        approved_on=on.isoformat(),
    )


def test_a_name_goes_from_application_to_announcement_and_stands_in_the_gazetteer(officer, approver):
    entry = applied(officer)
    approved(officer, approver, entry)
    step(officer, entry, "file", filed_to="某市民政局", filed_on="2026-03-10")
    done = step(officer, entry, "announce", announced_at="政府网站", announced_on="2026-03-12")

    name = Name.objects.get(number=done.result)
    assert (name.name, name.spelling, name.first_day) == ("海悦路", "Hǎiyuè Lù", date(2026, 3, 2))
    assert (name.approver, name.announced_on) == ("某区人民政府", date(2026, 3, 12))
    assert [one.is_late for one in running(PROCEDURE, done, ON)] == [False, False]


def test_filed_on_the_sixteenth_day_is_late(officer, approver):
    """P1: approved on 2 March, filed on 18 March; due on the 17th."""
    entry = applied(officer)
    approved(officer, approver, entry)

    done = step(officer, entry, "file", filed_to="某市民政局", filed_on="2026-03-18")

    (filing, _announcing) = running(PROCEDURE, done, ON)
    assert (filing.due, filing.met, filing.is_late) == (date(2026, 3, 17), date(2026, 3, 18), True)


def test_announcing_runs_from_the_filing_where_a_department_approved(officer, approver):
    entry = applied(officer, approver_kind="department", kind="building", generic="大厦", floors="20")
    done = approved(officer, approver, entry)
    assert [one.clock.key for one in running(PROCEDURE, done, ON)] == ["file"]

    done = step(officer, entry, "file", filed_to="某区民政局", filed_on="2026-03-10")

    assert running(PROCEDURE, done, ON)[1].due == date(2026, 3, 25)


def test_nobody_approves_what_the_same_person_handled_and_no_step_is_jumped(officer, approver):
    entry = applied(officer)

    with pytest.raises(PermissionError):
        step(officer, entry, "approve", approver="甲", document="乙")
    with pytest.raises(EntryRefused, match="现在的状态不能办理"):
        step(approver, entry, "approve", approver="甲", document="乙")

    entry.refresh_from_db()
    assert entry.state == Naming.State.NEW


@pytest.mark.parametrize(
    "values, why",
    [
        ({"proper": "马克思", "generic": "大道", "width": "50"}, "外国人名.*§9"),
        ({"proper": "新华", "generic": "街"}, "不能重名.*§9"),
        ({"proper": "万科", "generic": "路"}, "企业名称.*对提示的说明"),
        ({"proper": "心花", "generic": "街"}, "同音"),
    ],
)
def test_a_forbidden_name_is_refused_with_its_article_and_nothing_is_written(officer, values, why):
    named(officer)

    with pytest.raises(EntryRefused, match=why):
        applied(officer, **values)

    assert Naming.objects.count() == 0


def test_what_is_only_asked_about_is_cleared_by_a_person_in_words(officer):
    entry = applied(officer, proper="万科", clearing="取自当地旧村名，与该企业没有特定联系，附村志。")

    assert entry.state == Naming.State.NEW


def test_the_same_street_name_is_allowed_in_another_county(officer):
    named(officer, division=TOWN)
    there = reader_for(a_user("other", OTHER, role="placename_officer"), ON)

    assert applied(there, division=OTHER + "001", proper="新华", generic="街").name == "新华街"


def test_a_listed_name_is_not_renamed_without_a_measure(officer, approver):
    """P10."""
    old = named(officer)
    actions.set_columns(
        by=officer, register=NAMES, entry=old, values={"is_listed": True}, reason="列入", act="registers.list"
    )

    with pytest.raises(EntryRefused, match=r"保护措施.*§25"):
        applied(officer, what="rename", old=old.number)
    old.refresh_from_db()
    with pytest.raises(EntryRefused, match="§25"):
        actions.change(
            by=officer,
            register=NAMES,
            entry=old,
            raw={"proper": "光华"},
            first_day=ON,
            reason="改",
            seen=old.version,
            on=ON,
        )

    old.refresh_from_db()
    assert (old.name, old.last_day) == ("新华街", None)
    assert applied(officer, what="rename", old=old.number, measure="旧址立碑").old == old


def test_a_renamed_place_keeps_its_number_and_its_history(officer, approver):
    old = named(officer)
    entry = applied(officer, what="rename", old=old.number)
    approved(officer, approver, entry)
    step(officer, entry, "file", filed_to="某市民政局", filed_on="2026-03-10")

    step(officer, entry, "announce", announced_at="政府网站", announced_on="2026-03-12")

    spans = list(Name.objects.filter(number=old.number).order_by("first_day").values_list("name", "last_day"))
    assert spans == [("新华街", date(2026, 3, 1)), ("海悦路", None)]


def test_a_sign_that_shows_something_else_is_not_called_intact(officer):
    name = named(officer)
    raw = {
        "division": TOWN,
        "name": name.number,
        "shown": "新华大街",
        "position": "路口",
        "first_day": "2026-01-01",
    }

    with pytest.raises(EntryRefused, match="§18"):
        actions.enter(by=officer, register=SIGNS, raw=raw, on=ON)
    assert actions.enter(by=officer, register=SIGNS, raw=raw | {"state": "wrong"}, on=ON).pk


def nominated(by, campaign, name, **values):
    raw = {
        "division": COUNTY,
        "campaign": campaign.number,
        "name": name.number,
        "unit": "某镇",
        "meaning": "千年古街",
        "evidence": "县志",
        "first_day": "2026-01-05",
    }
    return actions.enter(by=by, register=NOMINEES, raw=raw | values, on=ON)


def a_campaign(by, **values):
    raw = {
        "division": COUNTY,
        "name": "首批地名文化遗产",
        "what": "heritage",
        "way": "votes",
        "places": "21",
        "panel": "7",
        "first_day": "2026-01-01",
    }
    return actions.enter(by=by, register=CAMPAIGNS, raw=raw | values, on=ON)


def test_three_votes_of_seven_are_not_chosen_and_four_are_listed_after_the_publicity(officer, approver):
    """P11."""
    campaign = a_campaign(officer)
    three = nominated(officer, campaign, named(officer, "东门"))
    four = nominated(officer, campaign, named(officer, "西门"))
    for entry, votes in ((three, "3"), (four, "4")):
        step(officer, entry, "complete", SELECTION)
        step(officer, entry, "review", SELECTION, votes=votes, evidence_score="80")

    with pytest.raises(EntryRefused, match="没有入选"):
        step(officer, three, "show", SELECTION)
    step(officer, four, "show", SELECTION, on=date(2026, 3, 1))
    with pytest.raises(EntryRefused, match="公示到 2026-03-07"):
        step(approver, four, "list", SELECTION, on=date(2026, 3, 7), measure="立碑")
    step(approver, four, "list", SELECTION, on=date(2026, 3, 8), measure="立碑")

    name = Name.objects.get(name="西门街")
    assert (name.is_listed, name.measure) == (True, "立碑")


def test_a_red_name_cites_a_person_event_or_site_of_its_years(officer):
    campaign, name = a_campaign(officer, what="red"), named(officer)

    with pytest.raises(EntryRefused, match="1919—1949"):
        nominated(officer, campaign, name, event="某事件", event_year="1960")
    assert nominated(officer, campaign, name, event="某起义旧址", event_year="1935").pk


def test_an_inspection_looks_at_every_marker_and_dates_the_line(officer):
    line = actions.enter(
        by=officer,
        register=LINES,
        raw={"division": COUNTY, "name": "环文线", "other": "371003", "first_day": "2001-01-01"},
        on=ON,
    )
    marker = actions.enter(
        by=officer,
        register=MARKERS,
        raw={
            "division": COUNTY,
            "line": line.number,
            "name": "01",
            "state": "damaged",
            "first_day": "2001-01-01",
        },
        on=ON,
    )
    raw = {"division": COUNTY, "line": line.number, "first_day": "2026-03-01"}
    entry = actions.enter(by=officer, register=INSPECTIONS, raw=raw, on=ON)
    step(officer, entry, "join", INSPECTING, team="双方各三人")

    with pytest.raises(EntryRefused, match="1 个界桩"):
        step(officer, entry, "check", INSPECTING, checked_on="2026-03-10", markers_checked="0")
    step(officer, entry, "check", INSPECTING, checked_on="2026-03-10", markers_checked="1")
    step(officer, entry, "sign", INSPECTING, minutes="无争议")
    step(officer, entry, "file", INSPECTING, filed_to="某市民政局")

    line.refresh_from_db()
    assert line.inspected_on == date(2026, 3, 10)
    with pytest.raises(EntryRefused, match="相邻方在场"):
        actions.correct(
            by=officer, register=MARKERS, entry=marker, raw={"state": "intact"}, reason="修", seen=1, on=ON
        )


def test_a_change_of_divisions_needs_its_seven_papers_and_has_its_clocks(officer):
    raw = {
        "division": COUNTY,
        "name": "某镇改街道",
        "what": "level",
        "first_day": "2026-01-01",
        "has_report": "是",
    }
    entry = actions.enter(by=officer, register=DOSSIERS, raw=raw, on=ON)
    with pytest.raises(EntryRefused, match=r"还缺这些材料.*风险评估"):
        step(officer, entry, "send", CHANGING)
    papers = {f"has_{name}": "是" for name in ("reasons", "maps", "figures", "opinions", "risk", "plan")}
    entry = actions.correct(
        by=officer, register=DOSSIERS, entry=entry, raw=papers, reason="补齐", seen=entry.version, on=ON
    )
    step(officer, entry, "send", CHANGING)

    done = step(
        officer,
        entry,
        "approve",
        CHANGING,
        approver="省人民政府",
        document="某政字〔2026〕9号",
        approved_on="2026-03-15",
    )

    assert [one.due for one in running(CHANGING, done, ON)] == [date(2026, 4, 15), date(2027, 3, 15)]


def test_the_pages_lead_from_entry_to_approval_with_reasons_where_something_is_wrong():
    officer, approver = (
        a_user("jingban", COUNTY, role="placename_officer"),
        a_user("shenpi", COUNTY, role="placename_approver"),
    )
    mine, theirs = Client(), Client()
    mine.force_login(officer)
    theirs.force_login(approver)
    key = ["placenames", "namings"]
    form = {
        "division": TOWN,
        "what": "name",
        "kind": "street",
        "proper": "巴黎",
        "generic": "路",
        "position": "某处",
        "meaning": "某意",
        "applicant": "某单位",
        "approver_kind": "government",
        "first_day": timezone.localdate().isoformat(),
    }

    page = mine.post(reverse("console:register_new", args=key), form).content.decode()
    assert "地名管理条例 §9" in page and Naming.objects.count() == 0
    page = mine.post(
        reverse("console:register_new", args=key), form | {"proper": "海悦"}, follow=True
    ).content.decode()
    assert "Hǎiyuè Lù" in page and "受理" in page
    entry = Naming.objects.get()
    where = reverse("console:register_step", args=[*key, entry.number])
    mine.post(where, {"step": "accept", "seen": "1"})
    page = mine.post(
        where, {"step": "argue", "seen": "2", "expert_opinion": "同意"}, follow=True
    ).content.decode()
    assert "公众意见和采纳情况：这一项要填。" in page
    mine.post(
        where,
        {
            "step": "argue",
            "seen": "2",
            "expert_opinion": "同意",
            "public_opinion": "无异议",
            "assessment": "可行",
        },
    )
    assert mine.post(where, {"step": "approve", "seen": "3"}).status_code == 403
    page = theirs.post(
        where, {"step": "approve", "seen": "3", "approver": "某区政府", "document": "1号"}, follow=True
    ).content.decode()

    assert "已批准，待备案" in page and "期限" in page
