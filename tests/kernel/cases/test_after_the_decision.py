"""After a decision: reviews, changes, fade-out, stopping, recovery; transfer of a failed file; samples and batches."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.intake.actions import file_application
from anmin.kernel.cases.intake.queries import lacking
from anmin.kernel.cases.queries import case_numbered
from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.cases.sampling.actions import SampleProblem, confirm_batch, draw_sample
from anmin.kernel.cases.sampling.queries import drawn_from, draws_again
from anmin.kernel.cases.transferring.actions import agree_to_transfer, transfer
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.upkeep.queries import due_for_review, outlook
from anmin.kernel.cases.verification.actions import Said, adopt, record_assessment, state_checked
from anmin.kernel.entitlements.actions import EntitlementProblem, change_amount
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.people.register.actions import tie
from tests.kernel.cases.road import DAY, Road, a_family, a_form, earns, town_staff
from tests.make import a_person, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return town_staff()


@pytest.fixture
def family():
    return a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))


@pytest.fixture
def paid(staff, family):
    """A family on dibao since May."""
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()
    road.confirm()
    return Entitlement.objects.get(household=home, benefit="assistance/dibao")


def a_review(paid, staff, *checked, day=date(2026, 9, 14)):
    case = upkeep.open_upkeep(by="系统", entitlement=paid, on=day)
    road = Road(case, staff, day)
    road.step("clerk", "start")
    if checked:
        state_checked(by=staff["checker"], case=case, said=checked, source="社保", as_of=day, on=day)
    road.step("clerk", "record_survey", beside=staff["second"])
    road.adopt_all()
    for row in case.facts.filter(adopted__isnull=True):
        adopt(by=staff["leader"], case=case, name=row.name, person=row.person_id, basis="checked", on=day)
    return road


def propose_and_tell(road):
    road.step("leader", "propose", reason="收入变化")
    road.step("clerk", "tell", reason="告知拟调整及理由")


def test_a_benefit_is_reviewed_by_its_class_and_kept_when_nothing_changed(paid, staff):
    reader = reader_for(staff["clerk"], DAY)
    assert paid.review_due == date(2027, 4, 2)
    assert list(due_for_review(reader, date(2027, 4, 2))) == [paid]
    road = a_review(paid, staff)
    assert list(due_for_review(reader, date(2027, 4, 2))) == []

    upkeep.keep(by=staff["leader"], case=road.case, on=road.day, seen=road.seen)

    paid.refresh_from_db()
    assert paid.review_due == date(2027, 9, 14)
    assert not Decision.objects.filter(case_number=road.case.number).exists()


def test_a_lower_amount_needs_the_family_told_and_another_persons_decision(paid, staff, family):
    _home, people = family
    road = a_review(paid, staff, earns(people[0], 18_000))
    assert outlook(road.case, on=road.day).outcome == "reduce"
    with pytest.raises(StepRefused, match="待遇应由"):
        upkeep.keep(by=staff["leader"], case=road.case, on=road.day, seen=road.seen)
    propose_and_tell(road)

    with pytest.raises(StepRefused, match="期满"):
        reduce(road)
    road.day += timedelta(8)
    decision = reduce(road)

    before, after = amount_in(paid, date(2026, 9, 1)), amount_in(paid, date(2026, 10, 1))
    assert before.fen - after.fen == 50_000
    assert after.decision == decision and decision.outcome == "reduce"


def reduce(road):
    return upkeep.decide_change(
        by=road.staff["approver"],
        case=road.case,
        outcome="reduce",
        on=road.day,
        seen=road.seen,
        reason="工资增加",
    )


def test_a_job_that_lifts_the_family_over_the_standard_fades_dibao_out_over_six_months(paid, staff, family):
    """X-46 and X-49 by their rule: the amount paid before, for six months, then nothing."""
    _home, people = family
    held = amount_in(paid, date(2026, 9, 1)).fen
    road = a_review(paid, staff, earns(people[0], 12_000), earns(people[1], 42_000))
    road.step("leader", "propose", reason="成员就业")

    upkeep.decide_change(
        by=staff["approver"], case=road.case, outcome="fade", on=road.day, seen=road.seen, reason="就业渐退"
    )

    paid.refresh_from_db()
    assert (paid.state, paid.last_day) == ("fading", date(2027, 3, 31))
    months = [amount_in(paid, date(2026, month, 1)) for month in (10, 11, 12)]
    months += [amount_in(paid, date(2027, month, 1)) for month in (1, 2, 3)]
    assert [row.fen for row in months] == [held] * 6
    assert amount_in(paid, date(2027, 4, 1)) is None


def test_a_benefit_stops_by_a_persons_decision_after_the_family_was_heard(paid, staff):
    road = a_review(paid, staff)
    road.step("leader", "propose_urgent", reason="本人书面要求停止")
    road.step("clerk", "tell", reason="告知停发")
    road.day += timedelta(8)

    upkeep.decide_change(
        by=staff["approver"], case=road.case, outcome="stop", on=road.day, seen=road.seen, reason="本人要求"
    )

    paid.refresh_from_db()
    assert (paid.state, paid.last_day, paid.ended_by.outcome) == ("ended", date(2026, 9, 30), "stop")
    assert amount_in(paid, date(2026, 10, 1)) is None


def test_the_database_refuses_a_stop_without_a_decision(paid):
    with pytest.raises(DatabaseError, match="entitlement_needs_decision"), transaction.atomic():
        Entitlement.objects.filter(pk=paid.pk).update(state="ended", last_day=date(2026, 6, 30))


def test_a_decision_to_grant_reduces_nothing(paid):
    with pytest.raises(EntitlementProblem, match="不能据此"):
        change_amount(
            by="test", decision=paid.begun_by, entitlement=paid, first_month=date(2026, 7, 1), fen=1
        )


def test_what_was_overpaid_after_a_death_is_claimed_back_by_decision(paid, staff):
    """X-92: what was paid exceeds what was due, month by month, from July to September."""
    held = amount_in(paid, date(2026, 7, 1)).fen
    due = held - 106_200

    fen = upkeep.overpaid(paid, date(2026, 7, 1), date(2026, 9, 1), due)

    assert fen == 318_600
    case = upkeep.open_upkeep(by="系统", entitlement=paid, on=date(2026, 10, 12), matter="recovery")
    road = Road(case, staff, date(2026, 10, 12))
    road.step("clerk", "record_survey", beside=staff["second"])
    road.step("clerk", "tell", reason="告知多发情况")
    decision = upkeep.claim_back(
        by=staff["approver"],
        case=case,
        fen=fen,
        on=road.day,
        seen=road.seen,
        reason="成员六月去世，七至九月多发",
    )
    assert (decision.outcome, decision.amount) == ("recover", 318_600)
    claim = Recovery.objects.get()
    assert (claim.state, claim.fen, claim.case_number) == ("noticed", 318_600, case.number)
    assert (claim.heard_on, claim.statement) == (date(2026, 10, 12), "告知多发情况")
    assert trial_balance("371002") == {"receivable": 318_600, "spent": -318_600}


def test_a_claim_is_settled_in_the_books_before_its_case_is_closed(paid, staff):
    case = upkeep.open_upkeep(by="系统", entitlement=paid, on=date(2026, 10, 12), matter="recovery")
    road = Road(case, staff, date(2026, 10, 12))
    road.step("clerk", "record_survey", beside=staff["second"])
    road.step("clerk", "tell", reason="告知多发情况")
    upkeep.claim_back(by=staff["approver"], case=case, fen=10_000, on=road.day, seen=road.seen, reason="多发")
    with pytest.raises(StepRefused, match=r"还有 100\.00 元没有还"):
        road.step("other", "repay", reason="已还清")

    claim = Recovery.objects.get()
    recovery.receive(by="test", recovery=claim, fen=10_000, on=road.day, document="收据1")

    road.step("other", "repay", reason="已还清")
    road.case.refresh_from_db()
    assert road.case.state == "repaid"


def to_edge(family, staff):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 46_000)])
    road.to_confirming(earns(people[0], 46_000))
    return road


def test_a_failed_file_goes_on_in_the_next_layer_with_consent_and_no_paper_twice(staff, family):
    road = to_edge(family, staff)
    with pytest.raises(StepRefused, match="同意"):
        transfer(by=staff["approver"], case=road.case, on=road.day, seen=road.seen)
    agree_to_transfer(by=staff["clerk"], case=road.case)

    after = transfer(by=staff["approver"], case=road.case, on=road.day, seen=road.seen)

    assert (after.matter, after.state, after.follows) == ("edge", "carried", road.case)
    assert not lacking(after, road.day)
    assert not after.materials.filter(state="asked").exclude(key="bills").exists()
    further = Road(after, staff, road.day)
    further.opine()
    further.send_up()
    decision = further.confirm("other")
    assert decision.benefit == "assistance/edge" and not after.publicities.exists()


def test_whoever_surveyed_the_first_file_does_not_decide_the_second(staff, family):
    road = to_edge(family, staff)
    agree_to_transfer(by=staff["clerk"], case=road.case)
    after = Road(transfer(by=staff["approver"], case=road.case, on=road.day, seen=road.seen), staff, road.day)
    after.opine()
    after.send_up()

    with pytest.raises(StepRefused, match="另一人"):
        after.confirm("leader")


def test_a_relative_of_the_family_neither_surveys_nor_decides_and_the_county_looks_itself(staff, family):
    home, people = family
    official = a_person("王经办", "371002001001", serial=77, birth_day=date(1990, 1, 1))
    tie(by="test", person=people[0], other=official, kind="mother")
    declare_staff_person(by="test", user=staff["approver"], person=official, on=DAY)
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    assert road.case.causes == ["relative_of_handler"]
    road.to_confirming()

    with pytest.raises(StepRefused, match="近亲属"):
        road.confirm("approver")
    with pytest.raises(StepRefused, match="县级入户核查"):
        road.confirm("other")
    with pytest.raises(StepRefused, match="近亲属"):
        road.step("other", "county_visit", beside=staff["approver"])


def test_a_seed_draws_the_same_cases_for_everybody_and_rounds_up():
    numbers = [f"N{at}" for at in range(7)]

    drawn = drawn_from(numbers, 3_000, "20260325")

    assert len(drawn) == 3
    assert drawn_from(reversed(numbers), 3_000, "20260325") == drawn
    assert drawn_from(numbers, 3_000, "another") != drawn


def test_a_sampled_case_waits_for_the_countys_visit(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()

    sample = draw_sample(
        by=staff["approver"],
        matter="dibao",
        division="371002",
        numbers=[road.case.number],
        share_bp=10_000,
        seed="1",
        on=road.day,
    )

    assert draws_again(sample)
    with pytest.raises(StepRefused, match="县级入户核查"):
        road.confirm()
    road.step("approver", "county_visit", beside=staff["other"])
    assert road.confirm().outcome == "grant"


def test_tekun_is_not_sampled_below_thirty_per_cent(staff):
    with pytest.raises(SampleProblem, match="30"):
        draw_sample(
            by=staff["approver"],
            matter="tekun",
            division="371002",
            numbers=["A"],
            share_bp=2_900,
            seed="1",
            on=DAY,
        )


def test_a_batch_confirms_the_clear_cases_and_holds_the_sample_and_the_doubtful_back(staff):
    roads = []
    for at in range(4):
        home, people = a_family(("王秀英", 1970), ("王小宝", 2012), serial=10 * at + 1, number=f"H{at}")
        road = Road.begin(home, staff, said=[earns(people[0], 12_000)], token=f"form-{at}")
        if at == 3:
            road.accept()
            road.check(earns(people[0], 11_000))
            road.survey()

            adopt(
                by=staff["leader"],
                case=road.case,
                name="wage_year",
                person=people[0].pk,
                basis="checked",
                on=DAY,
            )
            road.opine()
            road.publish()
            road.day += timedelta(8)
            road.send_up()
        else:
            road.to_confirming()
        roads.append(road)

    batch = confirm_batch(
        by=staff["approver"],
        seen={road.case.number: road.seen for road in roads},
        matter="dibao",
        division="371002",
        seed="7",
        on=roads[0].day,
    )

    assert len(batch.done) == 2 and len(batch.held_back) == 1
    assert list(batch.refused) == [roads[3].case.number]
    assert "不一致" in batch.refused[roads[3].case.number]


def test_tekun_needs_its_assessment_and_the_care_level_counts(staff):
    home, people = a_family(
        ("老李", 1950),
    )
    said = [Said("has_able_supporter", 0, people[0].pk)]
    road = Road.begin(home, staff, matter="tekun", said=said)
    road.accept()
    road.check()
    road.survey()
    road.adopt_all()
    with pytest.raises(StepRefused, match="自理能力评估"):
        road.opine()
    road.step("clerk", "start_assessment")

    record_assessment(
        by=staff["clerk"],
        beside=staff["second"],
        case=road.case,
        person=people[0].pk,
        met={"eat": True, "dress": True, "bed": False, "toilet": True, "walk": False, "bathe": True},
        on=DAY,
        seen=road.seen,
    )
    road.adopt_all()
    road.opine()
    road.publish()
    road.day += timedelta(8)
    road.send_up()

    decision = road.confirm()

    care = next(row for row in decision.findings if row["rule"] == "care_level")
    assert care["result"] == 1
    assert Entitlement.objects.get(person=people[0]).benefit == "assistance/tekun"


def test_the_case_of_a_child_is_seen_by_protectors_only(staff):
    home, _people = a_family(("小雨", 2015))

    case = file_application(by="test", form=a_form(home, "orphan", channel="found"), on=DAY)
    protector = a_user("ertong", "371002", role="child_protector")

    assert case.level == 3
    assert case_numbered(reader_for(staff["approver"], DAY), case.number) is None
    assert case_numbered(reader_for(protector, DAY), case.number) == case
