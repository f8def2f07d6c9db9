"""Matters beside dibao from the application to the amount: they rest on what the family is, and nothing comes of silence."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import reader_for
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.upkeep.queries import outlook
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.entitlements.grounds import replay
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import amount_in
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.codes import DisabilityKind, HardshipEvent, ParentState
from tests.kernel.cases.road import COUNTY, DAY, TOWN, Road, a_family, earns, town_staff
from tests.make import a_user

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture
def staff():
    return town_staff()


def a_grandmothers_family():
    return a_family(("王桂兰", 1958), ("王小一", 2014), ("王小二", 2016))


def on_dibao(home, people, staff, wage):
    """The family's dibao, decided from a wage of the first member."""
    road = Road.begin(home, staff, said=[earns(people[0], wage)], token=f"dibao-{home.number}")
    road.to_confirming()
    road.confirm()
    return Entitlement.objects.get(household=home, benefit="assistance/dibao")


def disabled(person, level=1):
    return [
        Said("disability", int(DisabilityKind.PHYSICAL), person.pk),
        Said("disability_level", level, person.pk),
    ]


def a_subsidy(matter, home, staff, person):
    road = Road.begin(
        home, staff, matter=matter, said=disabled(person), token=f"{matter}-{home.number}", applicant=person
    )
    road.day = DAY + timedelta(60)
    road.accept()
    road.adopt_all()
    road.opine()
    road.step("checker", "record_check", reason="残疾人证有效")
    return road


def fen_of(person, benefit):
    return amount_in(Entitlement.objects.get(person=person, benefit=benefit), MAY.replace(month=7)).fen


def test_who_is_on_dibao_and_gravely_disabled_gets_both_subsidies(staff):
    """X-69: 213 and 192."""
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    on_dibao(home, people, staff, 12_000)

    for matter in ("living_subsidy", "care_subsidy"):
        decision = a_subsidy(matter, home, staff, people[1]).confirm()
        assert replay(decision).agrees

    found = [fen_of(people[1], f"disability/{key}") for key in ("living_subsidy", "care_subsidy")]
    assert found == [21_300, 19_200]


def test_a_disabled_person_whose_family_nobody_found_poor_gets_care_and_no_living_subsidy(staff):
    """The form asks nobody for income: that is no dibao, and not an income of nought."""
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))

    living = a_subsidy("living_subsidy", home, staff, people[1])
    with pytest.raises(StepRefused, match="不符合条件"):
        living.confirm()
    a_subsidy("care_subsidy", home, staff, people[1]).confirm()

    told = deciding.refuse(
        by=staff["approver"], case=living.case, on=living.day, seen=living.seen, reason="不在低保"
    ).reason
    assert told.startswith("您家还不是低保家庭。您残疾 1 级，要先有低保才能领。")
    assert not Entitlement.objects.filter(benefit="disability/living_subsidy").exists()
    assert fen_of(people[1], "disability/care_subsidy") == 19_200


def the_parents(*children):
    """Dead mother, father lost for a year."""
    return [
        one
        for child in children
        for one in (
            Said("mother_state", int(ParentState.DEAD), child.pk),
            Said("father_state", int(ParentState.LOST_CONTACT), child.pk),
            Said("father_state_months", 12, child.pk),
        )
    ]


def protectors():
    """Who alone sees the cases of children: two who visit, one who decides."""
    return {
        "director": a_user("ertongzhuren", TOWN, role="child_director"),
        "visitor": a_user("kanwang", TOWN, role="child_director"),
        "protector": a_user("ertong", COUNTY, role="child_protector"),
    }


def unsupported(home, staff, *children):
    road = Road.begin(
        home, staff, matter="unsupported", said=the_parents(*children), token=f"U-{home.number}"
    )
    road.day = DAY + timedelta(60)
    staff |= protectors()
    road.accept()
    road.step("clerk", "record_check")
    verification.record_survey(
        by=staff["clerk"], beside=staff["second"], case=road.case, said=[], on=road.day, seen=road.seen
    )
    road.adopt_all()
    road.opine()
    return deciding.confirm(by=staff["protector"], case=road.case, on=road.day, seen=road.seen)


def test_a_child_in_a_family_without_dibao_gets_the_orphans_rate_in_full(staff):
    """X-66: nobody asked the family for income, and the child loses nothing by it."""
    home, people = a_grandmothers_family()

    unsupported(home, staff, people[1])

    assert fen_of(people[1], "children/unsupported") == 212_400


def test_children_whose_family_is_on_dibao_are_topped_up_to_it(staff):
    """X-64: 1,686 of dibao for three, 562 of it each; 1,562 beside it."""
    home, people = a_grandmothers_family()
    on_dibao(home, people, staff, 18_000)

    unsupported(home, staff, *people[1:])

    assert [fen_of(one, "children/unsupported") for one in people[1:]] == [156_200] * 2


def a_review(entitlement, staff, day=date(2026, 9, 14)):
    road = Road(upkeep.open_upkeep(by="系统", entitlement=entitlement, on=day), staff, day)
    road.step("clerk", "start")
    take_step(
        by=staff["clerk"],
        beside=staff["second"],
        case=road.case,
        action="record_survey",
        on=day,
        seen=road.seen,
    )
    road.adopt_all()
    return road


def the_review_of_a_child(staff):
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    paid = Entitlement.objects.get(benefit="children/unsupported")
    day = date(2026, 9, 14)
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=day), staff, day)
    take_step(
        by=staff["director"],
        beside=staff["visitor"],
        case=road.case,
        action="record_survey",
        on=day,
        seen=road.seen,
    )
    return road, paid, people[1]


def test_the_review_of_a_childs_allowance_is_kept_by_those_who_see_it(staff):
    road, _paid, _child = the_review_of_a_child(staff)

    upkeep.keep(by=staff["visitor"], case=road.case, on=road.day, seen=road.seen)

    road.case.refresh_from_db()
    assert (road.case.matter, road.case.level, road.case.state) == ("review_children", 3, "kept")
    assert not reader_for(staff["approver"], road.day).may("children.decide", COUNTY)


def test_a_father_who_is_back_ends_a_childs_allowance_by_the_protectors_decision_alone(staff):
    road, paid, child = the_review_of_a_child(staff)
    verification.state_checked(
        by="test",
        case=road.case,
        said=[Said("father_state", int(ParentState.PRESENT), child.pk)],
        source="公安",
        as_of=road.day,
        on=road.day,
    )
    verification.adopt(
        by=staff["visitor"],
        case=road.case,
        name="father_state",
        person=child.pk,
        basis="checked",
        on=road.day,
    )
    assert outlook(road.case, on=road.day).outcome == "stop"
    road.step("director", "propose", reason="父亲已经回家")
    road.step("director", "tell", reason="告知停发")
    road.day += timedelta(8)
    given = {"case": road.case, "outcome": "stop", "on": road.day, "reason": "父亲回家，核实属实"}
    with pytest.raises(StepRefused):
        upkeep.decide_change(by=staff["approver"], seen=road.seen, **given)

    decision = upkeep.decide_change(by=staff["protector"], seen=road.seen, **given)

    paid.refresh_from_db()
    assert (paid.state, paid.ended_by, decision.decided_by) == ("ended", decision, staff["protector"])


def test_the_review_of_a_subsidy_finds_it_unchanged_and_keeps_it(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    on_dibao(home, people, staff, 12_000)
    a_subsidy("living_subsidy", home, staff, people[1]).confirm()
    paid = Entitlement.objects.get(benefit="disability/living_subsidy")
    road = a_review(paid, staff)

    found = outlook(road.case, on=road.day)
    upkeep.keep(by=staff["leader"], case=road.case, on=road.day, seen=road.seen)

    assert (found.before, found.after, found.outcome) == (21_300, 21_300, "keep")
    road.case.refresh_from_db()
    assert road.case.state == "kept"


def test_the_review_of_a_subsidy_after_dibao_ended_asks_for_its_end_and_decides_nothing(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    dibao = on_dibao(home, people, staff, 12_000)
    a_subsidy("living_subsidy", home, staff, people[1]).confirm()
    paid = Entitlement.objects.get(benefit="disability/living_subsidy")
    stop = a_review(dibao, staff, date(2026, 8, 3))
    stop.step("leader", "propose_urgent", reason="本人书面要求停止")
    stop.step("clerk", "tell", reason="告知停发")
    stop.day += timedelta(8)
    upkeep.decide_change(
        by=staff["approver"], case=stop.case, outcome="stop", on=stop.day, seen=stop.seen, reason="本人要求"
    )

    road = a_review(paid, staff)

    assert outlook(road.case, on=road.day).outcome == "stop"
    paid.refresh_from_db()
    assert paid.state == "active"


def test_an_old_persons_allowance_begins_in_the_month_of_the_decision(staff):
    """A-1 by its rule: a hundred years old in Weihai, 400 a month."""
    home, people = a_family(("王百岁", 1924))
    road = Road.begin(home, staff, matter="age_allowance")
    road.step("clerk", "record_survey", beside=staff["second"])
    road.opine()

    road.confirm()

    paid = Entitlement.objects.get(person=people[0], benefit="elderly/age_allowance")
    assert (paid.first_day, amount_in(paid, DAY.replace(day=1)).fen) == (DAY.replace(day=1), 40_000)


def test_temporary_help_with_costs_is_shown_in_public_and_paid_once(staff):
    """X-83: three persons, two months in hardship, the standard of Weihai for each."""
    home, people = a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))
    said = [
        earns(people[0], 24_000),
        Said("temporary_need", 3_000_000),
        Said("temporary_event", int(HardshipEvent.MEDICAL)),
        Said("temporary_months", 2),
    ]
    road = Road.begin(home, staff, matter="temp_expenditure", said=said)
    road.to_confirming()

    decision = road.confirm()

    standard = rulebook().rates.entry("dibao_standard", COUNTY, road.day).value(home.settlement)
    paid = Entitlement.objects.get(benefit="assistance/temporary_expenditure")
    assert decision.amount == standard * 3 * 2 and road.case.publicities.count() == 1
    assert (paid.first_day.month, paid.last_day.month) == (road.day.month, road.day.month)


def test_a_family_of_rigid_costs_is_recognised_for_a_year_without_publicity_and_without_money(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))
    said = [earns(people[0], 96_000), Said("medical_paid_year", 5_750_000, people[1].pk)]
    road = Road.begin(home, staff, matter="rigid", said=said)
    road.to_confirming()

    decision = road.confirm()

    paid = Entitlement.objects.get(benefit="assistance/rigid")
    assert (decision.amount, decision.is_public, road.case.publicities.exists()) == (0, False, False)
    assert (paid.last_day - paid.first_day).days in (364, 365)
