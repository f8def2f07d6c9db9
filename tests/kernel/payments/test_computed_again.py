"""A run computed anew: what somebody decided stays decided while it is about the same thing, and not longer."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.sentinels import actions as sentinels
from tests.kernel.payments.money import (
    TODAY,
    a_family,
    a_grant,
    a_run,
    a_signer,
    an_account,
    approver,
    decided,
)

pytestmark = pytest.mark.django_db
MONTH = date(2026, 11, 1)


def detained(serial=1, fen=500_00):
    """A family whose head is detained: one exception stands against its line."""
    home, people = a_family(f"H{serial}", serial=serial)
    row = a_grant(home, fen, MONTH)
    sentinels.record(
        by="test",
        person=people[0],
        kind="detention",
        first_day=date(2026, 10, 20),
        source="公安局",
        on=date(2026, 11, 2),
    )
    return home, row


def decide(outcome, reason="核实"):
    one = PayException.objects.get(line__isnull=False, state="open")
    return checks.decide_exception(
        by=a_signer("jue", "county_approver"), exception=one, outcome=outcome, on=TODAY, reason=reason
    )


def again(run):
    runs.compute(by="test", run=run, on=TODAY)
    checks.check(by="test", run=run, on=TODAY)
    return PayException.objects.filter(run=run, line__isnull=False)


def test_a_release_stays_with_its_reason_and_who_gave_it():
    detained()
    run = a_run(MONTH)
    one = decide("release", reason="已取保，户内待遇照发")

    (kept,) = again(run)

    assert (kept.pk, kept.state, kept.reason) == (one.pk, "released", "已取保，户内待遇照发")
    assert kept.decided_by.username == "jue"
    assert PayLine.objects.get(run=run).state == "due"


def test_who_was_left_out_is_left_out_again_and_its_months_stay_unpaid():
    detained()
    run = a_run(MONTH)
    decide("exclude")

    (kept,) = again(run)

    assert kept.state == "excluded"
    assert PayLine.objects.get(run=run).state == "excluded"
    assert not PayPart.objects.filter(is_live=True).exists()


def test_another_amount_is_decided_anew():
    home, row = detained()
    run = a_run(MONTH)
    decide("release")
    change = decided(home, "change", TODAY, 600_00)
    entitlements.change_amount(by="test", decision=change, entitlement=row, first_month=MONTH, fen=600_00)

    (asked,) = again(run)

    assert asked.state == "open"
    assert PayLine.objects.get(run=run).state == "held"


def test_another_day_of_the_same_kind_is_decided_anew():
    _home, _row = detained()
    run = a_run(MONTH)
    decide("release")
    former = sentinels.Sentinel.objects.get()
    sentinels.lift(by=approver(), sentinel=former, on=TODAY, reason="日期有误")
    sentinels.record(
        by="test",
        person=former.person,
        kind="detention",
        first_day=date(2026, 11, 1),
        source="公安局",
        on=date(2026, 11, 20),
    )

    (asked,) = again(run)

    assert asked.state == "open"
    assert asked.details["day"] == "2026-11-01"


def test_who_was_left_out_for_a_cause_that_is_gone_is_paid():
    detained()
    run = a_run(MONTH)
    decide("exclude")
    sentinels.lift(by=approver(), sentinel=sentinels.Sentinel.objects.get(), on=TODAY, reason="同名误报")

    (gone,) = again(run)

    assert gone.state == "gone"
    assert PayLine.objects.get(run=run).state == "due"
    assert PayPart.objects.get().is_live


def test_an_account_that_is_brought_after_the_roster_was_locked_counts_when_it_is_computed_anew():
    home, people = a_family("H1", card=False)
    a_grant(home, 500_00, MONTH)
    run = a_run(MONTH, on=date(2026, 11, 3))
    assert [one.code for one in PayException.objects.filter(run=run, line__isnull=False)] == ["no_card"]
    account = an_account(people[0], first_day=date(2026, 11, 5))

    runs.compute(by="test", run=run, on=date(2026, 11, 4))
    assert PayLine.objects.get(run=run).account is None
    runs.compute(by="test", run=run, on=date(2026, 11, 5))
    checks.check(by="test", run=run, on=date(2026, 11, 5))

    assert PayLine.objects.get(run=run).account == account
    assert not PayException.objects.filter(run=run, line__isnull=False, state="open").exists()


def test_who_is_paid_stays_as_the_roster_day_says():
    home, people = a_family("H1")
    a_grant(home, 500_00, MONTH)
    run = a_run(MONTH, on=date(2026, 11, 3))
    membership = home.memberships.get(person=people[0])
    type(membership).objects.filter(pk=membership.pk).update(last_day=date(2026, 11, 4))

    runs.compute(by="test", run=run, on=date(2026, 11, 6))

    assert PayLine.objects.get(run=run).person == people[0]
