"""Visits and events at bases of place-name culture, and disputes about boundaries from report to closure."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from anmin.domains.placenames.indicators import BASE_PERSONS, SETTLED
from anmin.domains.placenames.registers.baseevents import EVENTS
from anmin.domains.placenames.registers.bases import BASES
from anmin.domains.placenames.registers.boundaries import LINES
from anmin.domains.placenames.registers.disputes import DISPUTES, SETTLING
from anmin.domains.placenames.registers.heritage import CAMPAIGNS, NOMINEES, SELECTION
from anmin.domains.placenames.registers.reports import Report
from anmin.kernel.access.queries import reader_for
from anmin.kernel.indicators.periods import period_of
from anmin.kernel.indicators.queries import behind, figure
from anmin.kernel.registers import actions
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.placenames.test_naming import COUNTY, ON, named, step
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return reader_for(a_user("jingban", COUNTY, role="placename_officer"), ON)


def entered(by, register, **raw):
    return actions.enter(
        by=by, register=register, raw={"division": COUNTY, "first_day": "2026-01-01"} | raw, on=ON
    )


def test_persons_at_a_base_are_added_up_from_its_visits_and_events(officer):
    base = entered(officer, BASES, name="老码头地名馆", kind="museum", theme="街巷地名")
    usual = {"base": base.number, "kind": "class", "unit": "某小学"}
    entered(officer, EVENTS, title="三年级研学", persons="42", first_day="2026-03-03", **usual)
    entered(officer, EVENTS, title="清明宣讲", persons="58", first_day="2026-03-19", **usual)
    entered(officer, EVENTS, title="上月研学", persons="30", first_day="2026-02-19", **usual)

    march = period_of("month", ON)

    assert figure(officer, BASE_PERSONS, march).value == 100
    assert behind(officer, BASE_PERSONS, march).count() == 2


def test_anybody_looks_up_a_base_on_a_map(officer):
    entered(
        officer, BASES, name="老码头地名馆", kind="museum", theme="街巷地名", longitude="122.12", latitude="37.50"
    )  # fmt: skip

    page = Client().get(reverse("residents:register", args=["placenames", "bases"])).content.decode()

    assert "老码头地名馆" in page and "<circle" in page


def test_a_nomination_is_public_from_its_publicity_on_and_anybody_may_speak_against_it(officer):
    campaign = entered(
        officer, CAMPAIGNS, name="首批地名文化遗产", what="heritage", way="votes", places="3", panel="7"
    )
    rows = [
        entered(
            officer, NOMINEES, campaign=campaign.number, name=named(officer, proper).number, unit="某街道", meaning="渔港旧事", evidence="地方志"
        )
        for proper in ("新华", "文化")
    ]  # fmt: skip
    for row, votes in zip(rows, ("6", "3"), strict=True):
        step(officer, row, "complete", SELECTION)
        step(officer, row, "review", SELECTION, votes=votes, evidence_score="90")
    list_page, key = (
        reverse("residents:register", args=["placenames", "nominees"]),
        ["placenames", "nominees"],
    )
    before = Client().get(list_page).content.decode()

    step(officer, rows[0], "show", SELECTION)
    after = Client().get(list_page).content.decode()
    entry = Client().get(reverse("residents:register_entry", args=[*key, rows[0].number])).content.decode()
    where = reverse("residents:register_report", args=[*key, rows[0].number])
    taken = Client().post(where, {"words": "年代写早了", "contact": ""}).content.decode()
    hidden = Client().get(reverse("residents:register_entry", args=[*key, rows[1].number]))

    report = Report.objects.get()
    assert "新华街" not in before and "文化街" not in before
    assert "新华街" in after and "文化街" not in after and hidden.status_code == 404
    assert "首批地名文化遗产" in entry and "公示中" in entry
    assert report.number in taken and report.words == "对评选公示的意见：年代写早了"
    assert report.place == "新华街（首批地名文化遗产）"


def test_an_event_is_registered_when_it_was_held_and_while_the_base_is(officer):
    base = entered(officer, BASES, name="老码头地名馆", kind="museum", theme="街巷地名")
    usual = {"base": base.number, "kind": "visit", "title": "参观"}

    with pytest.raises(EntryRefused, match="办完再登记"):
        entered(officer, EVENTS, persons="1", first_day="2026-03-21", **usual)
    with pytest.raises(EntryRefused, match="没有在册"):
        entered(officer, EVENTS, persons="1", first_day="2025-12-31", **usual)
    with pytest.raises(EntryRefused):
        entered(officer, EVENTS, persons="0", first_day="2026-03-01", **usual)
    assert EVENTS.model.objects.count() == 0


def test_a_dispute_is_calmed_talked_over_decided_and_closed(officer):
    line = entered(officer, LINES, name="甲乙线", other="371003")
    row = entered(officer, DISPUTES, line=line.number, matter="林地采伐", words="两村各自认为在本村一侧")
    day = period_of("day", ON)

    with pytest.raises(EntryRefused, match="现在的状态不能办理"):
        step(officer, row, "decide", SETTLING, decider="省政府", decision="某政字 1 号")
    before = figure(officer, SETTLED, day)
    step(officer, row, "calm", SETTLING, calm="双方停采，派人值守")
    step(officer, row, "talk", SETTLING, talk="未达成一致")
    with pytest.raises(EntryRefused):
        step(officer, row, "decide", SETTLING, decider="省政府")
    step(officer, row, "decide", SETTLING, decider="省政府", decision="某政字 1 号：以分水岭为界")
    done = step(officer, row, "close", SETTLING)

    assert (before.value, before.whole) == (0, 1)
    assert (done.state, done.closed_on) == ("closed", ON)
    assert (figure(officer, SETTLED, day).value, figure(officer, SETTLED, day).whole) == (1, 1)
    assert figure(officer, SETTLED, period_of("day", date(2026, 3, 19))).value == 0
