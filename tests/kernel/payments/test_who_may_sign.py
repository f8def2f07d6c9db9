"""Nobody signs for money that comes to them or theirs, by whatever way; and no cutting into runs saves a signature."""

from datetime import date

import pytest

from anmin.kernel.cases.relatives.actions import declare_staff_person
from anmin.kernel.payments.approvals import actions as approvals
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.people.merging.actions import merge
from anmin.kernel.people.models import Kin
from tests.kernel.payments.money import (
    COUNTY,
    DIBAO,
    TODAY,
    a_budget,
    a_card,
    a_family,
    a_grant,
    a_run,
    a_signer,
    an_account,
    release_about_run,
)
from tests.make import a_person, a_user

pytestmark = pytest.mark.django_db
OCT, NOV, DEC, MUCH_LATER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 11, 1)
TEKUN = "assistance/tekun"


@pytest.fixture
def county():
    """A family whose run is handed in, and the approver as a person who lives elsewhere."""
    home, people = a_family("H1", "王秀英", "王强", card=False)
    a_grant(home, 732_00, NOV)
    a_budget(1_000_00)
    boss = a_signer("shen1", "county_approver")
    declare_staff_person(by="test", user=boss.user, person=a_person("王科长", serial=500), on=TODAY)
    return home, people, boss


def handed_in():
    return runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)


def signs(boss, run):
    return approvals.approve(by=boss, run=run, seal=run.seal, on=TODAY)


def the_account_is_theirs(home, people, boss):
    an_account(boss.user.as_person.person, 1, household=home)


def the_number_is_theirs(home, people, boss):
    an_account(boss.user.as_person.person, 7)
    an_account(people[0], 7)


def their_record_was_merged(home, people, boss):
    an_account(people[0], 1)
    me = boss.user.as_person.person
    me.identifiers.update(last_day=OCT)
    merge(by=a_user("hebing"), kept=people[1], gone=me, on=TODAY, reason="同一人")


def their_mother_is_the_head(home, people, boss):
    an_account(people[0], 1)
    Kin.objects.create(person=people[0], other=boss.user.as_person.person, kind="mother", source="户籍")


@pytest.mark.parametrize(
    "way", [the_account_is_theirs, the_number_is_theirs, their_record_was_merged, their_mother_is_the_head]
)
def test_an_approver_whose_money_it_is_in_another_way_is_refused(county, way):
    way(*county)
    run = handed_in()

    with pytest.raises(PaymentProblem) as refused:
        signs(county[2], run)

    assert refused.value.code == "pay_run_payee"


def test_an_approver_whose_tie_has_ended_or_who_only_lives_in_the_same_county_signs(county):
    """The right variant."""
    _home, people, boss = county
    an_account(people[0], 1)
    an_account(boss.user.as_person.person, 7)
    Kin.objects.create(
        person=people[0],
        other=boss.user.as_person.person,
        kind="spouse",
        source="户籍",
        first_day=date(2010, 1, 1),
        last_day=date(2020, 1, 1),
    )
    assert signs(boss, handed_in()).state == "submitted"


def test_nobody_lets_the_line_of_their_own_family_pass(county):
    _home, people, boss = county
    an_account(people[0], 1)
    their_mother = Kin.objects.create(
        person=people[0], other=boss.user.as_person.person, kind="mother", source="户籍"
    )
    sentinels.record(
        by="公安推送", person=people[1], kind="detention", first_day=OCT, source="公安局", on=TODAY
    )
    run = a_run(NOV)
    given = {
        "exception": PayException.objects.get(run=run, code="detained"),
        "outcome": "release",
        "on": TODAY,
        "reason": "已核实",
    }

    with pytest.raises(PaymentProblem) as refused:
        checks.decide_exception(by=boss, **given)

    assert refused.value.code == "pay_run_payee"
    their_mother.delete()
    assert checks.decide_exception(by=boss, **given).state == "released"


def an_unconfirmed(person, serial, household=None):
    return payees.record_account(
        by="登记",
        person=person,
        household=household,
        account=payees.NewAccount("card", "威海银行", a_card(serial)),
        first_day=NOV,
        on=TODAY,
    )


def test_nobody_confirms_an_account_into_which_their_own_family_is_paid(county):
    home, people, boss = county
    me = boss.user.as_person.person
    stranger, (other,) = a_family("H2", "李建国", serial=2, card=False)
    an_account(me, 7)
    Kin.objects.create(person=people[0], other=me, kind="mother", source="户籍")

    for account in (an_unconfirmed(people[0], 21), an_unconfirmed(other, 7), an_unconfirmed(me, 22, home)):
        with pytest.raises(PaymentProblem) as refused:
            payees.confirm_account(by=boss, account=account, on=TODAY)
        assert refused.value.code == "account_own"

    strangers = an_unconfirmed(other, 23, stranger)
    assert payees.confirm_account(by=boss, account=strangers, on=TODAY).confirmed_by == boss.user


def test_runs_cut_by_benefit_count_together_and_at_the_limit_two_signatures_are_enough():
    """Five million and two signatures, or three above it."""
    a_budget(20_000_000_00)
    a_grant(a_family("H1", serial=1)[0], 3_000_000_00, NOV)
    other, (old,) = a_family("H2", serial=2)
    a_grant(other, 2_000_000_00, NOV, benefit=TEKUN, person=old)

    first = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)
    second = runs.submit(by="test", run=release_about_run(a_run(NOV, benefits=(TEKUN,))), on=TODAY)

    assert (first.signatures, second.signatures) == (2, 2)


def test_the_run_that_brings_a_month_above_the_limit_needs_more_signatures():
    a_budget(20_000_000_00)
    home, _people = a_family("H1", serial=1)
    a_grant(home, 3_000_000_00, NOV)
    other, (old,) = a_family("H2", serial=2)
    a_grant(other, 2_000_000_01, NOV, benefit=TEKUN, person=old)

    first = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)
    second = runs.submit(by="test", run=release_about_run(a_run(NOV, benefits=(TEKUN,))), on=TODAY)
    runs.void(by="test", run=first, on=TODAY, reason="重做")
    again = runs.submit(by="test", run=release_about_run(a_run(NOV)), on=TODAY)

    assert (first.signatures, second.signatures, again.signatures) == (2, 3, 3)


def test_a_month_that_has_not_come_is_not_paid_because_somebody_mistyped_the_year():
    a_grant(a_family()[0], 732_00, NOV)

    with pytest.raises(PaymentProblem) as refused:
        runs.lock_roster(by="test", division=COUNTY, month=MUCH_LATER, benefits=[DIBAO], on=TODAY)

    assert refused.value.code == "run_month"
    assert runs.lock_roster(by="test", division=COUNTY, month=DEC, benefits=[DIBAO], on=TODAY).month == DEC
