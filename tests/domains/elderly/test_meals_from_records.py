"""Meals at the price of their day, once a slot in the city, and the month settled from the records."""

from datetime import date

import pytest

from anmin.domains.elderly.meals.actions import serve, settle_month
from anmin.domains.elderly.registers.meals import Meal
from anmin.kernel.registers.actions import EntryRefused
from tests.domains.elderly.made import COUNTY, TODAY, an_elder, entered, staff, the_number

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 10, 12), date(2026, 11, 2)


def a_point(readers, name="海滨食堂", **given):
    point = entered(
        readers["elder_officer"],
        "points",
        division=COUNTY,
        name=name,
        kind="canteen",
        operator="街道食堂公司",
        **given,
    )
    lines = (("60", "", "8"), ("70", "", "7"), ("80", "", "6"), ("60", "poor", "2"))
    for age, category, pays in lines:
        entered(
            readers["elder_officer"],
            "prices",
            division=COUNTY,
            point=point.number,
            slot="lunch",
            age_from=age,
            category=category,
            list_fen="15",
            elder_fen=pays,
            on=date(2026, 1, 1),
        )
    return point


def lunch(readers, point, person, day=DAY, **given):
    return serve(
        by=readers["elder_officer"], point=point, person=person, day=day, slot="lunch", on=TODAY, **given
    )


def test_an_elder_of_82_with_low_income_pays_two_yuan():
    readers = staff()
    point, person = a_point(readers), an_elder(1, born=date(1944, 1, 1))
    entered(
        readers["elder_officer"],
        "meal-categories",
        person=the_number(1, date(1944, 1, 1)),
        category="poor",
        on=date(2026, 1, 1),
    )

    meal = lunch(readers, point, person)

    assert (meal.category, meal.elder_fen, meal.subsidy_fen) == ("poor", 200, 1300)


def test_the_class_of_the_visits_is_no_category_of_the_meals():
    readers = staff()
    point, person = a_point(readers), an_elder(1, born=date(1956, 1, 1))
    entered(
        readers["elder_officer"],
        "difficulties",
        person=the_number(1, date(1956, 1, 1)),
        kind="alone",
        on=date(2026, 1, 1),
    )

    assert lunch(readers, point, person).elder_fen == 700


def test_the_age_on_the_day_of_the_meal_decides():
    readers = staff()
    point, person = a_point(readers), an_elder(1, born=date(1956, 10, 13))

    assert lunch(readers, point, person, day=date(2026, 10, 12)).elder_fen == 800
    assert lunch(readers, point, person, day=date(2026, 10, 13)).elder_fen == 700


def test_a_second_meal_of_the_same_slot_is_refused_also_elsewhere():
    readers = staff()
    here, there, person = a_point(readers), a_point(readers, "山前食堂"), an_elder(1)
    lunch(readers, here, person)

    with pytest.raises(EntryRefused, match="每人每餐只补贴一次"):
        lunch(readers, there, person)
    assert Meal.objects.count() == 1


def test_the_dead_closed_points_and_old_licences_have_no_meals():
    from anmin.kernel.people.models import Person

    readers = staff()
    person = an_elder(1)
    closed, old = a_point(readers, "甲", state="paused"), a_point(readers, "乙", licence_until="2026-10-11")
    with pytest.raises(EntryRefused, match="没有在营业"):
        lunch(readers, closed, person)
    with pytest.raises(EntryRefused, match="到期"):
        lunch(readers, old, person)
    Person.objects.filter(pk=person.pk).update(died_on=date(2026, 10, 1))
    person.refresh_from_db()
    with pytest.raises(EntryRefused, match="去世"):
        lunch(readers, a_point(readers, "丙"), person)


def test_a_month_is_settled_once_from_its_records_by_whoever_decides():
    readers = staff()
    point = a_point(readers)
    people = [an_elder(serial, born=date(1946, 3, 2), name="老人") for serial in range(1, 4)]
    for person in people:
        lunch(readers, point, person)
    lunch(readers, point, people[0], day=NEXT)

    with pytest.raises(PermissionError):
        settle_month(by=readers["elder_officer"], point=point, month=DAY, on=TODAY)
    row = settle_month(by=readers["elder_approver"], point=point, month=DAY, on=TODAY)

    assert (row.meals, row.subsidy_fen) == (3, 3 * 900)
    with pytest.raises(EntryRefused, match="已经结算过"):
        settle_month(by=readers["elder_approver"], point=point, month=DAY, on=TODAY)
    with pytest.raises(EntryRefused, match="还没有结束"):
        settle_month(by=readers["elder_approver"], point=point, month=TODAY, on=TODAY)
    with pytest.raises(EntryRefused, match="没有用餐记录"):
        settle_month(by=readers["elder_approver"], point=point, month=date(2026, 9, 1), on=TODAY)
