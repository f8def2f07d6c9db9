"""Appeals: to check again, to complain, reviews and lawsuits: each with a clock, by other people than before, done again where right."""

from datetime import date, timedelta

import pytest

from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.appeals.actions import answer_appeal, file_appeal
from anmin.kernel.cases.appeals.queries import appeals_of, question_of
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.models import Step
from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.papers.composing import texts_of
from tests.kernel.cases.road import COUNTY, Road, a_family, earns, town_staff
from tests.make import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    staff = {
        **town_staff(),
        "third": a_user("third", "371002001"),
        "boss": a_user("boss", COUNTY, role="county_leader"),
    }
    road = Road.begin(home, staff, said=[earns(head, 96_000)])
    road.to_confirming()
    road.refuse(who="approver", reason="家庭收入超过标准。")
    return road


def appeal_of(road, matter="recheck", words="去年的奖金只发了一次，不是每年都有。", by=None, **more):
    by = by or Applicant(road.case.applicant_id)
    case = file_appeal(by=by, case=road.case, matter=matter, words=words, on=road.day, **more)
    return Road(case, road.staff, road.day)


def checked(road):
    road.step("third", "record_survey", beside=road.staff["other"], reason="单位证明奖金是一次性的。")
    return road


def test_a_family_asks_to_check_again_and_the_clock_runs_at_once(refused):
    again = appeal_of(refused)

    clock = again.case.clocks.get()
    assert (again.case.state, clock.key, clock.number) == ("received", "answer", 10)
    assert again.case.follows == refused.case and again.case.due == clock.due
    assert question_of(again.case).startswith("去年的奖金")
    assert appeal_of(refused).case == again.case
    assert [one.is_open for one in appeals_of(refused.case)] == [True]


def test_what_was_said_is_sealed_in_the_row(refused):
    again = appeal_of(refused)

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reason::text FROM kernel_step WHERE case_id = %s", [again.case.pk])
        assert "奖金" not in cursor.fetchone()[0]
    assert Step.objects.get(case=again.case).reason.startswith("去年的奖金")


@pytest.mark.parametrize(
    ("matter", "words", "says"),
    [
        ("recheck", "不对", "至少 5 个字"),
        ("lawsuit", "我要到法院去起诉", "向法院提出"),
        ("review", "这是什么都不是", "不能再提"),
    ],
)
def test_what_cannot_be_raised_is_said_in_words_and_nothing_is_written(refused, matter, words, says):
    with pytest.raises(StepRefused, match=says):
        appeal_of(refused, matter, words)

    assert not appeals_of(refused.case)


def test_before_a_decision_one_may_complain_and_the_county_then_visits_first():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    road = Road.begin(home, town_staff(), said=[earns(head, 1_200)])
    with pytest.raises(StepRefused, match="还没有作出决定"):
        appeal_of(road)

    appeal_of(road, "complaint", "等了两个月没人上门。", by=road.staff["clerk"])
    road.to_confirming()

    with pytest.raises(StepRefused, match="县级入户核查"):
        road.confirm()


def test_nobody_who_had_a_hand_in_the_case_answers_the_appeal_against_it(refused):
    again = appeal_of(refused)
    with pytest.raises(StepRefused):
        again.step("approver", "answer", reason="维持。")
    checked(again)

    with pytest.raises(StepRefused, match="须由另一人办理"):
        answer_appeal(
            by=refused.staff["approver"],
            case=again.case,
            words="维持。",
            is_upheld=False,
            on=again.day,
            seen=again.seen,
        )
    answer_appeal(
        by=refused.staff["boss"],
        case=again.case,
        words="奖金已按全年平均计算，维持。",
        is_upheld=False,
        on=again.day,
        seen=again.seen,
    )

    again.case.refresh_from_db()
    assert again.case.state == "answered" and again.case.closed_on == again.day
    row = make_paper(by=refused.staff["boss"], case=again.case, kind="answer", on=again.day)
    words = "".join(texts_of(row.sheet))
    assert "去年的奖金只发了一次" in words and "奖金已按全年平均计算，维持。" in words


def test_an_appeal_that_was_right_starts_the_application_anew_with_what_the_family_gave(refused):
    again = checked(appeal_of(refused))

    after = answer_appeal(
        by=refused.staff["boss"],
        case=again.case,
        words="奖金是一次性的，重新办理。",
        is_upheld=True,
        on=again.day,
        seen=again.seen,
    )

    assert (after.matter, after.state, after.follows) == ("dibao", "submitted", refused.case)
    assert after.facts.count() == refused.case.facts.count() and after.members.count() == 2
    assert Decision.objects.filter(case_number=after.number).count() == 0
    road = Road(after, refused.staff, again.day)
    road.to_confirming()
    with pytest.raises(StepRefused, match="须由另一人办理"):
        deciding.refuse(
            by=road.staff["leader"], case=after, on=road.day, seen=road.seen, reason="还是超过标准。"
        )
    road.refuse(who="other", reason="还是超过标准。")


def test_an_appeal_about_a_running_benefit_opens_a_review_and_decides_nothing():
    home, (head, _) = a_family(("陈国栋", 1970), ("吴秀英", 1972))
    staff = {
        **town_staff(),
        "third": a_user("third", "371002001"),
        "boss": a_user("boss", COUNTY, role="county_leader"),
    }
    road = Road.begin(home, staff, said=[earns(head, 1_200)])
    road.to_confirming()
    road.confirm()
    paid = Entitlement.objects.get(household=home, benefit="assistance/dibao")
    again = checked(appeal_of(road, words="少算了一口人，应当是三口人。"))

    after = answer_appeal(
        by=staff["boss"],
        case=again.case,
        words="属实，重新核定。",
        is_upheld=True,
        on=again.day,
        seen=again.seen,
    )

    assert (after.matter, after.entitlement, after.state) == ("review", paid, "due")
    assert paid.state == "active"


def test_a_review_by_the_government_is_answered_in_ten_working_days_and_a_lawsuit_in_fifteen_days(refused):
    refused.day = date(2026, 4, 13)

    review = appeal_of(refused, "admin_review", "区政府受理了复议申请。", by=refused.staff["other"])
    suit = appeal_of(refused, "lawsuit", "法院送达了起诉状副本。", by=refused.staff["other"])

    assert review.case.clocks.get().due == date(2026, 4, 27)
    assert suit.case.clocks.get().due == date(2026, 4, 13) + timedelta(15)
    review.step("approver", "reply", reason="已提交书面答复和证据。")
    after = answer_appeal(
        by=refused.staff["other"],
        case=review.case,
        words="复议机关责令重新作出决定。",
        is_upheld=True,
        on=review.day,
        seen=review.seen,
    )
    assert after.matter == "dibao" and after.state == "submitted"
