"""A refusal of what one person would get speaks of that person: you, a member by name, a child; never of whoever holds the pen."""

from datetime import date, timedelta

import pytest

from anmin.kernel.cases.deciding import actions as deciding
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.verification import actions as verification
from anmin.kernel.cases.verification.actions import Said
from anmin.kernel.cases.verification.queries import concerned_in, form_of, result_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.policy.codes import ParentState
from tests.kernel.cases.road import DAY, Road, a_family, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import (
    a_grandmothers_family,
    a_subsidy,
    disabled,
    on_dibao,
    protectors,
    unsupported,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return town_staff()


def first_line(decision):
    return decision.reason.split("\n")[0]


def refused_subsidy(home, staff, said, applicant, matter="care_subsidy"):
    road = Road.begin(home, staff, matter=matter, said=said, applicant=applicant)
    road.accept()
    road.adopt_all()
    road.opine()
    road.step("checker", "record_check", reason="残疾人证有效")
    return first_line(
        deciding.refuse(by=staff["approver"], case=road.case, on=road.day, seen=road.seen, reason="等级不够")
    )


def test_who_applies_for_herself_is_addressed(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))

    told = refused_subsidy(home, staff, disabled(people[0], level=4), people[0])

    assert told.startswith("您的残疾是 4 级")


def test_a_daughter_who_applies_for_her_mother_reads_about_her_mother(staff):
    home, people = a_family(("王建国", 1995), ("王秀英", 1970))

    told = refused_subsidy(home, staff, disabled(people[1], level=4), people[0])

    assert told.startswith("王秀英的残疾是 4 级") and "您" not in told


def test_two_members_who_fail_by_different_things_have_a_sentence_each(staff):
    home, people = a_family(("王建国", 1975), ("王秀英", 1998), ("王小妹", 2001))
    said = [
        *disabled(people[1], level=4),
        *disabled(people[2], level=1),
        Said("receives_work_injury_care", 1, people[2].pk),
    ]

    told = refused_subsidy(home, staff, said, people[0])

    assert "王秀英的残疾是 4 级" in told and "王小妹已领工伤护理费" in told and "您" not in told


def test_the_same_reason_of_two_members_is_said_once_for_each_name(staff):
    home, people = a_family(("王建国", 1975), ("王秀英", 1998), ("王小妹", 2001))
    said = [*disabled(people[1], level=4), *disabled(people[2], level=4)]

    told = refused_subsidy(home, staff, said, people[0])

    assert told.count("4 级") == 2 and told.index("王秀英") < told.index("王小妹")


def test_a_subsidy_that_asks_for_dibao_first_names_the_family_and_the_person(staff):
    home, people = a_family(("王建国", 1975), ("王秀英", 1998))

    told = refused_subsidy(home, staff, disabled(people[1], level=2), people[0], "living_subsidy")

    assert told == "您家还不是低保家庭。王秀英残疾 2 级，要先有低保才能领。"


def a_refused_child(staff, said_of):
    home, people = a_grandmothers_family()
    road = Road.begin(home, staff, matter="unsupported", said=said_of(people))
    staff |= protectors()
    road.accept()
    road.step("clerk", "record_check")
    verification.record_survey(
        by=staff["clerk"], beside=staff["second"], case=road.case, said=[], on=road.day, seen=road.seen
    )
    road.adopt_all()
    road.opine()
    decision = deciding.refuse(
        by=staff["protector"], case=road.case, on=road.day, seen=road.seen, reason="父亲在家"
    )
    return road, first_line(decision)


def test_a_grandmother_who_applies_for_a_child_is_not_told_that_she_is_too_old(staff):
    """She signs as the head of the household; the child is who the application is about."""

    def said_of(people):
        return [Said("mother_state", int(ParentState.DEAD), people[1].pk)]

    road, told = a_refused_child(staff, said_of)

    child = next(row.person_id for row in road.case.members.all() if row.person.name == "王小一")
    assert told == "孩子的父亲能照顾孩子。父母都不能照顾才符合。"
    assert concerned_in(road.case, tuple(road.case.members.values_list("person", flat=True))) == (child,)


def test_two_children_who_fail_by_different_things_are_told_apart_by_name(staff):
    def said_of(people):
        return [
            Said("mother_state", int(ParentState.DEAD), people[1].pk),
            Said("father_state", int(ParentState.DEAD), people[2].pk),
        ]

    _road, told = a_refused_child(staff, said_of)

    assert told.startswith("王小一：孩子的父亲能照顾孩子。") and "王小二：孩子的母亲能照顾孩子。" in told


def test_the_why_of_a_refusal_opens_at_the_person_concerned(staff):
    home, people = a_family(("王建国", 1975), ("王秀英", 1998))
    road = Road.begin(home, staff, matter="care_subsidy", said=disabled(people[1], level=4))

    result = result_of(road.case, on=DAY)

    assert result.concerned == (people[1].pk,) and result.why().lines[-1].member == 1


def test_the_stop_of_a_members_subsidy_speaks_of_the_member_who_has_it(staff):
    home, people = a_family(("王秀英", 1970), ("王建国", 1995))
    on_dibao(home, people, staff, 12_000)
    a_subsidy("care_subsidy", home, staff, people[1]).confirm()
    paid = Entitlement.objects.get(benefit="disability/care_subsidy")
    road = Road(
        upkeep.open_upkeep(by="系统", entitlement=paid, on=date(2026, 9, 14)), staff, date(2026, 9, 14)
    )
    assert form_of(road.case)["person"][:2] == ["disability", "disability_level"]
    road.step("clerk", "start")
    road.survey_again(Said("disability_level", 4, people[1].pk))
    verification.adopt(
        by=staff["leader"],
        case=road.case,
        name="disability_level",
        person=people[1].pk,
        basis="seen",
        on=road.day,
        reason="重新评定为四级",
    )
    road.adopt_all()
    road.step("leader", "propose", reason="等级变了")
    road.step("clerk", "tell", reason="告知停发")
    road.day += timedelta(8)

    decision = upkeep.decide_change(
        by=staff["approver"], case=road.case, outcome="stop", on=road.day, seen=road.seen, reason="重新评定"
    )

    assert first_line(decision).startswith("您的重度残疾人护理补贴每月 192 元，发到 2026 年 9 月。")
    assert "您的残疾是 4 级" in first_line(decision) and road.case.applicant == people[1]


def test_what_is_claimed_back_of_a_child_is_told_to_its_guardian_by_the_childs_name(staff):
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])
    paid = Entitlement.objects.get()
    on = date(2026, 10, 12)
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=on, matter="recovery"), staff, on)
    road.step("director", "record_survey", beside=staff["visitor"])
    road.step("director", "tell", reason="告知多发情况")

    decision = upkeep.claim_back(
        by=staff["protector"], case=road.case, fen=10_000, on=on, seen=road.seen, reason="父亲已回家"
    )

    assert first_line(decision).startswith("王小一的事实无人抚养")
