"""Edges of a run: the first and last day of a month and of the roster, the edge of a place, the nearest place's subsidy."""

from datetime import date

import pytest

from anmin.kernel.access.models import User
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayLine, PayPart, PriceSubsidy
from anmin.kernel.people.models import Membership
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TOWN,
    VILLAGE,
    a_budget,
    a_family,
    a_grant,
    a_run,
    approved,
    decided,
)
from tests.make import a_household, a_user

pytestmark = pytest.mark.django_db
CITY, TEKUN = "371000", "assistance/tekun"
SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in (9, 10, 11, 12))


def a_subsidy(month, fen, place=COUNTY, rural=None):
    """A price subsidy of so much for each person in town."""
    one, two = (
        User.objects.filter(username=name).first() or a_user(name, COUNTY) for name in ("jia1", "jia2")
    )
    return PriceSubsidy.objects.create(
        division=place,
        month=month,
        benefits=[DIBAO, TEKUN],
        cpi_bp=360,
        food_bp=100,
        index_bp=390,
        urban_fen=fen,
        rural_fen=fen if rural is None else rural,
        document="威发改〔2026〕9号",
        by=one,
        beside=two,
    )


def subsidies(run):
    """Fen of price subsidies by entitlement and month."""
    rows = PayPart.objects.filter(line__run=run, basis="price")
    return {(part.entitlement, part.month): part.fen for part in rows}


def stays(person, **days):
    Membership.objects.filter(person=person).update(**days)


@pytest.mark.parametrize(("decided_on", "paid"), [(date(2026, 9, 30), 100_00), (OCT, 200_00)])
def test_what_was_decided_before_payments_began_was_paid_elsewhere_and_what_was_decided_on_that_day_was_not(
    decided_on, paid
):
    home, _people = a_family()
    a_grant(home, 100_00, SEP, on=decided_on)

    run = a_run(OCT, checked=False)

    assert PayLine.objects.get(run=run).fen == paid


def test_a_mistake_in_what_begins_next_month_hinders_the_next_month_and_not_this_one():
    home, _people = a_family()
    row = a_grant(home, 100_00, DEC)
    row.amounts.update(year=2026, last_month=DEC)

    assert a_run(NOV, checked=False).lines_number == 0

    with pytest.raises(PaymentProblem, match="发放周期"):
        a_run(DEC, checked=False)


def test_a_village_is_paid_by_a_run_of_its_own_and_the_nearest_place_says_how_much_the_subsidy_is():
    home, (_head, uncle) = a_family("H1", "张甲", "张乙")
    family, own = a_grant(home, 100_00, OCT), a_grant(home, 200_00, OCT, benefit=TEKUN, person=uncle)
    for month, fen, place in (
        (OCT, 20_00, CITY),
        (OCT, 41_00, COUNTY),
        (NOV, 43_00, COUNTY),
        (NOV, 50_00, TOWN),
    ):
        a_subsidy(month, fen, place)

    october, november = (
        a_run(month, division=VILLAGE, benefits=(DIBAO, TEKUN), checked=False) for month in (OCT, NOV)
    )

    assert subsidies(october) == {(family.pk, OCT): 41_00, (own.pk, OCT): 41_00}
    assert subsidies(november) == {(family.pk, NOV): 50_00, (own.pk, NOV): 50_00}
    assert (october.total, november.total) == (382_00, 400_00)


def test_a_subsidy_counts_who_was_in_the_family_on_any_day_of_its_month():
    home, (_head, joined, joins_later, left, had_left) = a_family(
        "H1", "张甲", "张乙", "张丙", "张丁", "张戊"
    )
    family = a_grant(home, 100_00, NOV)
    stays(joined, first_day=date(2026, 11, 30))
    stays(joins_later, first_day=DEC)
    stays(left, last_day=NOV)
    stays(had_left, last_day=date(2026, 10, 31))
    a_subsidy(NOV, 41_00)

    run = a_run(NOV, checked=False)

    assert subsidies(run) == {(family.pk, NOV): 3 * 41_00}


def test_a_subsidy_goes_with_a_benefit_in_its_last_month_and_not_with_one_of_which_nothing_is_paid():
    """Of three the uncle carries his own; the aunt's own is suspended, so that the family's counts her."""
    home, (_head, uncle, aunt) = a_family("H1", "张甲", "张乙", "张丙", serial=1)
    held, _people = a_family("H2", "李建国", serial=2)
    family = a_grant(home, 100_00, NOV, last_month=NOV)
    own = a_grant(home, 200_00, NOV, benefit=TEKUN, person=uncle, last_month=NOV)
    a_grant(home, 0, NOV, benefit=TEKUN, person=aunt)
    a_grant(held, 0, NOV)
    a_subsidy(NOV, 41_00)

    run = a_run(NOV, benefits=(DIBAO, TEKUN), checked=False)

    assert subsidies(run) == {(family.pk, NOV): 2 * 41_00, (own.pk, NOV): 41_00}


def test_where_the_subsidy_is_nought_in_town_it_is_paid_in_the_country_alone():
    town, country = a_family("H1", serial=1)[0], a_family("H2", "李建国", serial=2)[0]
    country.settlement = 1
    country.save()
    a_grant(town, 100_00, NOV)
    farmers = a_grant(country, 100_00, NOV)
    a_subsidy(NOV, 0, rural=34_00)

    run = a_run(NOV, checked=False)

    assert subsidies(run) == {(farmers.pk, NOV): 34_00}


def test_a_line_counts_who_is_in_the_family_on_the_day_of_the_roster():
    home, (head, joined, joins_later, left, had_left) = a_family("H1", "张甲", "张乙", "张丙", "张丁", "张戊")
    empty = a_household("H9", VILLAGE)
    a_grant(home, 100_00, NOV)
    a_grant(empty, 100_00, NOV)
    stays(joined, first_day=date(2026, 11, 3))
    stays(joins_later, first_day=date(2026, 11, 4))
    stays(left, last_day=date(2026, 11, 3))
    stays(had_left, last_day=date(2026, 11, 2))

    run = a_run(NOV, on=date(2026, 11, 3), checked=False)

    lines = PayLine.objects.filter(run=run).values_list("household", "person", "members", "fen", "before")
    assert set(lines) == {(home.pk, head.pk, 3, 100_00, 0), (empty.pk, None, 0, 100_00, 0)}


def test_what_was_paid_the_month_before_is_the_sum_over_all_its_runs():
    home, _people = a_family()
    row = a_grant(home, 100_00, OCT)
    a_budget(10_000_00)
    approved(a_run(OCT))
    entitlements.change_amount(
        by="test",
        decision=decided(home, "change", date(2026, 10, 20), 150_00),
        entitlement=row,
        first_month=OCT,
        fen=150_00,
    )
    a_run(OCT)

    run = a_run(NOV)

    assert PayLine.objects.filter(run=run).values_list("fen", "before").get() == (150_00, 150_00)
