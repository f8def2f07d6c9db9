"""A benefit taken over from elsewhere without its grounds: nothing is computed of silence; a review establishes them first."""

from datetime import date

import pytest

from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.cases.upkeep.queries import outlook
from anmin.kernel.cases.verification.queries import form_of, result_of
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import NO_GROUNDS
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in
from anmin.policy.errors import PolicyError
from tests.kernel.cases.road import DAY, Road, earns, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import a_grandmothers_family, unsupported

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 1)


@pytest.fixture
def staff():
    return town_staff()


@pytest.fixture
def family(staff):
    """Three in a family whose dibao of 1,686 a month came from an older system, with the amount and no facts."""
    home, people = a_grandmothers_family()
    decision = entitlements.decide(
        by=staff["approver"],
        case_number="OLD-2019-0001",
        matter="dibao",
        division=home.division,
        household=home,
        outcome="grant",
        on=date(2019, 3, 1),
        amount=168_600,
        benefit="assistance/dibao",
        reason="",
        law="旧系统",
        grounds=NO_GROUNDS,
        level=1,
    )
    paid = entitlements.begin(
        by=staff["approver"],
        decision=decision,
        benefit="assistance/dibao",
        first_month=date(2019, 4, 1),
        fen=168_600,
    )
    return home, people, paid


def reviewed(paid, staff, people, wage, day=DAY):
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=day), staff, day)
    road.step("clerk", "start")
    road.survey_again(earns(people[0], wage))
    road.adopt_all()
    return road


def test_a_childs_top_up_waits_until_the_dibao_has_its_grounds_and_says_what_to_do(family, staff):
    home, people, _paid = family

    with pytest.raises(PolicyError) as told:
        unsupported(home, staff, people[1])

    assert told.value.code == "standing_unfounded"
    assert "最低生活保障金是接过来的" in told.value.what and "不能当作没有收入" in told.value.what
    assert "先对最低生活保障金办一次动态复核" in told.value.todo
    assert not Entitlement.objects.filter(benefit="children/unsupported").exists()


def test_after_a_review_found_the_dibao_unchanged_the_child_is_topped_up_by_what_it_adopted(family, staff):
    home, people, paid = family
    road = reviewed(paid, staff, people, 18_000)
    assert outlook(road.case, on=road.day).outcome == "keep"
    upkeep.keep(by=staff["leader"], case=road.case, on=road.day, seen=road.seen)

    unsupported(home, staff, people[1])

    child = Entitlement.objects.get(benefit="children/unsupported")
    assert amount_in(child, date(2026, 7, 1)).fen == 156_200


def test_after_a_review_changed_the_dibao_its_decision_is_what_the_child_is_topped_up_by(family, staff):
    home, people, paid = family
    road = reviewed(paid, staff, people, 12_000)
    road.step("leader", "propose", reason="收入减少")
    upkeep.decide_change(
        by=staff["approver"], case=road.case, outcome="change", on=road.day, seen=road.seen, reason="收入减少"
    )

    unsupported(home, staff, people[1])

    child = Entitlement.objects.get(benefit="children/unsupported")
    share = (1_062_00 * 3 - 12_000_00 // 12 + 1) // 3
    assert amount_in(child, date(2026, 7, 1)).fen == 212_400 - share


def test_the_review_of_what_was_taken_over_computes_nothing_of_silence(family, staff):
    """Without one fact the rules would find a family without income and pay it the whole standard."""
    _home, _people, paid = family
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=DAY), staff, DAY)
    road.step("clerk", "start")
    road.survey_again()

    for ask in (lambda: result_of(road.case, on=DAY), lambda: outlook(road.case, on=DAY)):
        with pytest.raises(PolicyError, match="没有登记任何收入"):
            ask()
    with pytest.raises(PolicyError, match="没有登记任何收入"):
        upkeep.keep(by=staff["leader"], case=road.case, on=road.day, seen=road.seen)

    assert amount_in(paid, MAY).fen == 168_600
    assert not Decision.objects.filter(outcome="change").exists()


def test_the_survey_of_such_a_review_asks_what_the_application_would_have_asked(family, staff):
    _home, _people, paid = family
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=DAY), staff, DAY)

    form = form_of(road.case)

    assert "wage_year" in form["person"] and form["household"]


def test_a_family_that_was_never_on_anything_is_asked_for_nothing(staff):
    home, people = a_grandmothers_family()

    unsupported(home, staff, people[1])

    assert amount_in(Entitlement.objects.get(), date(2026, 7, 1)).fen == 212_400
