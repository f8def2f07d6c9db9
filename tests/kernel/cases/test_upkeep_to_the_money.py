"""Suspension, resumption, changes and stops up to the amounts that are paid; what is due each day."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.access.queries import operator, reader_for
from anmin.kernel.audit.models import Act
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.daily import actions as daily
from anmin.kernel.cases.deaths import actions as deaths
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.publicity.actions import take_down_due
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.entitlements.models import Decision, Entitlement
from anmin.kernel.entitlements.queries import amount_in, roster
from anmin.kernel.operations.jobs import CATALOGUE
from anmin.kernel.people.register.actions import record_death
from anmin.kernel.tasks import cases_due
from tests.kernel.cases.road import Road, a_family, earns, town_staff

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 14)


@pytest.fixture
def staff():
    return town_staff()


@pytest.fixture
def family():
    return a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))


@pytest.fixture
def paid(staff, family):
    home, people = family
    road = Road.begin(home, staff, said=[earns(people[0], 12_000)])
    road.to_confirming()
    road.confirm()
    return Entitlement.objects.get(household=home, benefit="assistance/dibao")


def a_told_review(paid, staff, day=SEPTEMBER, reason="收到线索，正在核实"):
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=day), staff, day)
    road.step("clerk", "start")
    road.step("clerk", "record_survey", beside=staff["second"])
    road.adopt_all()
    road.step("leader", "propose", reason=reason)
    road.step("clerk", "tell", reason="告知")
    return road


def decide(road, outcome, who="approver", reason="已核实", **more):
    by = road.staff.get(who, who)
    return upkeep.decide_change(
        by=by, case=road.case, outcome=outcome, on=road.day, seen=road.seen, reason=reason, **more
    )


def paid_in(entitlement, *months):
    found = [amount_in(entitlement, date(2026, month, 1)) for month in months]
    return [row.fen if row is not None else None for row in found]


def test_a_suspension_holds_the_money_from_the_next_month_and_a_resumption_pays_what_was_held(paid, staff):
    (before,) = paid_in(paid, 9)
    decide(a_told_review(paid, staff), "suspend")
    paid.refresh_from_db()
    assert paid.state == "suspended" and paid_in(paid, 9, 10, 12) == [before, 0, 0]
    reader = reader_for(staff["approver"], SEPTEMBER)
    assert [row.fen for row in roster(reader, paid.benefit, date(2026, 10, 1))] == [0]

    again = a_told_review(paid, staff, day=date(2026, 11, 2), reason="核实无误")
    decision = decide(again, "resume", reason="线索不属实，恢复", first_month=date(2026, 10, 1))

    paid.refresh_from_db()
    assert paid.state == "active" and paid.changed_by == decision
    assert paid_in(paid, 9, 10, 11, 12) == [before] * 4
    assert decision.reason.split("\n")[0].startswith("您家的最低生活保障金从 2026 年 10 月 起恢复")


def test_a_suspended_benefit_can_be_stopped_and_an_active_one_not_resumed(paid, staff):
    with pytest.raises(Exception, match="不能作这种变动"):
        decide(a_told_review(paid, staff), "resume")
    Case.objects.get(entitlement=paid)
    road = Road(Case.objects.get(entitlement=paid), staff, SEPTEMBER)
    decide(road, "suspend")

    stop = a_told_review(paid, staff, day=date(2026, 11, 2))
    stop.day += timedelta(8)
    decide(stop, "stop", reason="本人要求")

    paid.refresh_from_db()
    assert paid.state == "ended" and paid_in(paid, 9, 10, 11, 12)[1:] == [0, 0, None]


def test_a_change_takes_effect_in_the_month_that_was_decided(paid, staff, family):
    _home, people = family
    (before,) = paid_in(paid, 9)
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=SEPTEMBER), staff, SEPTEMBER)
    road.step("clerk", "start")
    road.step("clerk", "record_survey", beside=staff["second"])
    road.adopt_all()
    road.case.facts.filter(name="wage_year", person=people[0]).update(adopted=600_000, basis="judged")
    road.step("leader", "propose", reason="务工减少")

    decide(road, "change", reason="务工减少", first_month=date(2026, 12, 1))

    assert paid_in(paid, 9, 11, 12) == [before, before, before + 50_000]


@pytest.mark.parametrize("outcome", ["suspend", "reduce", "stop"])
@pytest.mark.parametrize("machine", ["系统", "operator"])
def test_nothing_is_stopped_by_a_machine(paid, staff, outcome, machine):
    road = a_told_review(paid, staff)
    road.day += timedelta(8)
    by = operator(road.day, "系统") if machine == "operator" else machine

    with pytest.raises(StepRefused, match="不能自动办理"):
        decide(road, outcome, who=by)

    assert paid.state == "active" and not Decision.objects.filter(outcome=outcome).exists()


@pytest.mark.parametrize("reason", ["去世", "因犯罪被羁押", "本人书面放弃"])
def test_a_stop_for_death_detention_or_wish_is_somebodys_decision_in_clear_words(paid, staff, reason):
    road = Road(upkeep.open_upkeep(by="系统", entitlement=paid, on=SEPTEMBER), staff, SEPTEMBER)
    road.step("clerk", "propose_urgent", reason=reason)
    road.step("clerk", "tell", reason="告知停发")
    with pytest.raises(StepRefused, match="期满"):
        decide(road, "stop", reason=reason)
    road.day += timedelta(8)

    decision = decide(road, "stop", reason=reason)

    lines = decision.reason.split("\n")
    assert lines[0].endswith("发到 2026 年 9 月。从 2026 年 10 月 起停发。")
    assert reason in lines and any("申请行政复议" in line for line in lines)
    with pytest.raises(DatabaseError, match="entitlement_needs_decision"), transaction.atomic():
        Entitlement.objects.filter(pk=paid.pk).update(state="active")


def test_two_sources_of_one_death_are_one_review_and_neither_is_raised_again(paid, staff, family):
    """R7: cremation and police name a living member one after the other; closed as false, both stay known."""
    _home, people = family
    by = operator(SEPTEMBER, "系统")
    for at, source in enumerate(("cremation", "police")):
        record_death(by="test", person=people[1], source=source, day=date(2026, 9, 2))
        assert len(deaths.raise_deaths(by=by, on=SEPTEMBER + timedelta(at))) == 1
        assert deaths.raise_deaths(by=by, on=SEPTEMBER + timedelta(at)) == []
    case = Case.objects.get(entitlement=paid)

    deaths.dismiss(by=staff["clerk"], case=case, on=SEPTEMBER, seen=case.last_step, reason="本人健在，系同名")

    paid.refresh_from_db()
    assert paid.state == "active" and Case.objects.get(entitlement=paid).state == "dismissed"
    for day in range(2, 400, 40):
        assert deaths.raise_deaths(by=by, on=SEPTEMBER + timedelta(day)) == []


def test_what_is_due_is_done_once_however_often_the_job_runs(paid, staff, family):
    by, day = operator(date(2027, 4, 2), "系统"), date(2027, 4, 2)
    late = Road(Case.objects.get(entitlement__isnull=True), staff)
    assert late.case.publicities.get().row

    first = (
        take_down_due(by=by, on=day),
        daily.open_due_reviews(by=by, on=day),
        daily.raise_overdue(by=by, on=day + timedelta(90)),
    )
    second = (
        take_down_due(by=by, on=day),
        daily.open_due_reviews(by=by, on=day),
        daily.raise_overdue(by=by, on=day + timedelta(91)),
    )

    assert first == (1, 1, 1) and second == (0, 0, 0)
    assert Case.objects.get(entitlement=paid).state == "due"
    assert Act.objects.filter(act="cases.overdue").count() == 1
    assert not Decision.objects.filter(case_number=Case.objects.get(entitlement=paid).number).exists()


def test_what_falls_due_is_in_the_workers_plan_and_the_job_does_it(paid):
    assert CATALOGUE["cases.due"].cron

    for _ in range(2):
        cases_due()

    assert Act.objects.filter(act="cases.take_down_due").count() == 1
