"""Heating aid: blocked until a place has entered its own standard and month; then from the match to the monthly check."""

from datetime import date

import pytest

from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.offers import actions, rules
from anmin.kernel.alerts.sweeps import reversing
from anmin.kernel.entitlements import actions as entitlement_actions
from anmin.kernel.entitlements import years
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.screening import queries as screening
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.evaluate import Household
from anmin.policy.rates import RateEntry
from tests.kernel.alerts.desk import DAY, VILLAGE, staff
from tests.kernel.alerts.snapshots import a_snapshot, born, reason_of
from tests.kernel.alerts.test_offers import answered, offer
from tests.kernel.alerts.test_sweeps import a_run
from tests.kernel.cases.road import a_family
from tests.kernel.payments import money

pytestmark = pytest.mark.django_db
HEATING = "assistance/heating"
COLD = {"H1": {"values": {"heating_eligible": 1, "heating_amount": 40_000}}}
EXAMPLE = ((1, 40_000), (3, 20_000), (9, 60_000))
"""An example for tests alone, of no real place: 400 yuan a season for dibao, 200 for the edge of it, 600 for tekun."""


@pytest.fixture
def entered(monkeypatch):
    """A place that has entered its heating aid and pays it in November."""
    book = rulebook()
    entries = [
        RateEntry(name, VILLAGE[:6], date(2026, 1, 1), None, value, value, "示例", "示例", False, None)
        for name, value in (("heating_aid", EXAMPLE), ("heating_month", 11))
    ]
    known = book.with_rates(book.rates.with_entries(entries))
    for module in (actions, rules, entitlement_actions, years, screening, reversing):
        monkeypatch.setattr(module, "rulebook", lambda: known)


@pytest.fixture(autouse=True)
def facts(monkeypatch, settings, tmp_path):
    """The books say that the household is on dibao."""
    settings.ANMIN_HOME = tmp_path / "home"
    known = Household(
        "H1", VILLAGE, 0, {"recognised_layer": 1}, [born(1930), born(1985, relation=2)], ["", ""]
    )
    monkeypatch.setattr(actions, "household_facts", lambda run, scope, number: known)


@pytest.fixture
def people():
    """Staff, and a couple whose head has a card."""
    money.an_account(a_family(("王秀英", 1930), ("王建国", 1985))[1][0])
    return staff()


def test_without_a_standard_it_is_blocked_and_says_who_sets_it(people):
    (waits,) = [one for one in rules.waiting(VILLAGE, DAY) if one.key == HEATING]
    assert waits.source == "县级民政局" and "取暖救助标准" in waits.lacks
    row = answered(offer(a_run(**COLD)), people["worker"])

    done = actions.approve(by=people["approver"], offers=[row], on=DAY)

    assert done.granted == [] and "由县级民政局确定并登记以后再审核" in done.returned[0][1]
    row.refresh_from_db()
    assert row.state == "agreed" and Entitlement.objects.count() == 0


def test_with_the_standard_it_goes_from_the_match_to_the_payment_and_the_monthly_check(entered, people):
    assert HEATING not in {one.key for one in rules.waiting(VILLAGE, DAY)}
    row = answered(offer(a_run(**COLD)), people["worker"])

    done = actions.approve(by=people["approver"], offers=[row], on=DAY)

    (amount,) = Amount.objects.all()
    assert len(done.granted) == 1 and (amount.fen, amount.year) == (40_000, 2026)
    assert amount.first_month == amount.last_month == date(2026, 11, 1)
    runs = [money.a_run(date(2026, at, 1), benefits=[HEATING], checked=False) for at in (10, 11, 12)]
    assert [run.total for run in runs] == [0, 40_000, 0]

    december = date(2026, 12, 2)
    kept, gone = a_run(**COLD), a_run()
    a_snapshot({"H1": [born(1930), born(1985, relation=2)]})
    kept.on = gone.on = december
    assert actions.check_granted(by="系统", run=kept, on=december).new == 0
    assert actions.check_granted(by="系统", run=gone, on=december).new == 1
    alert = Alert.objects.get()
    assert alert.cause == f"without:{HEATING}:less" and "不是低保" in reason_of(alert)
    assert Entitlement.objects.get().state == "active"
