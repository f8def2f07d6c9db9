"""Claims and appeals in cases of children: walked by the few who see them, by nobody else; all others go the common way."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.appeals.actions import answer_appeal, file_appeal
from anmin.kernel.cases.appeals.queries import appeals_of, is_appeal, raisable
from anmin.kernel.cases.books import unsettled_of
from anmin.kernel.cases.matters import kind_of, matter_about, matters_of, procedure_for
from anmin.kernel.cases.papers.actions import make_paper
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.queries import cases
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.papers.composing import texts_of
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.refunds import actions as refunds
from tests.kernel.cases.road import COUNTY, TOWN, Road, a_family, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import a_grandmothers_family, on_dibao, unsupported
from tests.kernel.payments.money import a_budget, a_fund
from tests.make import a_user

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 12)
ABOUT = ("children/orphan", "children/unsupported")
COMMON = ("review", "recovery", "complaint", "recheck", "admin_review", "lawsuit")


@pytest.fixture
def staff():
    return town_staff() | {
        "third": a_user("disan", TOWN, role="child_director"),
        "other_protector": a_user("ertong2", COUNTY, role="child_protector"),
        "boss": a_user("boss", COUNTY, role="county_leader"),
    }


@pytest.fixture
def allowance(staff):
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    return Entitlement.objects.get(benefit="children/unsupported")


def a_claim(entitlement, staff):
    case = upkeep.open_upkeep(by="系统", entitlement=entitlement, on=OCTOBER, matter="recovery")
    return Road(case, staff, OCTOBER)


def looked_into(road, one, beside):
    road.step(one, "record_survey", beside=road.staff[beside])
    road.step(one, "tell", reason="告知多发情况，监护人没有意见")
    return road


def claim_back(road, who, fen=10_000):
    return upkeep.claim_back(
        by=road.staff[who], case=road.case, fen=fen, on=road.day, seen=road.seen, reason="父亲八月已回家"
    )


def raised(case, staff, by, matter="recheck", words="父亲只回来住了三天，又走了。", on=OCTOBER):
    return Road(file_appeal(by=by, case=case, matter=matter, words=words, on=on), staff, on)


def answer(road, who, words="经核查，维持。", *, is_upheld=False):
    return answer_appeal(
        by=road.staff[who], case=road.case, words=words, is_upheld=is_upheld, on=road.day, seen=road.seen
    )


@pytest.mark.parametrize("kind", COMMON)
def test_each_common_matter_has_one_for_children_that_no_common_post_can_decide_in(kind):
    matter = matter_about(kind, ABOUT, TOWN, OCTOBER)
    common, own = procedure_for(kind, TOWN, OCTOBER), procedure_for(matter, TOWN, OCTOBER)

    assert matter == f"{kind}_children" and kind_of(matter) == kind and matter in matters_of(kind)
    assert {state for state in common.states if state != "fading"} == set(own.states)
    assert own.limits == common.limits
    for step in own.transitions:
        assert set(step.who) & {"children.visit", "children.decide"}, step.action
        assert not set(step.who) & {"case.confirm", "case.stop", "case.opine", "case.meeting", "case.survey"}


@pytest.mark.parametrize("kind", COMMON)
def test_what_is_not_of_children_goes_the_common_way(kind):
    assert matter_about(kind, ["assistance/dibao"], TOWN, OCTOBER) == kind
    assert kind_of(kind) == kind
    assert not {
        power
        for step in procedure_for(kind, TOWN, OCTOBER).transitions
        for power in step.who
        if power.startswith("children.")
    }


def test_money_of_a_child_is_claimed_back_by_those_who_see_the_case(allowance, staff):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")

    decision = claim_back(road, "protector")

    claim = Recovery.objects.get()
    assert (road.case.matter, road.case.level) == ("recovery_children", 3)
    assert (decision.outcome, decision.decided_by) == ("recover", staff["protector"])
    assert (claim.case_number, claim.state, claim.level) == (road.case.number, "noticed", 3)
    with pytest.raises(StepRefused, match=r"还有 100\.00 元没有还"):
        road.step("protector", "repay", reason="已还清")
    recovery.receive(by="test", recovery=claim, fen=10_000, on=road.day, document="收据1")
    assert "repay" not in unsettled_of(road.case)
    road.step("protector", "repay", reason="已还清")
    road.case.refresh_from_db()
    assert road.case.state == "repaid"


def test_the_notice_of_what_is_told_speaks_of_an_overpayment(allowance, staff):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")

    told = make_paper(by=staff["director"], case=road.case, kind="notice_of_change", on=road.day)
    claim_back(road, "protector")
    notice = make_paper(by=staff["protector"], case=road.case, kind="recovery_notice", on=road.day)

    assert "多发" in "".join(texts_of(told.sheet)) and "100.00" in "".join(texts_of(notice.sheet))


@pytest.mark.parametrize("who", ["approver", "boss", "leader"])
def test_no_common_post_sees_or_decides_the_claim_of_a_child(allowance, staff, who):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")

    assert not cases(reader_for(staff[who], OCTOBER)).filter(pk=road.case.pk).exists()
    with pytest.raises(StepRefused, match="没有这项权限"):
        claim_back(road, who)

    assert not Recovery.objects.exists()


def test_who_looked_into_it_does_not_decide_the_claim_of_a_child(allowance, staff):
    road = a_claim(allowance, staff)
    with pytest.raises(StepRefused, match="没有这项权限"):
        road.step("clerk", "record_survey", beside=staff["second"])
    looked_into(road, "protector", "visitor")

    with pytest.raises(StepRefused, match="须由另一人办理"):
        claim_back(road, "protector")

    claim_back(road, "other_protector")


def test_a_protector_has_no_say_in_the_claim_of_a_common_family(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    paid = on_dibao(home, people, staff, 12_000)
    staff |= {"protector": a_user("ertong", COUNTY, role="child_protector")}
    road = looked_into(a_claim(paid, staff), "clerk", "second")
    assert road.case.matter == "recovery"

    with pytest.raises(StepRefused, match="没有这项权限"):
        claim_back(road, "protector")

    assert claim_back(road, "approver").outcome == "recover"


def test_a_guardian_asks_to_check_again_and_another_protector_answers(allowance, staff):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")
    claim_back(road, "protector")
    again = raised(road.case, staff, Applicant(road.case.applicant_id))
    assert (again.case.matter, again.case.level, again.case.state) == ("recheck_children", 3, "received")
    assert is_appeal(again.case) and [one.case for one in appeals_of(road.case)] == [again.case]
    with pytest.raises(StepRefused, match="没有这项权限"):
        again.step("approver", "record_survey", beside=staff["other"], reason="核查")
    again.step("third", "record_survey", beside=staff["other_protector"], reason="邻居证明父亲又走了。")

    with pytest.raises(StepRefused, match="须由另一人办理"):
        answer(again, "protector")
    with pytest.raises(StepRefused, match="没有这项权限"):
        answer(again, "boss")
    with pytest.raises(StepRefused, match="须由另一人办理"):
        answer(again, "other_protector")


def test_an_appeal_that_was_right_about_a_claim_goes_back_to_the_claim_and_to_no_review(allowance, staff):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")
    claim_back(road, "protector")
    again = raised(road.case, staff, Applicant(road.case.applicant_id))
    again.step("third", "record_survey", beside=a_user("disi", TOWN, role="child_director"), reason="属实。")

    after = answer(again, "other_protector", "父亲没有回家，多发不属实。", is_upheld=True)

    assert after == road.case and after.closed_on is None
    assert allowance.cases.count() == 1
    again.case.refresh_from_db()
    assert again.case.state == "upheld"
    with pytest.raises(StepRefused, match="撤回追回通知"):
        road.step("other_protector", "take_back", reason="申诉属实")
    refunds.take_back(
        by=staff["other_protector"], recovery=Recovery.objects.get(), on=road.day, reason="申诉属实"
    )
    road.step("other_protector", "take_back", reason="申诉属实")
    road.case.refresh_from_db()
    assert road.case.state == "dropped" and set(trial_balance(COUNTY).values()) == {0}


def test_a_claim_of_which_a_part_was_paid_back_is_taken_back_in_the_case_once_the_family_has_that_part_again(
    allowance, staff
):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")
    claim_back(road, "protector")
    row = Recovery.objects.get()
    a_budget(
        1_000_00, year=road.day.year, use="children/*", fund=a_fund(key="children", uses=("children/*",))
    )
    recovery.receive(
        by=a_user("kuaiji", COUNTY, role="county_finance"),
        recovery=row,
        fen=100_00,
        on=road.day,
        document="收据1",
    )
    second = a_user("dier", COUNTY, role="child_protector")
    refunds.take_back(
        by=staff["other_protector"], beside=second, recovery=row, on=road.day, reason="申诉属实"
    )

    with pytest.raises(StepRefused, match=r"100\.00 元还没有退到家庭"):
        road.step("other_protector", "take_back", reason="申诉属实")
    refunds.pay_by_hand(
        by=a_user("chuna", COUNTY, role="county_finance"),
        beside=a_user("fenguan", COUNTY, role="county_leader"),
        recovery=row,
        document="付款凭证7",
        on=road.day,
    )
    road.step("other_protector", "take_back", reason="申诉属实")

    road.case.refresh_from_db()
    assert road.case.state == "dropped"
    assert {key: fen for key, fen in trial_balance(COUNTY).items() if fen} == {
        "appropriation": -1_000_00,
        "available": 900_00,
        "recovered": 100_00,
    }


def test_an_appeal_about_an_allowance_that_runs_opens_the_review_of_children(staff):
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    granted = Entitlement.objects.get(benefit="children/unsupported").begun_by.case_number
    case = cases(reader_for(staff["protector"], OCTOBER)).get(number=granted)
    again = raised(case, staff, staff["director"], "complaint", "孩子的钱少算了一个月。")
    assert again.case.matter == "complaint_children"
    again.step("third", "record_survey", beside=a_user("disi", TOWN, role="child_director"), reason="属实。")

    after = answer(again, "other_protector", "属实，重新核定。", is_upheld=True)

    assert (after.matter, after.level) == ("review_children", 3)


def test_a_review_by_the_government_of_a_childs_case_is_replied_to_by_its_protector(allowance, staff):
    road = looked_into(a_claim(allowance, staff), "director", "visitor")
    claim_back(road, "protector")
    with pytest.raises(StepRefused, match="没有这项权限"):
        raised(road.case, staff, staff["approver"], "admin_review")

    review = raised(road.case, staff, staff["protector"], "admin_review", "区政府受理了复议申请。")
    suit = raised(road.case, staff, staff["protector"], "lawsuit", "法院送达了起诉状副本。")
    review.step("protector", "reply", reason="已提交书面答复和证据。")
    answer(review, "protector", "复议机关维持。")

    review.case.refresh_from_db()
    assert (review.case.matter, review.case.state) == ("admin_review_children", "sustained")
    assert suit.case.clocks.get().due == OCTOBER + timedelta(15)


def test_each_post_is_offered_only_the_appeals_that_it_writes_down(allowance, staff):
    child = a_claim(allowance, staff).case
    home, people = a_family(("王秀英", 1970), ("王建国", 1995), number="H2", serial=50)
    paid = on_dibao(home, people, staff, 12_000)
    common = a_claim(paid, staff).case

    def offered(who, case):
        return [kind_of(one.matter) for one in raisable(reader_for(staff[who], OCTOBER), case, OCTOBER)]

    assert offered("protector", child) == ["recheck", "complaint", "admin_review", "lawsuit"]
    assert offered("approver", child) == offered("protector", common) == []
    assert offered("approver", common) == ["recheck", "complaint", "admin_review", "lawsuit"]
