"""Signs of change: a review with its limit and effect, a held line, and never a benefit stopped without a person (E30)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.access.queries import operator, reader_for
from anmin.kernel.alerts.changes.actions import open_reviews
from anmin.kernel.alerts.handling.actions import dispatch, escalate
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.raising.hits import Value
from anmin.kernel.alerts.steps import WAYS
from anmin.kernel.audit.models import Act
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.models import Step
from anmin.kernel.cases.queries import cases
from anmin.kernel.cases.upkeep import actions as upkeep
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.payments.sentinels.models import Sentinel
from tests.kernel.alerts.desk import a_hit, blind_of, raise_
from tests.kernel.cases.road import Road, a_family, earns, town_staff
from tests.kernel.cases.test_every_matter_to_its_benefit import a_grandmothers_family, unsupported

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 14)


@pytest.fixture
def family():
    return a_family(("王秀英", 1970), ("王建国", 1995), ("王小宝", 2012))


@pytest.fixture
def paid(family):
    home, people = family
    road = Road.begin(home, town_staff(), said=[earns(people[0], 12_000)])
    road.to_confirming()
    road.confirm()
    return Entitlement.objects.get(household=home, benefit="assistance/dibao")


def a_sign(cause, person, *values, **more):
    return a_hit(
        rule=f"assistance/{cause}",
        cause=cause,
        direction="LESS",
        colour="orange",
        as_of=SEPTEMBER,
        person=blind_of(person) if person is not None else b"",
        values=values,
        **more,
    )


def watched(*hits, on=SEPTEMBER):
    raise_(*hits, on=on)
    return open_reviews(by=operator(on, "系统"), on=on)


def test_a_new_job_opens_a_review_with_its_limit_and_what_the_same_rules_would_give(paid, family):
    _home, people = family
    wages = Value("wage_reported", 200_000, "insurance", "2026-08", "9")

    assert watched(a_sign("income", people[1], wages)) == 1

    alert = Alert.objects.get()
    (held,) = Amount.objects.filter(entitlement=paid)
    assert alert.case.matter == "review" and alert.case.due == date(2026, 10, 30)
    assert alert.effect_before == held.fen and alert.effect_after == held.fen - 200_000


def test_a_death_takes_the_member_out_of_the_trial_and_holds_the_next_line(paid, family):
    _home, people = family

    watched(a_sign("death", people[1], Value("death_day", 20260910, "deaths", "2026-09", "3")))

    alert = Alert.objects.get()
    assert alert.effect_after == alert.effect_before - 99_900 or alert.effect_after < alert.effect_before
    assert Sentinel.objects.get().kind == "death" and Sentinel.objects.get().person == people[1]


def test_a_sign_about_a_family_without_a_benefit_opens_nothing(family):
    _home, people = family

    assert watched(a_sign("income", people[1])) == 0
    assert Alert.objects.get().case is None


def test_a_review_is_opened_once_and_a_second_sign_joins_it(paid, family):
    _home, people = family
    watched(a_sign("income", people[1]))

    assert watched(a_sign("property", people[0]), on=SEPTEMBER + timedelta(1)) == 0
    assert watched(on=SEPTEMBER + timedelta(2)) == 0

    assert {row.case.number for row in Alert.objects.select_related("case")} == {paid.cases.get().number}


def test_a_sign_about_a_child_opens_the_review_that_only_the_children_s_posts_see():
    staff = town_staff()
    home, people = a_grandmothers_family()
    unsupported(home, staff, people[1])

    assert watched(a_sign("school_left", people[1])) == 1

    case = Alert.objects.get().case
    assert (case.matter, case.entitlement.person) == ("review_children", people[1])
    assert case not in cases(reader_for(staff["clerk"], SEPTEMBER))
    assert case in cases(reader_for(staff["protector"], SEPTEMBER))


SIGNS = (
    "death",
    "prison",
    "income",
    "property",
    "business",
    "family",
    "certificate",
    "school_left",
    "integrity",
    "double_aid",
)


def adverse_without_a_person():
    """Adverse decisions that no person took as a step of a case, and benefits that ended or shrank without one."""
    steps = set(Step.objects.filter(decision__isnull=False).values_list("decision", "by"))
    bad = [
        row
        for row in Decision.objects.filter(outcome__in=Decision.ADVERSE)
        if (row.pk, row.decided_by_id) not in steps
    ]
    ended = Entitlement.objects.exclude(state="active").filter(changed_by__isnull=True, ended_by__isnull=True)
    return [*bad, *ended]


@pytest.mark.parametrize("cause", SIGNS)
def test_no_sign_leads_to_a_stop_a_reduction_or_a_refusal_without_a_person(paid, family, cause):
    """E30: every automatic job runs for weeks over every kind of sign; what is paid stays what it was."""
    _home, people = family
    before = list(Amount.objects.values_list("entitlement", "first_month", "last_month", "fen"))
    by = operator(SEPTEMBER, "系统")

    watched(a_sign(cause, people[1]))
    for weeks in range(1, 9):
        on = SEPTEMBER + timedelta(7 * weeks)
        open_reviews(by=by, on=on)
        dispatch(by="系统", on=on)
        escalate(by="系统", on=on)

    paid.refresh_from_db()
    assert paid.state == "active" and adverse_without_a_person() == []
    assert list(Amount.objects.values_list("entitlement", "first_month", "last_month", "fen")) == before


def test_no_way_of_an_alert_leads_to_a_benefit_at_all():
    """The graph of states: an alert ends as closed and nowhere else; only people take it there."""
    reached, frontier = {"new"}, ["new"]
    while frontier:
        here = frontier.pop()
        for way in WAYS.values():
            target = way.target or here
            if here in way.sources and not way.person and target not in reached:
                reached.add(target)
                frontier.append(target)

    assert reached == {"new", "dispatched"}


def test_a_job_that_stops_by_itself_is_refused_and_one_that_signs_for_somebody_is_found(paid, family):
    """The wrong variants of E30."""
    _home, people = family
    watched(a_sign("death", people[1]))
    case = paid.cases.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Entitlement.objects.filter(pk=paid.pk).update(state="ended", last_day=SEPTEMBER)
    with pytest.raises(entitlements.EntitlementProblem):
        entitlements.decide(
            by="系统", case_number=case.number, matter="review", division=case.division, household=case.household,
            outcome="stop", on=SEPTEMBER, reason="死亡信息比对",
        )  # fmt: skip
    with pytest.raises((entitlements.EntitlementProblem, StepRefused)), transaction.atomic():
        upkeep.decide_change(
            by="系统", case=case, outcome="stop", on=SEPTEMBER, seen=case.last_step, reason="死亡"
        )
    assert adverse_without_a_person() == []

    somebody = Decision.objects.first().decided_by
    with pytest.raises(DatabaseError, match="decision_without_step"), transaction.atomic():
        wrong = entitlements.decide(
            by=somebody, case_number=case.number, matter="review", division=case.division, household=case.household,
            outcome="stop", on=SEPTEMBER, reason="死亡信息比对",
        )  # fmt: skip
        assert adverse_without_a_person() == [wrong]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_every_review_that_a_sign_opened_stands_in_the_book(paid, family):
    _home, people = family
    watched(a_sign("income", people[1]))

    act = Act.objects.get(act="alerts.open_review")
    assert act.after["case"] == paid.cases.get().number and len(act.after["effect"]) == 2
