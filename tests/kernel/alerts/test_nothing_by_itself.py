"""E30 for every automatic proposal: offers, sweeps, monthly comparisons, alerts and reviews change nobody's rights by themselves."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from anmin.kernel import tasks
from anmin.kernel.access.queries import operator
from anmin.kernel.alerts.changes.actions import open_reviews, raise_moves
from anmin.kernel.alerts.crosschecks.actions import cross_check
from anmin.kernel.alerts.handling.actions import dispatch, escalate
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.offers import actions
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.alerts.sweeps.actions import sweep
from anmin.kernel.cases.daily.actions import open_due_reviews, raise_overdue
from anmin.kernel.cases.deaths.actions import raise_deaths
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.publicity.actions import take_down_due
from anmin.kernel.cases.pushes.actions import push_recognised
from anmin.kernel.delivery.plans.actions import make_plans
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.operations.jobs import CATALOGUE
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.people.models import Death, FormerPlace, Person
from anmin.policy.codes import Coverage
from tests.kernel.alerts.desk import DAY, a_hit, raise_
from tests.kernel.alerts.snapshots import a_snapshot, born
from tests.kernel.alerts.test_crosschecks import Lists
from tests.kernel.alerts.test_offers import account, answered, facts, offer, old, people, place, run
from tests.kernel.alerts.test_sweeps import a_run, poor

__all__ = ["account", "facts", "old", "people", "place", "run"]
pytestmark = pytest.mark.django_db
SAID = ("agreed", "refused", "granted")


def found(run, on):
    actions.find_offers(by="系统", run=run, on=on)


def swept(run, on):
    sweep(by="系统", run=run, on=on)


def compared(run, on):
    """The month's run no longer finds anybody eligible."""
    empty = a_run()
    empty.on = on
    a_snapshot({"H1": [born(1930), born(1985, relation=2)]})
    actions.check_granted(by="系统", run=empty, on=on)


def handled(run, on):
    raise_(a_hit(as_of=on), a_hit(as_of=on, cause="income", direction="LESS", rule="assistance/M15"), on=on)
    open_reviews(by=operator(on, "系统"), on=on)
    dispatch(by="系统", on=on)
    escalate(by="系统", on=on)


def moved(run, on):
    """Whoever is paid has moved to another county."""
    for row in Entitlement.objects.exclude(person=None):
        if not row.person.former_places.exists():
            FormerPlace(person=row.person, division=row.division, last_day=date(2026, 4, 10)).save()
            Person.objects.filter(pk=row.person_id).update(division="371003001001")
    raise_moves(by="系统", on=on)
    open_reviews(by=operator(on, "系统"), on=on)


def cross_checked(run, on):
    """The other department watches a family that we do not help, and knows nothing of one that we do."""
    cross_check(by="系统", snapshot=Lists([("H1", True, [0, 0]), ("H2", False, [1])]), on=on)


def fell_due(run, on):
    operated = operator(on, "系统")
    take_down_due(by=operated, on=on)
    open_due_reviews(by=operated, on=on)
    raise_overdue(by=operated, on=on)
    push_recognised(by=operated, on=on)


def told_of_a_death(run, on):
    """The register has the death of whoever is paid."""
    for row in Entitlement.objects.exclude(person=None):
        Death.objects.get_or_create(person=row.person, source="police", defaults={"day": DAY})
    raise_deaths(by="系统", on=on)


def planned(run, on):
    make_plans(by=operator(on, "系统"), on=on)


PROPOSING = {
    "alerts.sweep": (found, swept, compared),
    "alerts.dispatch": (handled, moved),
    "alerts.watch": (handled,),
    "alerts.batch_landed": (handled,),
    "alerts.cross_check": (cross_checked,),
    "cases.due": (fell_due,),
    "cases.raise_deaths": (told_of_a_death,),
    "delivery.make_plans": (planned,),
}
"""Every background job that says something about somebody, and what stands for it here."""
ASKED_FOR = {
    "payments.compute",
    "payments.submit",
    "payments.errand",
    "alerts.try_threshold",
    "cases.takeover",
    "standards.effects",
    "exchange.answer",
    "access.send_message",
}
"""Jobs that carry out what a person or a partner asked for."""
KEEPING = {
    *("operations.clear_done_jobs", "audit.anchor", "audit.make_partitions", "operations.verify"),
    *("access.keep_house", "access.send_waiting", "exchange.deliver", "exchange.escalate"),
    *("exchange.stop_unauthorised", "facts.late_sources", "facts.forgotten_uploads", "cases.forgotten_scans"),
    *("facts.snapshot", "payments.banks", "standards.lay_out"),
}
"""Jobs that carry, keep and clean up; they say nothing new about anybody."""
JOBS = tuple(dict.fromkeys(job for jobs in PROPOSING.values() for job in jobs))
RAISING = (swept, compared, handled, moved, cross_checked)


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

    assert job not in RAISING or Alert.objects.exists()
    assert job is not told_of_a_death or Case.objects.exists()


def test_every_background_job_is_known_to_propose_or_not_to():
    assert tasks and set(CATALOGUE) == {*PROPOSING, *ASKED_FOR, *KEEPING}


def test_an_agreed_offer_is_not_granted_by_any_job(run, old, people, account, facts):
    answered(offer(run), people["worker"])

    assert all(let_run(job, run) for job in JOBS if job is not told_of_a_death)
    assert actions.approve(by=operator(DAY, "系统"), offers=list(Offer.objects.all()), on=DAY).granted == []


def test_a_job_that_grants_what_was_agreed_in_somebody_s_name_is_found(run, old, people, account, facts):
    """The wrong variant."""
    answered(offer(run), people["worker"])

    def eager(run, on):
        actions.find_offers(by="系统", run=run, on=on)
        actions.approve(by=people["approver"], offers=list(Offer.objects.filter(state="agreed")), on=on)

    assert not let_run(eager, run)


def test_a_cross_check_that_takes_off_the_books_whom_the_others_do_not_watch_is_found(granted):
    """The wrong variant of the quarterly comparison: the database knows no end without a decision."""

    def zealous(run, on):
        cross_checked(run, on)
        Entitlement.objects.exclude(state="ended").update(last_day=on)

    with pytest.raises(DatabaseError, match="entitlement_needs_decision"), transaction.atomic():
        let_run(zealous, granted)


def test_a_cross_check_that_writes_down_consent_is_found(run, old, people, account, facts):
    """The second wrong variant: whoever stands on the other list counts as having agreed."""
    offer(run)

    def presuming(run, on):
        cross_checked(run, on)
        Offer.objects.filter(state="ready").update(
            state="agreed", asked_by=people["worker"], account=account, seen_alive=True
        )

    assert not let_run(presuming, run)
