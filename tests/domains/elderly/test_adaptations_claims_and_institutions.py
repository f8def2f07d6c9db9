"""Adaptations, claims, institutions and target persons step by step."""

from datetime import date, timedelta

import pytest

from anmin.domains.elderly.adaptation.costing import items
from anmin.domains.elderly.registers.adaptations import HomeAdaptation
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.elderly.made import COUNTY, TODAY, VILLAGE, an_elder, entered, staff, step, the_number
from tests.make import a_household

pytestmark = pytest.mark.django_db
BASIC = [code for code, item in items().items() if item.basic]


def an_adaptation(readers, serial=1, programme="2026 年适老化"):
    return entered(
        readers["elder_officer"],
        "adaptations",
        person=the_number(serial),
        programme=programme,
        address="幸福路 1 号",
    )


def test_an_adaptation_goes_from_request_to_follow_up():
    readers = staff("officer2")
    a_household("H1", "371002001001", an_elder(1))
    officer, approver = readers["elder_officer"], readers["elder_approver"]
    row = an_adaptation(readers)
    step(officer, "adaptations", row, "verify", ground="低保家庭失能老人")
    step(officer, "adaptations", row, "assess")
    with pytest.raises(EntryRefused, match="基础项目"):
        step(officer, "adaptations", row, "agree", signed_on="2026-11-25", contractor="齐鲁装修")
    works = [
        entered(
            officer,
            "works",
            adaptation=row.number,
            item=code,
            division=COUNTY,
            quoted_fen="300",
            before_words="地砖滑",
        )
        for code in BASIC[:2]
    ]
    for code in BASIC[2:]:
        entered(officer, "works", adaptation=row.number, item=code, division=COUNTY, unneeded="家里已有")
    step(officer, "adaptations", row, "agree", signed_on="2026-11-25", contractor="齐鲁装修")
    with pytest.raises(EntryRefused, match="不能超过报价"):
        step(approver, "adaptations", row, "publish", approved_fen="600.01")
    step(approver, "adaptations", row, "publish", approved_fen="550")
    with pytest.raises(EntryRefused, match="公示到"):
        step(officer, "adaptations", row, "start")
    later = TODAY + timedelta(7)
    step(officer, "adaptations", row, "start", on=later)
    for one in works:
        one.actual_fen, one.after_words, one.is_accepted = 27_500, "铺了防滑垫", True
        one.save()
    step(officer, "adaptations", row, "check", on=later, checked_on=later.isoformat())
    given = {"inspector": "第三方检测公司", "accepted_on": later.isoformat()}
    with pytest.raises(EntryRefused, match="两个人办理"):
        step(officer, "adaptations", row, "accept", on=later, **given)
    step(readers["officer2"], "adaptations", row, "accept", on=later, **given)
    done = step(approver, "adaptations", row, "settle", on=later)
    assert (done.quoted_fen, done.actual_fen, done.subsidy_fen) == (60_000, 55_000, 55_000)
    with pytest.raises(EntryRefused, match="最早"):
        step(
            officer,
            "adaptations",
            row,
            "follow",
            on=later,
            followed_on=later.isoformat(),
            follow_words="满意",
        )
    month = later + timedelta(30)
    step(officer, "adaptations", row, "follow", on=month, followed_on=month.isoformat(), follow_words="满意")


def test_two_elders_in_one_home_are_one_household():
    readers = staff()
    a_household("H1", "371002001001", an_elder(1), an_elder(2, name="李大山"))
    first, second = an_adaptation(readers, 1), an_adaptation(readers, 2)
    step(readers["elder_officer"], "adaptations", first, "verify", ground="低保")

    with pytest.raises(EntryRefused, match="只算一户"):
        step(readers["elder_officer"], "adaptations", second, "verify", ground="低保")
    assert HomeAdaptation.objects.filter(household__isnull=False).count() == 1


def a_policy(readers):
    return entered(
        readers["elder_officer"],
        "policies",
        division="371002",
        name="幸福安康险",
        insurer="某保险公司",
        policy="P2026",
        area="371000",
        premium_fen="35",
        death_fen="20000",
        disability_fen="100000",
        on=date(2026, 1, 1),
        last_day="2026-12-31",
    )


def a_claim(readers, policy, **given):
    usual = {
        "kind": "disability",
        "happened_on": "2026-03-01",
        "happened_in": "371002001001",
        "grade": "4",
        "words": "下楼摔倒",
    }
    return entered(
        readers["elder_officer"], "claims", person=the_number(1), policy=policy.number, **{**usual, **given}
    )


def to_survey(readers, claim):
    for key, given in (("complete", {}), ("accept", {}), ("survey", {"survey": "查看病历，走访邻居"})):
        step(readers["elder_officer"], "claims", claim, key, **given)


def test_a_claim_is_decided_by_the_terms_and_paid_as_decided():
    readers = staff("cashier")
    an_elder(1)
    policy = a_policy(readers)
    entered(readers["elder_officer"], "insured", person=the_number(1), policy=policy.number)
    claim = a_claim(readers, policy)
    to_survey(readers, claim)

    done = step(readers["elder_approver"], "claims", claim, "approve")

    assert (done.payout_fen, done.because) == (7_000_000, "4 级伤残，70%")
    with pytest.raises(EntryRefused, match="等于核定金额"):
        step(readers["cashier"], "claims", claim, "pay", paid_on="2026-11-25", paid_fen="69999")
    paid = step(readers["cashier"], "claims", claim, "pay", paid_on="2026-11-25", paid_fen="70000")
    assert paid.paid_fen == 7_000_000


def test_death_after_disability_of_one_accident_pays_the_rest_alone():
    readers = staff()
    an_elder(1)
    policy = a_policy(readers)
    entered(readers["elder_officer"], "insured", person=the_number(1), policy=policy.number)
    first = a_claim(readers, policy, grade="9")
    to_survey(readers, first)
    step(readers["elder_approver"], "claims", first, "approve")
    second = a_claim(readers, policy, kind="death", came_on="2026-04-01", grade="")
    to_survey(readers, second)

    with pytest.raises(EntryRefused, match="不赔"):
        step(readers["elder_approver"], "claims", second, "approve")
    first.refresh_from_db()
    assert first.payout_fen == 2_000_000


def test_an_accident_elsewhere_is_refused_with_the_term_that_says_so():
    readers = staff()
    an_elder(1)
    policy = a_policy(readers)
    entered(readers["elder_officer"], "insured", person=the_number(1), policy=policy.number)
    claim = a_claim(readers, policy, happened_in="350203001001")
    to_survey(readers, claim)

    with pytest.raises(EntryRefused, match="出险地点"):
        step(readers["elder_approver"], "claims", claim, "approve")
    done = step(readers["elder_approver"], "claims", claim, "refuse", reason="出险地不在承保地区")
    assert (done.state, done.payout_fen) == ("refused", 0)
    assert "承保地区" in done.because


def test_nobody_off_the_list_has_a_claim_accepted():
    readers = staff()
    an_elder(1)
    claim = a_claim(readers, a_policy(readers))
    step(readers["elder_officer"], "claims", claim, "complete")

    with pytest.raises(EntryRefused, match="参保名单"):
        step(readers["elder_officer"], "claims", claim, "accept")


def an_institution(readers, **given):
    usual = {
        "division": COUNTY,
        "name": "安心养老院",
        "code": "52371000MJE123456X",
        "kind": "nonprofit",
        "address": "海滨路 2 号",
        "fire": "2026 年验收合格",
        "beds": "60",
        "nursing_beds": "40",
        "residents": "0",
    }
    return entered(readers["elder_officer"], "institutions", **{**usual, **given})


def test_an_institution_is_filed_inspected_and_rated():
    readers = staff()
    officer, approver = readers["elder_officer"], readers["elder_approver"]
    row = an_institution(readers)
    step(officer, "institutions", row, "file")
    with pytest.raises(EntryRefused, match="20 个工作日"):
        step(approver, "institutions", row, "inspect")
    entered(
        officer,
        "inspections",
        institution=row.number,
        division=COUNTY,
        kind="filing",
        inspectors="甲、乙",
        result="good",
    )
    step(approver, "institutions", row, "inspect")
    with pytest.raises(EntryRefused, match="等级评定"):
        step(officer, "institutions", row, "stars")
    points = {"environment": "100", "equipment": "100", "management": "120", "service": "500"}
    entered(
        officer,
        "ratings",
        institution=row.number,
        division=COUNTY,
        stars="3",
        rated_by="评定委员会",
        last_day="2029-11-24",
        **points,
    )
    done = step(officer, "institutions", row, "stars")

    assert (done.state, done.stars, done.stars_until) == ("inspected", 3, date(2029, 11, 24))


def test_points_above_a_chapter_are_no_rating():
    readers = staff()
    row = an_institution(readers)

    with pytest.raises(EntryRefused, match="满分"):
        entered(
            readers["elder_officer"],
            "ratings",
            institution=row.number,
            division=COUNTY,
            stars="3",
            rated_by="甲",
            environment="121",
            equipment="1",
            management="1",
            service="1",
        )


def test_a_stop_announced_fifty_one_days_ahead_is_not_taken_in():
    readers = staff()
    officer, approver = readers["elder_officer"], readers["elder_approver"]
    row = an_institution(readers, residents="3")
    step(officer, "institutions", row, "file")

    with pytest.raises(EntryRefused, match="51 天，少于 60 天"):
        step(
            officer,
            "institutions",
            row,
            "stop",
            on=date(2026, 5, 10),
            stops_on="2026-06-30",
            reason="房屋到期",
        )
    step(officer, "institutions", row, "stop", on=date(2026, 5, 1), stops_on="2026-06-30", reason="房屋到期")
    with pytest.raises(EntryRefused, match="3 位老人没有安置"):
        step(approver, "institutions", row, "close", on=date(2026, 7, 1), reason="到期")


def test_an_elder_in_difficulty_is_surveyed_visited_paused_and_refuses_only_by_signature():
    readers = staff()
    a_household("E1", VILLAGE, an_elder(1))
    officer = readers["elder_officer"]
    row = entered(officer, "difficulties", person=the_number(1), kind="alone")
    step(officer, "difficulties", row, "survey")
    done = step(officer, "difficulties", row, "activate")
    assert (done.state, done.active_since) == ("active", TODAY)
    with pytest.raises(EntryRefused, match="要填"):
        step(officer, "difficulties", row, "refuse", reason="不愿意")
    done = step(officer, "difficulties", row, "refuse", reason="不愿意", refused_on="2026-11-25")

    assert (done.state, done.refused_on) == ("refused", TODAY)


def test_at_fifty_nine_one_is_no_elder():
    readers = staff()
    an_elder(1, born=date(1966, 11, 26))
    row = entered(
        readers["elder_officer"], "difficulties", person=the_number(1, date(1966, 11, 26)), kind="alone"
    )

    with pytest.raises(EntryRefused, match="60"):
        step(readers["elder_officer"], "difficulties", row, "survey")


def test_a_class_is_registered_once():
    readers = staff()
    an_elder(1)
    entered(readers["elder_officer"], "difficulties", person=the_number(1), kind="alone")

    with pytest.raises(EntryRefused, match="已经登记过"):
        entered(
            readers["elder_officer"], "difficulties", person=the_number(1), kind="alone", on=date(2026, 11, 1)
        )
