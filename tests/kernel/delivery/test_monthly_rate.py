"""The monthly rate of visits: whose plan held on a day of the month, and who of them was met within it."""

from datetime import date

import pytest
from django.db import connection

from anmin.kernel.access.middleware import reading_as
from anmin.kernel.delivery.plans.actions import PlanProblem, change_state, make_plans
from anmin.kernel.delivery.plans.models import VisitPlan
from anmin.kernel.delivery.visits.actions import keep_visit
from anmin.kernel.delivery.visits.queries import due_in, monthly_rate, seen_in
from tests.kernel.delivery.test_visits import ON, a_form, a_helper, an_elder

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def many_of(table, how_many, /, **other):
    """So many copies of the only row of a table, with other values in some columns, written in SQL."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
        given = {"id": "old.id + n", **other}
        values = ", ".join(given.get(name, f'old."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} AS old, generate_series(1, {how_many}) AS n"
        )


def planned(*elders, on=OCTOBER):
    made = [an_elder(f"E{serial}", serial=serial) for serial in elders]
    make_plans(by="test", on=on)
    return made


def seen(helper, elder, day, key="key-0000000000000001", **answers):
    person, home = elder
    return keep_visit(by=helper, form=a_form(home, person, key, day, **answers), on=ON)


def in_state(helper, elder, state, on):
    plan = VisitPlan.objects.get(person=elder[0], state__in=("active", "suspended"))
    return change_state(by=helper, plan=plan, state=state, on=on, reason="本人在表上签了字")


def test_thirteen_thousand_nine_hundred_ninety_nine_of_fourteen_thousand_with_one_signed_refusal_is_all():
    """E11."""
    (elder,) = planned(1)
    helper = a_helper()
    with reading_as(helper):
        seen(helper, elder, date(2026, 10, 20))
    many_of("kernel_household", 13_999, number="'M' || n")
    many_of("kernel_visitplan", 13_999, household_id="old.household_id + n", person_id="NULL")
    many_of(
        "kernel_visit", 13_998, household_id="old.household_id + n", plan_id="old.plan_id + n",
        number="'V' || n", key="'key-' || n", person_id="NULL",
    )  # fmt: skip
    VisitPlan.objects.filter(pk=VisitPlan.objects.latest("pk").pk).update(
        state="refused", last_day=date(2026, 10, 8)
    )

    with reading_as(helper):
        rate = monthly_rate(helper, "elder_visit", OCTOBER)

    assert (VisitPlan.objects.count(), rate.due, rate.seen, rate.percent) == (14_000, 13_999, 13_999, 100)


def test_a_refusal_without_signature_stays_in_the_denominator():
    first, second = planned(1, 2)
    helper = a_helper()
    with reading_as(helper):
        seen(helper, first, date(2026, 10, 3))
        seen(helper, second, date(2026, 10, 3), "key-0000000000000002", met="missed", why_not="no_answer")
        rate = monthly_rate(helper, "elder_visit", OCTOBER)
        lacking = due_in(helper, "elder_visit", OCTOBER).difference(seen_in(helper, "elder_visit", OCTOBER))

        assert (rate.due, rate.seen) == (2, 1)
        assert [row.person_id for row in lacking] == [second[0].pk]


def test_a_visit_on_the_first_of_the_next_month_does_not_count_for_the_last():
    """E13."""
    (elder,) = planned(1)
    helper = a_helper()
    with reading_as(helper):
        seen(helper, elder, NOVEMBER)

        assert monthly_rate(helper, "elder_visit", OCTOBER).seen == 0
        assert monthly_rate(helper, "elder_visit", NOVEMBER).seen == 1


@pytest.mark.parametrize(("first", "due"), [(date(2026, 10, 28), 1), (date(2026, 10, 29), 0)])
def test_who_came_into_a_plan_in_the_last_three_days_counts_from_the_next_month(first, due):
    planned(1, on=first)
    helper = a_helper()
    with reading_as(helper):
        assert monthly_rate(helper, "elder_visit", OCTOBER).due == due
        assert monthly_rate(helper, "elder_visit", NOVEMBER).due == 1


def test_who_is_away_for_a_part_of_the_month_counts_and_once():
    (elder,) = planned(1)
    helper = a_helper()
    with reading_as(helper):
        in_state(helper, elder, "suspended", date(2026, 10, 5))
        again = in_state(helper, elder, "active", date(2026, 10, 20))
        seen(helper, elder, date(2026, 10, 21))

        rate = monthly_rate(helper, "elder_visit", OCTOBER)

    assert again.first_day == date(2026, 10, 20)
    assert VisitPlan.objects.count() == 2
    assert (rate.due, rate.seen) == (1, 1)


def test_who_is_away_for_a_whole_month_does_not_count_in_it_even_after_coming_back():
    (elder,) = planned(1, on=date(2026, 9, 1))
    helper = a_helper()
    with reading_as(helper):
        in_state(helper, elder, "suspended", date(2026, 9, 20))
        in_state(helper, elder, "active", date(2026, 11, 2))

        months = [monthly_rate(helper, "elder_visit", date(2026, month, 1)).due for month in (9, 10, 11)]

    assert months == [1, 0, 1]


def test_who_refused_by_signature_is_not_planned_again_by_a_rule_and_no_step_leads_back():
    (elder,) = planned(1)
    helper = a_helper()
    with reading_as(helper):
        refused = in_state(helper, elder, "refused", date(2026, 10, 8))
        assert monthly_rate(helper, "elder_visit", OCTOBER).due == 0
        with pytest.raises(PlanProblem, match="变过了"):
            change_state(by=helper, plan=refused, state="active", on=ON, reason="又同意了走访")

    assert make_plans(by="test", on=ON) == {"made": 0, "changed": 0, "ended": 0}
