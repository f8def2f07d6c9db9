"""Months that were paid, by whichever run and however long ago, are neither forgotten nor found anew nor paid a second time."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.queries import words_of
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.runs.differences import differences
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.people.merging.actions import merge
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import (
    VILLAGE,
    a_family,
    a_grant,
    a_run,
    decided,
)
from tests.make import a_household, a_user

pytestmark = pytest.mark.django_db
SEP, OCT, NOV, DEC = (date(2026, month, 1) for month in (9, 10, 11, 12))
TEKUN, LIVING = "assistance/tekun", "disability/living_subsidy"
YEARLY = "elderly/age_allowance_yearly"
OTHER_COUNTY, OTHER_VILLAGE = "371083", "371083001001"


def held(run):
    """Codes of what stands against the lines of a run, by entitlement."""
    rows = PayException.objects.filter(run=run, line__isnull=False, state="open")
    return sorted(rows.values_list("code", flat=True))


def test_what_was_paid_longer_ago_than_runs_look_back_is_not_found_as_paid_too_much():
    home, _people = a_family(first_day=date(2015, 1, 1))
    long_ago = add_months(NOV, -61)
    a_grant(home, 100_00, long_ago)
    for month in (long_ago, add_months(long_ago, 1)):
        a_run(month, checked=False)

    run = a_run(NOV, checked=False)

    assert PayLine.objects.get(run=run).fen == 60 * 100_00  # the months since, that no run had paid
    assert not Recovery.objects.exists()


def test_a_village_that_was_paid_by_runs_of_its_own_has_nothing_found_when_the_county_begins():
    home, _people = a_family()
    row = a_grant(home, 100_00, OCT, on=date(2026, 9, 20))
    a_run(OCT, division=VILLAGE, checked=False)
    raised = decided(home, "change", date(2026, 10, 20), 120_00)
    entitlements.change_amount(by="test", decision=raised, entitlement=row, first_month=OCT, fen=120_00)

    run = a_run(NOV, checked=False)

    assert not Recovery.objects.exists()
    assert PayLine.objects.get(run=run).fen == 120_00 + 20_00  # the rise of October is due as well


def test_a_month_in_which_an_excluded_benefit_was_paid_is_not_paid_back_unseen():
    """Held back since August, resumed in December with all months; in October and November something else was paid."""
    home, (old,) = a_family()
    a_run(date(2026, 7, 1), benefits=(TEKUN, LIVING))
    row = a_grant(home, 900_00, date(2026, 7, 1), benefit=TEKUN, person=old)
    stop = decided(home, "suspend", date(2026, 7, 20), benefit=TEKUN, person=old)
    entitlements.suspend(by="test", decision=stop, entitlement=row, first_month=date(2026, 8, 1))
    a_grant(home, 160_00, OCT, benefit=LIVING, person=old, last_month=NOV)
    for month in (OCT, NOV):
        assert held(a_run(month, benefits=(TEKUN, LIVING))) == []
    again = decided(home, "resume", date(2026, 11, 28), 900_00, benefit=TEKUN, person=old)
    entitlements.resume(by="test", decision=again, entitlement=row, first_month=date(2026, 8, 1), fen=900_00)

    run = a_run(DEC, benefits=(TEKUN, LIVING))

    assert PayLine.objects.get(run=run).fen == 5 * 900_00
    (found,) = PayException.objects.filter(run=run, code="exclusive", state="open")
    assert "困难残疾人生活补贴" in words_of(found)
    assert found.details["months"] == "2026-10、2026-11"


def test_a_year_that_one_county_has_paid_is_not_paid_again_by_the_county_one_moved_to(monkeypatch):
    home, (old,) = a_family()
    monkeypatch.setattr("anmin.kernel.entitlements.years.month_of_year", lambda *given: 3)
    here = a_grant(home, 480_00, date(2026, 3, 1), benefit=YEARLY, person=old)
    a_run(date(2026, 3, 1), benefits=(YEARLY,))
    gone = decided(home, "stop", date(2026, 5, 20), benefit=YEARLY, person=old)
    entitlements.end(by="test", decision=gone, entitlement=here, first_month=date(2026, 6, 1))
    there = a_household("H9", OTHER_VILLAGE, first_day=date(2026, 6, 1))
    monkeypatch.setattr("anmin.kernel.entitlements.years.month_of_year", lambda *given: 10)
    a_grant(there, 480_00, date(2026, 7, 1), benefit=YEARLY, person=old)

    run = a_run(OCT, benefits=(YEARLY,), division=OTHER_COUNTY)

    (found,) = PayException.objects.filter(run=run, code="twice", state="open")
    assert (found.line.fen, found.details["place"], found.details["months"]) == (480_00, VILLAGE, "2026")


def test_two_records_that_turn_out_to_be_one_person_are_not_paid_for_the_same_months():
    home, (old,) = a_family()
    here = a_grant(home, 900_00, OCT, benefit=TEKUN, person=old)
    for month in (OCT, NOV):
        a_run(month, benefits=(TEKUN,))
    entitlements.end(
        by="test", decision=decided(home, "stop", NOV, benefit=TEKUN), entitlement=here, first_month=DEC
    )
    there, (again,) = a_family("H9", "王秀英", serial=9, division=OTHER_VILLAGE)
    a_run(OCT, benefits=(TEKUN,), division=OTHER_COUNTY)
    a_grant(there, 900_00, NOV, benefit=TEKUN, person=again, on=date(2026, 11, 25))
    old.identifiers.update(last_day=DEC)
    home.memberships.update(last_day=date(2026, 11, 20))
    merge(by=a_user("hebing"), kept=again, gone=old, on=date(2026, 11, 26), reason="同一人")

    run = a_run(DEC, benefits=(TEKUN,), division=OTHER_COUNTY)

    assert PayLine.objects.get(run=run).fen == 1_800_00
    (found,) = PayException.objects.filter(run=run, code="twice", state="open")
    assert found.details["months"] == "2026-11"


def test_months_that_nobody_else_had_are_paid_back_without_a_question():
    """The right variant: the other benefit ended before, and the year before was another one."""
    home, (old,) = a_family()
    a_run(date(2026, 7, 1), benefits=(TEKUN, LIVING))
    a_grant(home, 160_00, date(2026, 8, 1), benefit=LIVING, person=old, last_month=SEP)
    a_grant(home, 900_00, OCT, benefit=TEKUN, person=old)

    run = a_run(NOV, benefits=(TEKUN, LIVING))

    assert sum(PayLine.objects.filter(run=run).values_list("fen", flat=True)) == 2 * 160_00 + 2 * 900_00
    assert held(run) == []


def test_who_is_granted_back_to_earlier_months_has_joined_and_who_was_paid_before_is_resumed():
    new, old = (a_family(f"H{at}", serial=at)[0] for at in (1, 2))
    back = a_grant(old, 70_00, date(2026, 7, 1))
    a_run(date(2026, 7, 1))
    entitlements.suspend(
        by="test",
        decision=decided(old, "suspend", date(2026, 7, 20)),
        entitlement=back,
        first_month=date(2026, 8, 1),
    )
    late = a_grant(new, 80_00, date(2026, 8, 1), on=date(2026, 10, 28))
    entitlements.resume(
        by="test",
        decision=decided(old, "resume", date(2026, 10, 28), 70_00),
        entitlement=back,
        first_month=NOV,
        fen=70_00,
    )

    run = a_run(NOV)

    told = {(row.entitlement, row.cause): row.fen for row in differences(run)}
    assert told == {(late.pk, "joined"): 80_00, (late.pk, "back"): 240_00, (back.pk, "resumed"): 70_00}
