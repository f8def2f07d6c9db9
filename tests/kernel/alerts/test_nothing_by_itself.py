"""E30 for every automatic proposal: offers, sweeps, monthly comparisons, alerts and reviews change nobody's rights by themselves."""

from datetime import timedelta

import pytest

from anmin.kernel.access.queries import operator
from anmin.kernel.alerts.changes.actions import open_reviews
from anmin.kernel.alerts.handling.actions import dispatch, escalate
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.offers import actions
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.policy.codes import Coverage
from tests.kernel.alerts.desk import DAY, a_hit, raise_
from tests.kernel.alerts.test_offers import account, answered, facts, offer, old, people, run
from tests.kernel.alerts.test_sweeps import a_run, poor

__all__ = ["account", "facts", "old", "people", "run"]
pytestmark = pytest.mark.django_db
SAID = ("agreed", "refused", "granted")


def found(run, on):
    actions.find_offers(by="系统", run=run, on=on)


def swept(run, on):
    sweep(by="系统", run=run, on=on)


def compared(run, on):
    """The month's run no longer finds anybody eligible."""
    actions.check_granted(by="系统", run=a_run(), on=on)


def handled(run, on):
    raise_(a_hit(as_of=on), a_hit(as_of=on, cause="income", direction="LESS", rule="assistance/M15"), on=on)
    open_reviews(by=operator(on, "系统"), on=on)
    dispatch(by="系统", on=on)
    escalate(by="系统", on=on)


JOBS = (found, swept, compared, handled)


def rights():
    """What somebody has, was promised or said: nothing of it may move but by a person's act."""
    return (
        list(Entitlement.objects.order_by("pk").values_list("pk", "state", "first_day", "last_day")),
        list(Amount.objects.order_by("pk").values_list("pk", "first_month", "last_month", "fen")),
        list(Decision.objects.order_by("pk").values_list("pk", "outcome")),
        list(Offer.objects.filter(state__in=SAID).order_by("pk").values_list("pk", "state", "entitlement")),
        PayeeAccount.objects.count(),
    )


def let_run(job, run):
    """A job each week for two months, and whether anybody's rights are what they were."""
    before = rights()
    for week in range(9):
        job(run, DAY + timedelta(7 * week))
    return rights() == before


@pytest.fixture
def granted(run, old, people, account, facts):
    """One benefit that runs by a person's approval, and a second household's claim that nobody has asked about yet."""
    row = answered(offer(run), people["worker"])
    actions.approve(by=people["approver"], offers=[row], on=DAY)
    assert Entitlement.objects.count() == 1
    return a_run(
        H1={
            **poor(Coverage.MISSED),
            "people": {"0": {"age_allowance_eligible": 1, "age_allowance_amount": 10_000}},
        }
    )


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_an_automatic_job_changes_nobody_s_rights_in_two_months(granted, job):
    assert let_run(job, granted)

    assert job is found or Alert.objects.exists()


def test_an_agreed_offer_is_not_granted_by_any_job(run, old, people, account, facts):
    answered(offer(run), people["worker"])

    assert all(let_run(job, run) for job in JOBS)
    assert actions.approve(by=operator(DAY, "系统"), offers=list(Offer.objects.all()), on=DAY).granted == []


def test_a_job_that_grants_what_was_agreed_in_somebody_s_name_is_found(run, old, people, account, facts):
    """The wrong variant."""
    answered(offer(run), people["worker"])

    def eager(run, on):
        actions.find_offers(by="系统", run=run, on=on)
        actions.approve(by=people["approver"], offers=list(Offer.objects.filter(state="agreed")), on=on)

    assert not let_run(eager, run)
