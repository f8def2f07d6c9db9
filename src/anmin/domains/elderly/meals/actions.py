"""Write down a meal at the price of its day, and settle a month of a dining point from the records."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from anmin.domains.elderly.meals.pricing import NoPrice, Price, charge
from anmin.domains.elderly.powers import DECIDE, WRITE
from anmin.domains.elderly.registers.difficulty import MealCategory
from anmin.domains.elderly.registers.meals import (
    MEALS,
    SETTLEMENTS,
    DiningPoint,
    Meal,
    MealPrice,
    MealSettlement,
)
from anmin.kernel.access.queries import Reader
from anmin.kernel.people.models import Person
from anmin.kernel.registers.actions import EntryRefused, enter_made
from anmin.kernel.registers.declaring import Trouble


def age_on(birth_day: date, on: date) -> int:
    """Full years of life on a day (周岁)."""
    return on.year - birth_day.year - ((on.month, on.day) < (birth_day.month, birth_day.day))


def prices_of(point: DiningPoint, slot: str) -> list[Price]:
    """The price table of a point for a meal, as pricing knows it."""
    return [
        Price(
            row.list_fen,
            row.elder_fen,
            row.first_day,
            row.last_day,
            row.age_from,
            row.category,
            row.cap_fen,
        )
        for row in MealPrice.objects.filter(point=point, slot=slot).order_by("pk")
    ]


def categories_of(person: Person, on: date) -> set[str]:
    """The categories of the meal programme that hold for somebody on a day."""
    rows = MealCategory.objects.filter(person=person, first_day__lte=on)
    return set(rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=on)).values_list("category", flat=True))


@transaction.atomic
def serve(
    *,
    by: Reader,
    point: DiningPoint,
    person: Person,
    day: date,
    slot: str,
    on: date,
    way: str = "dine",
    by_paper: bool = False,
) -> Meal:
    """Write down a meal (登记用餐): age and category on the day decide the price; one a person and meal in the city.

    Raises:
        EntryRefused: somebody dead or of unknown age, a closed point, a licence that ran out, no price, a second meal.
    """
    troubles = []
    if day > on:
        troubles.append(Trouble("first_day", "day", "用餐日期不能晚于今天。"))
    if person.died_on is not None and person.died_on < day:
        troubles.append(Trouble("person", "died", f"登记显示已于 {person.died_on} 去世；请核实是谁用餐。"))
    if point.state != "open":
        troubles.append(Trouble("point", "closed", "这个助餐点没有在营业。"))
    if point.licence_until is not None and point.licence_until < day:
        troubles.append(
            Trouble("point", "licence", f"食品经营许可证已于 {point.licence_until} 到期，不能登记补贴。")
        )
    if person.birth_day is None:
        troubles.append(Trouble("person", "age", "没有登记出生日期，算不出价格；请先更正人员登记。"))
    if troubles:
        raise EntryRefused(troubles)
    assert person.birth_day is not None
    try:
        due = charge(prices_of(point, slot), age_on(person.birth_day, day), categories_of(person, day), day)
    except NoPrice as none:
        raise EntryRefused([Trouble("slot", "no_price", str(none))]) from none
    row = Meal(
        person=person,
        point=point,
        slot=slot,
        way=way,
        first_day=day,
        last_day=day,
        category=due.price.category,
        list_fen=due.price.list_fen,
        elder_fen=due.elder_fen,
        subsidy_fen=due.subsidy_fen,
        by_paper=by_paper,
    )
    done: Meal = enter_made(by=by, register=MEALS, entry=row, act="elderly.meals.serve", who=WRITE)
    return done


def month_of(point: DiningPoint, month: date) -> QuerySet[Meal]:
    """The meals of a point in the month of a day."""
    first = month.replace(day=1)
    last = (first + timedelta(32)).replace(day=1) - timedelta(1)
    return Meal.objects.filter(point=point, first_day__gte=first, first_day__lte=last)


@transaction.atomic
def settle_month(*, by: Reader, point: DiningPoint, month: date, on: date) -> MealSettlement:
    """Settle a month that is over (按月结算): counted from the records, once, by somebody who decides.

    Raises:
        EntryRefused: a month that is not over, without meals, or settled already; a licence that ran out.
        PermissionError: when the reader does not decide here.
    """
    first = month.replace(day=1)
    if (first + timedelta(32)).replace(day=1) > on:
        raise EntryRefused([Trouble("month", "open", "这个月还没有结束，不能结算。")])
    if point.licence_until is not None and point.licence_until < first:
        raise EntryRefused([Trouble("point", "licence", "食品经营许可证已到期，不能结算。")])
    found = month_of(point, first).aggregate(meals=Count("pk"), fen=Sum("subsidy_fen"))
    if not found["meals"]:
        raise EntryRefused([Trouble("month", "none", "这个月没有用餐记录。")])
    if not any(by.may(power, point.division) for power in DECIDE):
        raise PermissionError("您的岗位不能结算助餐补贴。")
    row = MealSettlement(
        point=point,
        division=point.division,
        month=first,
        first_day=first,
        last_day=(first + timedelta(32)).replace(day=1) - timedelta(1),
        meals=found["meals"],
        subsidy_fen=found["fen"] or 0,
    )
    done: MealSettlement = enter_made(
        by=by, register=SETTLEMENTS, entry=row, act="elderly.meals.settle", who=DECIDE
    )
    return done
