"""A death that is recorded holds the money whatever was decided, moved or merged around it (E11)."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.entitlements.grounds import Grounds
from anmin.kernel.payments.banks.filing.actions import make_files
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.runs.models import PayLine
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.people.merging.actions import merge
from anmin.kernel.people.models import Membership
from anmin.kernel.people.register.actions import record_death
from tests.kernel.payments.money import (
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    approved,
    finance,
)
from tests.make import a_person, a_user

pytestmark = pytest.mark.django_db
OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)
TEKUN = "assistance/tekun"


def held(run):
    rows = PayException.objects.filter(run=run, line__isnull=False, state="open")
    return sorted(rows.values_list("code", flat=True))


def died(person, day):
    record_death(by="test", person=person, source="police", day=day)


def decided_counting(home, persons, on, fen, outcome="change"):
    """A decision that rests on facts of these members."""
    counted = [person.pk for person in persons]
    return entitlements.decide(
        by=a_user(f"d{on:%m%d}"),
        case_number=f"C-{on}",
        matter="standard",
        division=home.division,
        household=home,
        outcome=outcome,
        on=on,
        amount=fen,
        benefit="assistance/dibao",
        grounds=Grounds({"persons": counted}, {}, [], "r", f"{on:%m%d}".rjust(64, "0")),
    )


def raised(home, row, persons, on):
    decision = decided_counting(home, persons, on, 1_100_00)
    entitlements.change_amount(by="test", decision=decision, entitlement=row, first_month=NOV, fen=1_100_00)


def test_a_rise_decided_after_a_death_that_still_counts_the_dead_does_not_let_the_family_pass():
    home, people = a_family("H1", "王秀英", "王强")
    row = a_grant(home, 1_000_00, OCT)
    raised(home, row, people, date(2026, 10, 25))
    died(people[1], date(2026, 10, 20))

    assert held(a_run(NOV)) == ["member_dead"]


def test_a_decision_that_no_longer_counts_the_dead_lets_the_family_pass():
    home, people = a_family("H1", "王秀英", "王强")
    row = a_grant(home, 1_000_00, OCT)
    died(people[1], date(2026, 10, 20))
    raised(home, row, people[:1], date(2026, 10, 25))

    assert held(a_run(NOV)) == []


def test_who_died_and_is_no_longer_a_member_is_still_counted_until_it_is_decided_anew():
    home, people = a_family("H1", "王秀英", "王强")
    row = a_grant(home, 1_000_00, OCT)
    raised(home, row, people, date(2026, 10, 12))
    died(people[1], date(2026, 10, 20))
    Membership.objects.filter(person=people[1]).update(last_day=date(2026, 10, 20))

    assert held(a_run(NOV)) == ["member_dead"]


def test_a_payee_who_died_after_the_day_of_the_roster_is_not_paid_into_a_dead_persons_account():
    home, (head, _son) = a_family("H1", "王秀英", "王强")
    a_grant(home, 1_000_00, NOV)
    a_budget(10_000_00)
    run = approved(a_run(NOV, on=date(2026, 11, 3)))
    died(head, date(2026, 11, 6))

    make_files(by=finance(), run=run, on=TODAY)

    assert PayLine.objects.get(run=run).state == "due"
    assert held(run) == ["payee_dead"]


def test_a_family_that_moved_away_after_the_check_is_not_paid_before_somebody_decides():
    home, _people = a_family()
    a_grant(home, 1_000_00, NOV)
    a_budget(10_000_00)
    run = approved(a_run(NOV))
    home.division = "371083001001"
    home.save()

    make_files(by=finance(), run=run, on=TODAY)

    assert (PayLine.objects.get(run=run).state, held(run)) == ("due", ["moved"])


def test_what_was_said_of_a_record_still_holds_once_it_is_merged_into_another():
    home, (old,) = a_family()
    a_grant(home, 900_00, NOV, benefit=TEKUN, person=old)
    twin = a_person("王秀英", serial=77)
    sentinels.record(by="公安推送", person=twin, kind="detention", first_day=OCT, source="公安局", on=TODAY)
    twin.identifiers.update(last_day=OCT)
    merge(by=a_user("hebing"), kept=old, gone=twin, on=TODAY, reason="同一人")

    assert held(a_run(NOV, benefits=(TEKUN,))) == ["detained"]


def test_back_pay_for_months_in_which_somebody_was_detained_is_held_though_they_are_free_again():
    home, (old,) = a_family()
    a_run(date(2026, 7, 1), benefits=(TEKUN,))
    a_grant(home, 900_00, date(2026, 8, 1), benefit=TEKUN, person=old)
    sentinels.record(
        by="公安推送",
        person=old,
        kind="detention",
        first_day=date(2026, 8, 10),
        last_day=date(2026, 9, 20),
        source="公安局",
        on=TODAY,
    )

    assert held(a_run(NOV, benefits=(TEKUN,))) == ["detained"]
    assert held(a_run(date(2026, 12, 1), benefits=(TEKUN,))) == []
