"""Papers around a decision: authorisation, assessment, meeting, what is proposed, what is claimed back, what is answered."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.deciding.meetings import Meeting, record_meeting
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.papers import queries
from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.publicity import actions as publicity
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.verification.actions import INDICATORS, Said, record_assessment, state_checked
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.papers.composing import texts_of
from anmin.kernel.papers.pdf import pdf_of
from anmin.kernel.papers.queries import word_again
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.payments.recovery.actions import Instalment, agree, find
from anmin.kernel.payments.recovery.models import Recovery
from tests.kernel.cases.road import COUNTY, Road, a_family, earns, town_staff
from tests.kernel.papers.reading import text_of_pdf
from tests.make import a_user

pytestmark = pytest.mark.django_db


def made(road, kind):
    """A paper that prints and opens in Word, as its words."""
    row = make_paper(by=road.staff["approver"], case=road.case, kind=kind, on=road.day)
    assert text_of_pdf(pdf_of([row.sheet])).strip()
    assert word_again(row)[:2] == b"PK"
    return "".join(texts_of(row.sheet))


@pytest.fixture
def granted():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 1_200)])
    road.to_confirming()
    road.confirm()
    return road


def upkept(granted, matter="review", day=date(2026, 9, 14)):
    paid = Entitlement.objects.get(household=granted.case.household, benefit="assistance/dibao")
    return Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=day, matter=matter), granted.staff, day)


def test_an_authorisation_has_a_line_for_every_adult_and_names_who_is_asked(granted):
    words = made(granted, "authorisation")

    assert "陈国栋" in words and "吴秀英" in words and "没有列出的单位不查询" in words
    assert "人力资源和社会保障" in words


def test_a_matter_that_asks_no_department_has_no_authorisation():
    home, _people = a_family(("王秀英", 1970))
    said = [Said("temporary_need", 300_000), Said("temporary_event", 3)]
    road = Road.begin(home, town_staff(), matter="temp_urgent", said=said)

    with pytest.raises(PaperProblem, match="不用授权书"):
        made(road, "authorisation")
    assert "authorisation" not in {row.key for row in queries.makeable(road.case, on=road.day)}


@pytest.mark.parametrize(
    ("unmet", "grade"),
    [(0, "具备生活自理能力"), (3, "部分丧失生活自理能力"), (4, "完全丧失生活自理能力")],
)
def test_an_assessment_shows_six_indicators_and_one_ticked_grade(unmet, grade):
    home, (old,) = a_family(("王守仁", 1948))
    road = Road.begin(home, town_staff(), matter="tekun", said=[])
    road.accept()
    road.step("clerk", "start_assessment")
    met = {name: at >= unmet for at, name in enumerate(INDICATORS)}
    record_assessment(
        by=road.staff["clerk"],
        beside=road.staff["second"],
        case=road.case,
        person=old.pk,
        met=met,
        on=road.day,
        seen=road.seen,
    )

    words = made(road, "assessment")

    assert all(title in words for title in INDICATORS.values()) and words.count("不能") == unmet
    assert f"☑ {grade}" in words or f"☑{grade}" in words, words
    assert words.count("☑") == 1 and "王守仁" in words


def a_meeting(road, **more):
    given = {
        "result": "同意给予急难型临时救助 6,000.00 元。",
        "place": "街道会议室",
        "present": ["张主任", "李科长"],
        "said": [("民政办", "情况属实，建议救助。")],
        **more,
    }
    return record_meeting(
        by=road.staff["boss"],
        beside=road.staff["leader"],
        case=road.case,
        meeting=Meeting(**given),
        on=road.day,
        seen=road.seen,
    )


@pytest.fixture
def meeting():
    home, _people = a_family(("王秀英", 1970))
    said = [Said("temporary_need", 900_000), Said("temporary_event", 3)]
    staff = {**town_staff(), "boss": a_user("boss", COUNTY, role="county_leader")}
    road = Road.begin(home, staff, matter="temp_urgent", said=said)
    road.step("clerk", "record_survey", beside=staff["second"])
    road.opine()
    road.step("approver", "call_meeting", reason="火灾后住房损毁，超过一般限额。")
    return road


def test_minutes_tell_question_presence_opinions_and_result_and_are_sealed(meeting):
    step = a_meeting(meeting)

    words = made(meeting, "minutes")

    for part in ("火灾后住房损毁", "街道会议室", "张主任、李科长", "民政办", "情况属实", "6,000.00"):
        assert part in words
    assert step.details["present"] == 2 and "张主任" not in str(step.details)
    assert Step.objects.get(pk=step.pk).told["present"] == ["张主任", "李科长"]


def test_a_meeting_of_one_resolves_nothing(meeting):
    with pytest.raises(StepRefused, match="至少两名"):
        a_meeting(meeting, present=["张主任", " "])

    meeting.case.refresh_from_db()
    assert meeting.case.state == "meeting"


def test_what_is_proposed_is_told_with_both_amounts_and_until_when_the_family_is_heard(granted):
    road = upkept(granted)
    head = road.case.applicant
    with pytest.raises(PaperProblem, match="还没有提出变动意见"):
        made(road, "notice_of_change")
    road.step("clerk", "start")
    state_checked(
        by=road.staff["checker"],
        case=road.case,
        said=[earns(head, 4_800)],
        source="税务",
        as_of=road.day,
        on=road.day,
    )
    road.survey_again()
    road.adopt_all()
    road.step("leader", "propose", reason="家里人开始务工。")
    road.step("clerk", "tell", reason="当面告知。")

    with translation.override("en"):
        words = made(road, "notice_of_change")

    assert "拟把您家的最低生活保障金由每月 2,024 元改为" in words and "少 300 元" in words
    assert "这还不是决定" in words and "家里人开始务工" in words and "2026年9月21日" in words


def test_what_is_claimed_back_is_broken_down_by_month_where_the_months_are_known(granted):
    road = upkept(granted, "recovery", date(2026, 10, 12))
    months = {date(2026, 8, 1): 100_000, date(2026, 9, 1): 50_000}
    find(by="test", entitlement=road.case.entitlement, months=months, on=road.day)
    road.step("clerk", "record_survey", beside=road.staff["second"])
    road.step("clerk", "tell", reason="告知多发。")
    told = made(road, "notice_of_change")
    upkeep.claim_back(
        by=road.staff["approver"],
        case=road.case,
        fen=150_000,
        on=road.day,
        seen=road.seen,
        reason="收入增加没有报告。",
        first_month=date(2026, 8, 1),
        last_month=date(2026, 9, 1),
    )

    words = made(road, "recovery_notice")

    assert "多发了 1,500 元，拟请您退回" in told
    assert "1,500.00 元" in words and "壹仟伍佰元" in words
    assert all(part in words for part in ("2026年9月", "2,024.00", "524.00"))
    assert "2026年12月11日前退回" in words and "申请行政复议" in words
    agree(
        by=road.staff["approver"],
        recovery=Recovery.objects.get(entitlement=road.case.entitlement, state="noticed"),
        instalments=[Instalment(date(2026, month, 1), 50_000) for month in (10, 11, 12)],
        agreement="每月退 500 元",
        on=road.day,
    )
    road.step("clerk", "agree", reason="每月退 500 元，三个月退清。")
    assert "已商定：每月退 500 元" in made(road, "recovery_notice")


def test_a_claim_names_the_sum_and_its_months_end_after_they_begin(granted):
    road = upkept(granted, "recovery", date(2026, 10, 12))
    road.step("clerk", "record_survey", beside=road.staff["second"])
    road.step("clerk", "tell", reason="告知多发。")
    usual = {"by": road.staff["approver"], "case": road.case, "on": road.day, "reason": "重复发放。"}
    with pytest.raises(StepRefused, match="不能早于"):
        upkeep.claim_back(
            fen=1, seen=road.seen, first_month=date(2026, 9, 1), last_month=date(2026, 8, 1), **usual
        )
    upkeep.claim_back(fen=30_000, seen=road.seen, **usual)

    words = made(road, "recovery_notice")

    assert "300.00 元" in words and "2,024.00" in words and "1,724.00" in words


def test_an_objection_is_answered_on_paper_to_whoever_raised_it():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 1_200)])
    road.to_opinion()
    road.publish()
    with pytest.raises(PaperProblem, match="没有已经答复的异议"):
        made(road, "answer")
    row = publicity.object_to(
        by=road.staff["clerk"],
        case=road.case,
        words="他家有车。",
        on=road.day,
        seen=road.seen,
        objector="邻居老张",
    )
    road.day += timedelta(2)
    publicity.settle(
        by=road.staff["leader"],
        objection=row,
        is_upheld=False,
        answer="车辆登记在他人名下。",
        on=road.day,
        seen=road.seen,
    )

    words = made(road, "answer")

    assert "邻居老张：" in words and "他家有车。" in words and "异议不成立。车辆登记在他人名下。" in words
    assert Case.objects.get(pk=road.case.pk).state == "reviewed"
