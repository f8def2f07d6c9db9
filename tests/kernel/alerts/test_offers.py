"""Benefits without application: nobody is paid who did not agree, has no account or is dead; dibao never goes this way."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from anmin.kernel.access.queries import reader_for
from anmin.kernel.alerts.models import Alert
from anmin.kernel.alerts.offers import actions, rules
from anmin.kernel.alerts.offers.models import Offer
from anmin.kernel.entitlements.models import Amount, Decision, Entitlement
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.people.models import Death
from anmin.kernel.screening.queries import outcome
from anmin.policy.evaluate import Household
from tests.kernel.alerts.desk import DAY, VILLAGE, staff
from tests.kernel.alerts.snapshots import a_snapshot, born, reason_of
from tests.kernel.alerts.test_sweeps import a_run
from tests.kernel.cases.road import a_family

pytestmark = pytest.mark.django_db
AGE = "elderly/age_allowance"


@pytest.fixture
def place(settings, tmp_path, db):
    """A home of its own, for the data of a run."""
    settings.ANMIN_HOME = tmp_path / "home"


@pytest.fixture
def people(place):
    return staff()


@pytest.fixture
def old(place):
    home, people = a_family(("王秀英", 1930), ("王建国", 1985))
    return home, people[0]


@pytest.fixture
def run():
    return a_run(H1={"people": {"0": {"age_allowance_eligible": 1, "age_allowance_amount": 10_000}}})


@pytest.fixture
def facts(monkeypatch):
    """The snapshot's word on the household, for rules of the demonstration city's county."""
    household = Household(
        "H1", VILLAGE, 0, {}, [{"birth_day": 19200506, "sex": 2, "relation": 0}, {"birth_day": 19850506, "sex": 1, "relation": 2}],
        ["", ""],
    )  # fmt: skip
    monkeypatch.setattr(actions, "household_facts", lambda run, scope, number: household)
    return household


@pytest.fixture
def account(old, people):
    _home, person = old
    row = PayeeAccount(
        person=person,
        division=VILLAGE,
        level=1,
        way="cash",
        first_day=date(2025, 1, 1),
        recorded_by=people["clerk"],
        confirmed_by=people["second"],
        confirmed_at=timezone.now(),
    )
    row.save()
    return row


def offer(run, on=DAY):
    actions.find_offers(by="系统", run=run, on=on)
    return Offer.objects.get()


def answered(row, user, answer="agreed", on=DAY, **more):
    given = {"words": "当面问过，愿意领取", "seen_alive": True, **more}
    return actions.note_answer(by=reader_for(user, on), offer=row, answer=answer, on=on, **given)


def test_a_match_waits_to_be_asked_and_pays_nothing(run, old, people):
    row = offer(run)

    assert row.state == "ready" and row.person == old[1] and row.fen == 10_000
    assert Entitlement.objects.count() == 0
    actions.find_offers(by="系统", run=run, on=DAY)
    assert Offer.objects.count() == 1


def test_the_dead_are_left_out(run, old, people):
    Death.objects.create(person=old[1], source="police", day=date(2026, 3, 1))

    assert (offer(run).state, offer(run).excluded) == ("excluded", "dead")


def test_to_agree_they_were_spoken_to_and_have_a_confirmed_account(run, old, people):
    row = offer(run)

    with pytest.raises(actions.OfferRefused, match="本人"):
        answered(row, people["worker"], seen_alive=False)
    with pytest.raises(actions.OfferRefused, match="账户"):
        answered(row, people["worker"])
    with pytest.raises(DatabaseError, match="offer_agreed_in_person"), transaction.atomic():
        Offer.objects.update(state="agreed")


def test_no_answer_is_asked_again_and_a_refusal_after_its_time(run, old, people):
    row = answered(offer(run), people["worker"], "silent", seen_alive=False, words="打了电话没有人接")
    assert (row.tries, row.next_on) == (1, DAY + timedelta(7))

    row = answered(row, people["worker"], "refused", words="本人说暂时不要")
    actions.find_offers(by="系统", run=run, on=date(2026, 12, 1))
    row.refresh_from_db()
    assert row.state == "refused"
    actions.find_offers(by="系统", run=run, on=date(2027, 3, 25))
    row.refresh_from_db()
    assert row.state == "ready"


def test_dibao_is_never_offered(run, old, people):
    with pytest.raises(DatabaseError, match="offer_never_of_dibao"), transaction.atomic():
        Offer(
            household=old[0], division=VILLAGE, benefit="assistance/dibao", fen=1, run=run, found_on=DAY
        ).save()


def test_a_list_with_dibao_on_it_does_not_load(tmp_path, monkeypatch):
    """The wrong variant of the declaration."""
    wrong = tmp_path / "offers.yaml"
    wrong.write_text("benefits: {assistance/dibao: {}}\nnever: [assistance/dibao]\n", encoding="utf-8")
    monkeypatch.setattr(rules, "FILE", wrong)

    with pytest.raises(ValueError, match="不得免申请"):
        rules.offering.__wrapped__()


def test_a_batch_is_approved_by_another_person_each_with_a_decision_that_replays(
    run, old, people, account, facts
):
    row = answered(offer(run), people["approver"])
    own = actions.approve(by=people["approver"], offers=[row], on=DAY)
    assert own.granted == [] and "不能自己审核" in own.returned[0][1]
    answered(row, people["worker"])

    done = actions.approve(by=people["approver"], offers=[row], on=DAY)
    again = actions.approve(by=people["approver"], offers=[row], on=DAY)

    assert len(done.granted) == 1 and again.granted == []
    (decision,) = Decision.objects.all()
    (amount,) = Amount.objects.all()
    expected = outcome(run, facts).members[0]["age_allowance_amount"]
    assert amount.fen == decision.amount == expected > 0
    assert amount.first_month == date(2026, 4, 1) and decision.decided_by == people["approver"]


def test_whoever_died_between_agreeing_and_approval_goes_back(run, old, people, account, facts):
    row = answered(offer(run), people["worker"])
    Death.objects.create(person=old[1], source="police", day=date(2026, 3, 1))

    done = actions.approve(by=people["approver"], offers=[row], on=DAY)

    row.refresh_from_db()
    assert done.granted == [] and row.state == "returned" and Entitlement.objects.count() == 0


def test_what_runs_is_compared_each_month_and_what_no_longer_fits_is_a_clue(run, old, people, account, facts):
    row = answered(offer(run), people["worker"])
    actions.approve(by=people["approver"], offers=[row], on=DAY)

    assert actions.check_granted(by="系统", run=run, on=DAY).new == 0
    a_snapshot({"H1": [born(1930), born(1985, relation=2)]})
    gone = a_run()
    gone.on = date(2026, 4, 25)
    assert actions.check_granted(by="系统", run=gone, on=gone.on).new == 1

    assert "100 周岁起发" in reason_of(Alert.objects.get())
    assert Alert.objects.get().direction == "LESS" and Entitlement.objects.get().state == "active"


def test_premiums_education_and_heating_wait_for_their_standard_and_are_never_offered_with_a_guess(run):
    names = {row.key: row for row in rules.waiting(VILLAGE, DAY)}

    actions.find_offers(by="系统", run=run, on=DAY)

    assert set(names) == {"premium", "education", "assistance/heating"}
    assert all(row.lacks and row.source for row in names.values())
    assert not any(row.benefit.rpartition("/")[2] in names for row in Offer.objects.all())


def test_every_benefit_that_goes_without_application_is_offered_waits_for_a_standard_or_goes_by_the_books():
    known = rules.offering()

    assert {one.benefit for one in rules.direct()} == {"assistance/price_subsidy"}
    assert not set(known["direct"]) & {*known["benefits"], *known["never"]}
    waiting = rules.waiting(VILLAGE, DAY)
    assert [one.key for one in waiting] == ["premium", "education", "assistance/heating"]
    assert all(one.lacks and one.source for one in waiting)


def test_what_is_paid_by_the_year_is_offered_and_begins_with_one_sum_in_its_month(
    old, people, account, monkeypatch
):
    """Weihai: ninety is 480 yuan a year, due in October; 480 a month would be twelve times as much."""
    ninety = Household("H1", VILLAGE, 0, {}, [{"birth_day": 19300506, "sex": 2, "relation": 0}], [""])
    monkeypatch.setattr(actions, "household_facts", lambda run, scope, number: ninety)
    found = a_run(H1={"people": {"0": {"age_allowance_yearly_eligible": 1, "age_allowance_yearly": 48_000}}})
    monkeypatch.setattr(actions, "members_in_order", lambda numbers: {"H1": [old[1].pk]})

    done = actions.approve(by=people["approver"], offers=[answered(offer(found), people["worker"])], on=DAY)

    (amount,) = Amount.objects.all()
    assert len(done.granted) == 1 and (amount.fen, amount.year) == (48_000, 2026)
    assert amount.first_month == amount.last_month == date(2026, 10, 1)
