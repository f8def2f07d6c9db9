"""Plans by rule and locality, a visit written down once, what it sets off, and the monthly rate."""

from datetime import date, datetime, timedelta, timezone

import pytest

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.access.queries import reader_for
from anmin.kernel.delivery.orders.models import Order
from anmin.kernel.delivery.plans.actions import PlanProblem, make_plans, plan_by_hand
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.services import ServiceProblem, service
from anmin.kernel.delivery.tasks import Rank, tasks
from anmin.kernel.delivery.visits.actions import keep_visit
from anmin.kernel.delivery.visits.answers import FormProblem, VisitForm
from anmin.kernel.delivery.visits.models import Visit
from tests.make import a_household, a_person, a_user

pytestmark = pytest.mark.django_db
VILLAGE, NEXT = "371002001001", "371002001003"
ON = date(2026, 11, 20)
CHINA = timezone(timedelta(hours=8))


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def an_elder(number="E1", born=date(1945, 5, 1), division=VILLAGE, serial=1, level=1):
    person = a_person("吴秀英", division, serial=serial, birth_day=born, level=level)
    return person, a_household(number, division, person)


def a_helper(division=VILLAGE, role="elder_helper", name="helper"):
    return reader_for(a_user(name, division, role=role), ON)


def a_form(home, person, key="key-0000000000000001", day=ON, **answers):
    given = {"met": "seen", "body": "ok", **answers}
    return VisitForm(key, "elder_visit", home.number, person.pk, 1, at(day), at(day, 10), given)


def test_an_elder_who_lives_alone_in_weihai_is_due_every_two_days():
    """E14: 81, alone; the last check three days ago is overdue, because the limit is two days."""
    person, home = an_elder()
    make_plans(by="test", on=ON - timedelta(days=10))
    helper = a_helper()
    with reading_as(helper):
        keep_visit(by=helper, form=a_form(home, person, day=ON - timedelta(days=3)), on=ON)

        (task,) = tasks(helper, ON)

    assert VisitPlan.objects.get().every_days == 2
    assert (task.rank(ON), (ON - task.due).days) == (Rank.OVERDUE, 1)


def test_the_same_elder_elsewhere_is_due_once_a_month():
    person, _home = an_elder(division="610602001001")

    make_plans(by="test", on=ON)

    plan = VisitPlan.objects.get(person=person)
    assert (plan.every_days, plan.is_verified) == (30, False)


def test_plans_follow_the_register_and_are_made_once():
    _person, home = an_elder()
    assert make_plans(by="test", on=ON)["made"] == 1
    assert make_plans(by="test", on=ON) == {"made": 0, "changed": 0, "ended": 0}

    from anmin.kernel.people.register import actions as register

    register.add_member(
        by="test",
        household=home,
        person=a_person("李来", VILLAGE, serial=9),
        relation=2,
        is_head=False,
        first_day=ON,
    )

    assert make_plans(by="test", on=ON + timedelta(days=1))["ended"] == 1


def test_a_place_without_a_rhythm_is_said_and_never_guessed():
    with pytest.raises(ServiceProblem, match="没有规定"):
        service("elder_visit").rhythm("alone_old", VILLAGE, date(2020, 1, 1))


def test_a_visit_is_stored_once_moves_the_plan_on_and_orders_help():
    person, home = an_elder()
    make_plans(by="test", on=ON - timedelta(days=10))
    helper = a_helper()
    with reading_as(helper):
        form = a_form(home, person, help=["meals", "repair"], note="想装扶手")
        first = keep_visit(by=helper, form=form, on=ON)
        again = keep_visit(by=helper, form=form, on=ON)

    assert (first.visit.pk, first.is_new, again.is_new) == (again.visit.pk, True, False)
    assert Visit.objects.count() == 1
    assert first.visit.number.startswith("ZF261120-")
    assert sorted(Order.objects.values_list("kind", flat=True)) == ["meals", "repair"]
    assert VisitPlan.objects.get().next_due == ON + timedelta(days=2)


def test_visits_that_arrive_out_of_order_leave_the_plan_where_the_latest_put_it():
    person, home = an_elder()
    make_plans(by="test", on=ON - timedelta(days=20))
    helper = a_helper()
    with reading_as(helper):
        for number, ago in enumerate((1, 9, 4)):
            day = ON - timedelta(days=ago)
            keep_visit(by=helper, form=a_form(home, person, f"key-000000000000000{number}", day), on=ON)

    plan = VisitPlan.objects.get()
    assert (plan.last_seen, plan.next_due) == (ON - timedelta(days=1), ON + timedelta(days=1))


def test_nobody_met_twice_becomes_urgent_and_one_who_was_met_is_not():
    person, home = an_elder()
    make_plans(by="test", on=ON)
    helper = a_helper()
    with reading_as(helper):
        for number in range(2):
            form = a_form(home, person, f"key-000000000000000{number}", met="missed", why_not="no_answer")
            keep_visit(by=helper, form=form, on=ON)
        (task,) = tasks(helper, ON)
        assert task.rank(ON) == Rank.URGENT

        keep_visit(by=helper, form=a_form(home, person, "key-0000000000000009"), on=ON)

        assert not any(task.urgent for task in tasks(helper, ON))


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"met": ""}, "met"),
        ({"met": "missed"}, "why_not"),
        ({"body": "splendid"}, "body"),
        ({"change": ["death"]}, "died_who"),
        ({"met": "missed", "why_not": "died"}, "change"),
    ],
)
def test_what_is_wrong_is_said_at_its_question_and_nothing_is_stored(answers, field):
    person, home = an_elder()
    helper = a_helper()
    with reading_as(helper), pytest.raises(FormProblem) as trouble:
        keep_visit(by=helper, form=a_form(home, person, **answers), on=ON)

    assert field in trouble.value.fields
    assert not Visit.objects.exists()


def test_a_phone_whose_clock_is_a_week_ahead_is_put_right():
    person, home = an_elder()
    helper = a_helper()
    ahead = datetime.now(CHINA) + timedelta(days=7)
    with reading_as(helper):
        form = VisitForm(
            "key-0000000000000001",
            "elder_visit",
            home.number,
            person.pk,
            1,
            ahead - timedelta(hours=1),
            ahead,
            {"met": "seen"},
        )
        kept = keep_visit(by=helper, form=form, on=ON)

    assert kept.visit.recorded_at <= datetime.now(CHINA)
    assert kept.visit.recorded_at - kept.visit.happened_at == timedelta(hours=1)


def test_answers_of_a_newer_form_are_kept_and_not_binned():
    person, home = an_elder()
    helper = a_helper()
    with reading_as(helper):
        form = a_form(home, person, tomorrow="a question of next year")
        kept = keep_visit(by=helper, form=form, on=ON)

    assert Visit.objects.get(pk=kept.visit.pk).answers["_besides"] == {"tomorrow": "a question of next year"}


def test_nobody_visits_out_of_their_village_or_without_the_post():
    person, home = an_elder(division=NEXT)
    for reader in (a_helper(), a_helper("371002", "county_approver", "xian")):
        with reading_as(reader), pytest.raises(FormProblem):
            keep_visit(by=reader, form=a_form(home, person), on=ON)


def test_a_child_is_visited_by_the_children_s_director_alone():
    child = a_person("小明", VILLAGE, serial=3, birth_day=date(2016, 1, 1), level=3)
    home = a_household("C1", VILLAGE, a_person("奶奶", VILLAGE, serial=4, birth_day=date(1960, 1, 1)), child)
    director = a_helper(role="child_director", name="director")
    with reading_as(director):
        plan = plan_by_hand(
            by=director,
            service_key="child_visit",
            person=child,
            tier="left_behind",
            on=ON,
            reason="父母在外务工",
        )
        form = VisitForm(
            "key-0000000000000001", "child_visit", home.number, child.pk, 1, at(ON), at(ON, 10),
            {"met": "seen", "guardian": "alone", "school": "going", "report": True},
        )  # fmt: skip
        kept = keep_visit(by=director, form=form, on=ON)
    worker = a_helper(role="village_worker", name="worker")
    with reading_as(worker):
        seen = (list(VisitPlan.objects.all()), list(Visit.objects.all()), tasks(worker, ON))

    assert (plan.every_days, plan.level, kept.visit.worst) == (30, 3, "urgent")
    assert [(order.kind, order.level) for order in kept.orders] == [("protect", 3)]
    assert seen == ([], [], [])


def test_a_tier_is_for_those_of_its_age():
    person, _home = an_elder(born=date(1990, 1, 1))
    helper = a_helper()
    with reading_as(helper), pytest.raises(PlanProblem, match="年龄"):
        plan_by_hand(
            by=helper,
            service_key="elder_visit",
            person=person,
            tier="disabled",
            on=ON,
            reason="卧床在家无人照料",
        )
