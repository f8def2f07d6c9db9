"""Amounts by month: what a raise may touch and what stays as it was, and that a single fen counts."""

from datetime import date

import pytest

from anmin.kernel.access.models import User
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.actions import EntitlementProblem
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.money import a_family, a_grant, a_run, decided

pytestmark = pytest.mark.django_db
JAN, MAR, APR, MAY, JUN, JUL, SEP = (date(2026, month, 1) for month in (1, 3, 4, 5, 6, 7, 9))
OCT, NOV, DEC = (date(2026, month, 1) for month in (10, 11, 12))


def granted(fen=500_00, first=MAR, last=None, serial=1):
    home, _people = a_family(f"H{serial}", serial=serial)
    return a_grant(home, fen, first, last_month=last)


def changed(row, what="change", fen=None):
    return {
        "by": User.objects.get(username="jueding"),
        "decision": decided(row.household, what, NOV, fen),
        "entitlement": row,
    }


def raised(row, first, last, fen):
    return entitlements.raise_months(**changed(row, fen=fen), first_month=first, last_month=last, fen=fen)


def amounts(row):
    rows = row.amounts.order_by("first_month")
    return [(one.first_month, one.last_month, one.fen) for one in rows]


@pytest.mark.parametrize(
    ("first", "last", "after"),
    [
        (MAY, JUN, [(MAR, APR, 500_00), (MAY, JUN, 600_00), (JUL, None, 500_00)]),
        (MAR, JUN, [(MAR, JUN, 600_00), (JUL, None, 500_00)]),
        (MAY, None, [(MAR, APR, 500_00), (MAY, None, 600_00)]),
        (MAR, None, [(MAR, None, 600_00)]),
    ],
)
def test_months_that_are_raised_leave_those_before_and_after_as_they_were(first, last, after):
    row = granted()

    raised(row, first, last, 600_00)

    assert amounts(row) == after


@pytest.mark.parametrize(
    ("first", "last", "after"),
    [
        (MAR, JUN, [(MAR, JUN, 600_00)]),
        (MAY, JUN, [(MAR, APR, 500_00), (MAY, JUN, 600_00)]),
        (MAR, MAY, [(MAR, MAY, 600_00), (JUN, JUN, 500_00)]),
        (JUN, JUN, [(MAR, MAY, 500_00), (JUN, JUN, 600_00)]),
    ],
)
def test_an_amount_that_has_an_end_keeps_it(first, last, after):
    row = granted(last=JUN)

    raised(row, first, last, 600_00)

    assert amounts(row) == after


@pytest.mark.parametrize(
    ("first", "last", "fen"),
    [
        (MAY, None, 500_00),
        (MAY, None, 499_99),
        (JAN, None, 600_00),
        (JUL, None, 600_00),
        (MAY, JUL, 600_00),
        (MAY, None, 600_00),
    ],
)
def test_what_is_no_raise_or_reaches_beyond_one_amount_is_refused(first, last, fen):
    """The same, less, before there is an amount, after its end, over its end by a month, over its end for good."""
    row = granted(last=None if fen <= 500_00 else JUN)
    before = amounts(row)

    with pytest.raises(EntitlementProblem, match="不能这样补调"):
        raised(row, first, last, fen)

    assert amounts(row) == before


def test_a_single_fen_is_paid_and_found():
    tiny, lower, ended = granted(1, OCT), granted(100_00, OCT, serial=2), granted(1, OCT, serial=3)
    october = a_run(OCT, checked=False)
    assert dict(PayLine.objects.filter(run=october).values_list("entitlement", "fen")) == {
        tiny.pk: 1,
        lower.pk: 100_00,
        ended.pk: 1,
    }

    entitlements.change_amount(**changed(lower, "reduce", 99_99), first_month=OCT, fen=99_99)
    entitlements.end(**changed(ended, "stop"), first_month=OCT)
    entitlements.change_amount(**changed(tiny, "change", 2), first_month=OCT, fen=2)
    november = a_run(NOV, checked=False)

    assert dict(Recovery.objects.values_list("entitlement", "fen")) == {lower.pk: 1, ended.pk: 1}
    assert dict(PayLine.objects.filter(run=november).values_list("entitlement", "fen")) == {
        tiny.pk: 3,
        lower.pk: 99_99,
    }


def test_the_same_amount_again_is_no_lower_one():
    row = granted()

    entitlements.change_amount(**changed(row, "change", 500_00), first_month=MAY, fen=500_00)

    assert amounts(row) == [(MAR, APR, 500_00), (MAY, None, 500_00)]


@pytest.mark.parametrize(
    ("first", "last_day", "after"),
    [
        (MAR, MAR, []),
        (APR, date(2026, 3, 31), [(MAR, MAR, 500_00)]),
        (JUN, date(2026, 5, 31), [(MAR, MAY, 500_00)]),
        (JUL, date(2026, 6, 30), [(MAR, JUN, 500_00)]),
    ],
)
def test_a_benefit_ends_with_the_day_before_and_never_before_it_began(first, last_day, after):
    """Of a benefit that would have ended with June by itself."""
    row = granted(last=JUN)
    assert row.last_day == date(2026, 6, 30)

    row = entitlements.end(**changed(row, "stop"), first_month=first)

    assert (row.state, row.last_day, amounts(row)) == ("ended", last_day, after)


def test_a_benefit_that_fades_ends_with_its_last_month_at_the_end_of_a_year():
    row = granted()

    row = entitlements.fade(**changed(row, fen=300_00), first_month=OCT, last_month=DEC, fen=300_00)

    assert (row.state, row.last_day) == ("fading", date(2026, 12, 31))
    assert amounts(row) == [(MAR, SEP, 500_00), (OCT, DEC, 300_00)]


def test_another_amount_of_what_was_granted_for_a_time_ends_when_that_would_have():
    row = granted(last=JUN)

    entitlements.change_amount(**changed(row, "change", 600_00), first_month=MAY, fen=600_00)
    entitlements.change_amount(**changed(row, "reduce", 400_00), first_month=JUN, fen=400_00)
    with pytest.raises(EntitlementProblem, match="到 2026-06 为止"):
        entitlements.change_amount(**changed(row, "change", 700_00), first_month=JUL, fen=700_00)

    assert amounts(row) == [(MAR, APR, 500_00), (MAY, MAY, 600_00), (JUN, JUN, 400_00)]


def test_what_is_resumed_while_it_fades_ends_when_it_would_have():
    row = granted()
    entitlements.fade(**changed(row, fen=300_00), first_month=OCT, last_month=DEC, fen=300_00)
    entitlements.suspend(**changed(row, "suspend"), first_month=NOV)

    entitlements.resume(**changed(row, "resume", 300_00), first_month=NOV, fen=300_00)

    assert amounts(row) == [(MAR, SEP, 500_00), (OCT, OCT, 300_00), (NOV, DEC, 300_00)]


def test_what_fades_goes_on_once_the_family_is_entitled_again():
    row = granted()
    entitlements.fade(**changed(row, fen=300_00), first_month=OCT, last_month=DEC, fen=300_00)

    row = entitlements.change_amount(**changed(row, fen=550_00), first_month=NOV, fen=550_00)

    assert (row.state, row.last_day) == ("active", None)
    assert amounts(row) == [(MAR, SEP, 500_00), (OCT, OCT, 300_00), (NOV, None, 550_00)]


def test_no_amount_begins_before_the_benefit_does():
    row = granted(first=MAR)

    with pytest.raises(EntitlementProblem, match="起始月早于待遇起发的 2026-03"):
        entitlements.change_amount(**changed(row, "change", 600_00), first_month=JAN, fen=600_00)

    assert len(amounts(row)) == 1


def test_what_is_held_back_gets_no_other_amount_before_it_is_resumed():
    """It would be paid while it is called held back."""
    row = granted()
    entitlements.suspend(**changed(row, "suspend"), first_month=OCT)

    with pytest.raises(EntitlementProblem, match="暂停"):
        entitlements.change_amount(**changed(row, "change", 600_00), first_month=NOV, fen=600_00)

    assert amounts(row) == [(MAR, SEP, 500_00), (OCT, None, 0)]


@pytest.mark.parametrize("fen", [400_00, 600_00])
def test_what_is_resumed_leaves_the_months_before_it_was_held_back_as_they_were(fen):
    row = granted()
    entitlements.suspend(**changed(row, "suspend"), first_month=OCT)

    with pytest.raises(EntitlementProblem, match="2026-10"):
        entitlements.resume(**changed(row, "resume", fen), first_month=SEP, fen=fen)

    entitlements.resume(**changed(row, "resume", fen), first_month=OCT, fen=fen)
    assert amounts(row) == [(MAR, SEP, 500_00), (OCT, None, fen)]


def test_what_was_held_back_and_resumed_in_one_month_is_paid_once():
    row = granted(first=OCT)
    a_run(OCT, checked=False)
    entitlements.suspend(**changed(row, "suspend"), first_month=NOV)
    entitlements.resume(**changed(row, "resume", 500_00), first_month=NOV, fen=500_00)

    paid = [a_run(month, checked=False).total for month in (NOV, DEC)]

    assert paid == [500_00, 500_00]
    assert not Recovery.objects.exists()


def test_a_grant_that_was_taken_back_before_its_first_month_can_be_made_anew_for_the_same_month():
    first = granted(first=NOV)
    a_run(OCT, checked=False)
    entitlements.end(**changed(first, "stop"), first_month=NOV)

    again = a_grant(first.household, 600_00, NOV)

    run = a_run(NOV, checked=False)
    assert list(PayLine.objects.filter(run=run).values_list("entitlement", "fen")) == [(again.pk, 600_00)]


def test_a_month_that_a_benefit_still_pays_is_granted_to_nobody_a_second_time():
    first = granted(first=OCT)
    entitlements.end(**changed(first, "stop"), first_month=DEC)

    with pytest.raises(EntitlementProblem, match="2026-11"):
        a_grant(first.household, 600_00, NOV)

    assert amounts(a_grant(first.household, 600_00, DEC)) == [(DEC, None, 600_00)]
