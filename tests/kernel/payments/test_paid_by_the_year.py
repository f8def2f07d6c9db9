"""What is paid by the year is paid once, in its month: 480 yuan for ninety in Weihai, never 480 a month."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.models import Amount
from anmin.kernel.entitlements.queries import benefits_of_runs, each_period, paying
from anmin.kernel.entitlements.years import month_of_year
from anmin.kernel.payments.lives import life
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.differences import difference_sums, differences, total_before
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.policy.errors import PolicyError
from tests.kernel.payments.money import COUNTY, a_family, a_grant, a_run, approver, decided

pytestmark = pytest.mark.django_db
YEARLY, MONTHLY = "elderly/age_allowance_yearly", "elderly/age_allowance"
SEP, OCT, NOV = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def old():
    home, (person, *_rest) = a_family("H1", "王秀英")
    return home, person


def granted(old, fen=48_000, first=date(2026, 3, 1), **more):
    home, person = old
    return a_grant(home, fen, first, benefit=YEARLY, person=person, **more)


def paid(*runs):
    rows = PayPart.objects.filter(line__run__in=runs, is_live=True)
    return [(f"{part.month:%Y-%m}", part.fen, part.cause) for part in rows.order_by("month", "pk")]


def months(first, number):
    return [
        date(first.year + (first.month - 1 + at) // 12, (first.month - 1 + at) % 12 + 1, 1)
        for at in range(number)
    ]


def test_the_year_is_paid_once_in_the_month_that_the_place_has_set(old):
    granted(old)

    runs = [a_run(month, benefits=[YEARLY], checked=False) for month in months(date(2026, 3, 1), 22)]

    assert paid(*runs) == [("2026-10", 48_000, "year"), ("2027-10", 48_000, "year")]
    assert [run.total for run in runs if run.total] == [48_000, 48_000]


def test_the_month_is_a_rate_of_the_place_and_a_place_that_has_not_said_it_begins_nothing(old):
    assert month_of_year(YEARLY, COUNTY, OCT) == 10
    home, person = old
    home.division = "350203001001"

    with pytest.raises(PolicyError, match="发放月份"):
        a_grant(home, 48_000, OCT, benefit=YEARLY, person=person)


def test_the_run_of_a_month_takes_what_is_due_by_the_year_with_what_is_due_by_the_month():
    assert {YEARLY, MONTHLY} <= set(benefits_of_runs())


@pytest.mark.parametrize(
    ("ends", "expected"), [(SEP, []), (OCT, []), (NOV, [48_000]), (date(2026, 12, 1), [48_000])]
)
def test_whoever_dies_before_the_month_is_not_paid_and_after_it_nothing_comes_back(old, ends, expected):
    """No proration is published: the year is due to whoever is entitled in its month, and then it is theirs."""
    row = granted(old)
    runs = [a_run(month, benefits=[YEARLY], checked=False) for month in months(date(2026, 8, 1), 2)]
    entitlements.end(by="test", decision=decided(old[0], "stop", SEP), entitlement=row, first_month=ends)

    runs += [a_run(month, benefits=[YEARLY], checked=False) for month in months(OCT, 14)]

    assert [fen for _month, fen, _cause in paid(*runs)] == expected


def test_who_is_granted_after_the_month_has_the_next_year_unless_the_decision_reaches_back(old):
    granted(old, first=NOV)
    other, people = a_family("H2", "李大爷", serial=2)
    late = a_grant(other, 48_000, SEP, benefit=YEARLY, person=people[0], on=date(2026, 11, 2))
    Amount.objects.filter(entitlement=late).get(year=2026)
    a_run(SEP, benefits=[YEARLY], checked=False)

    run = a_run(NOV, benefits=[YEARLY], checked=False)

    assert paid(run) == [("2026-10", 48_000, "late")]


def test_a_year_that_was_held_back_over_its_month_is_paid_when_it_is_resumed_from_there(old):
    row = granted(old)
    entitlements.suspend(
        by="test", decision=decided(old[0], "suspend", SEP), entitlement=row, first_month=SEP
    )
    assert not paid(a_run(OCT, benefits=[YEARLY], checked=False))

    entitlements.resume(
        by="test", decision=decided(old[0], "resume", NOV), entitlement=row, first_month=OCT, fen=48_000
    )

    assert paid(a_run(NOV, benefits=[YEARLY], checked=False)) == [("2026-10", 48_000, "late")]


def test_who_turns_ninety_before_the_month_has_the_higher_sum_of_the_year_and_after_it_the_next(old):
    """X-76: a hundred yuan at eighty-nine; the sum of ninety from the year in whose month they are ninety."""
    row = granted(old, fen=10_000)
    raised = decided(old[0], "change", date(2026, 6, 20), 48_000, benefit=YEARLY, person=old[1])

    entitlements.change_amount(
        by="test", decision=raised, entitlement=row, first_month=date(2026, 7, 1), fen=48_000
    )

    assert paid(a_run(OCT, benefits=[YEARLY], checked=False)) == [("2026-10", 48_000, "year")]
    again = decided(old[0], "reduce", NOV, 10_000, benefit=YEARLY, person=old[1])
    entitlements.change_amount(by="test", decision=again, entitlement=row, first_month=NOV, fen=10_000)
    assert paid(a_run(date(2027, 10, 1), benefits=[YEARLY], checked=False)) == [("2027-10", 10_000, "year")]


def test_a_month_that_was_moved_does_not_pay_one_year_twice(old, monkeypatch):
    row = granted(old)
    a_run(OCT, benefits=[YEARLY], checked=False)
    monkeypatch.setattr("anmin.kernel.entitlements.years.month_of_year", lambda *given: 12)

    entitlements.carry_years_on(by="test", division=COUNTY, benefits=[YEARLY], month=date(2026, 12, 1))

    assert list(row.amounts.order_by("year").values_list("first_month", flat=True))[:2] == [
        OCT,
        date(2027, 10, 1),
    ]
    with pytest.raises(DatabaseError, match="amount_once_a_year"), transaction.atomic():
        Amount.objects.create(
            entitlement=row, first_month=date(2026, 12, 1), last_month=date(2026, 12, 1), year=2026, fen=48_000,
            decision=row.begun_by,
        )  # fmt: skip


def test_a_sum_of_a_year_cannot_stand_as_one_of_each_month(old):
    """The wrong variants: an amount of a year over many months is no row; one without its year is refused before anything is paid."""
    row = granted(old)
    with pytest.raises(DatabaseError, match="amount_of_a_year_in_one_month"), transaction.atomic():
        Amount.objects.create(
            entitlement=row,
            first_month=date(2027, 1, 1),
            last_month=None,
            year=2027,
            fen=48_000,
            decision=row.begun_by,
        )
    row.amounts.all().delete()
    Amount.objects.create(entitlement=row, first_month=date(2026, 3, 1), fen=48_000, decision=row.begun_by)

    with pytest.raises(PaymentProblem, match="发放周期") as refused:
        a_run(OCT, benefits=[YEARLY], checked=False)

    assert refused.value.code == "year_as_months" and not PayLine.objects.exists()


def test_the_difference_list_says_that_it_is_the_month_of_the_year_and_adds_up(old):
    granted(old)
    a_run(SEP, benefits=[YEARLY], checked=False)
    october = a_run(OCT, benefits=[YEARLY], checked=False)
    november = a_run(NOV, benefits=[YEARLY], checked=False)

    assert [(one.cause, one.fen) for one in differences(october)] == [("year", 48_000)]
    assert [(one.cause, one.fen) for one in differences(november)] == [("year_paid", -48_000)]
    assert sum(one.fen for one in difference_sums(november)) == november.total - total_before(november)


def test_the_life_of_the_payment_and_the_page_say_a_year(old):
    row = granted(old)
    run = a_run(OCT, benefits=[YEARLY])

    moments = life(approver(), PayLine.objects.get(run=run))
    known = paying(row, SEP)

    assert moments[0].told["each"] == each_period(YEARLY) != each_period(MONTHLY)
    assert moments[0].told["fen"] == "480.00"
    assert known is not None and (known.fen, known.is_yearly, known.month) == (48_000, True, OCT)


def test_a_month_that_a_place_has_not_set_for_the_new_year_is_told_and_not_a_crash(old, monkeypatch):
    granted(old)

    def unset(benefit, division, on):
        raise PolicyError("rate_missing", what="没有发放月份", where=division, todo="请登记")

    monkeypatch.setattr("anmin.kernel.entitlements.years.month_of_year", unset)

    with pytest.raises(PaymentProblem, match="没有发放月份") as refused:
        a_run(OCT, benefits=[YEARLY], checked=False)
    assert refused.value.code == "rate_missing"
