"""Checks: what was recorded before the file holds the line, says why and whom it waits for; a person decides (E11)."""

from datetime import date, timedelta

import pytest

from anmin.kernel.access.queries import operator
from anmin.kernel.audit.models import Act
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.checks.queries import by_code, words_of
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.sentinels import actions as sentinels
from anmin.kernel.people.models import Identifier, Person
from tests.kernel.payments.money import (
    DIBAO,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    a_signer,
    an_account,
    decided,
    finance,
    release_about_run,
)

pytestmark = pytest.mark.django_db
OCT, NOV, DEC = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
TEKUN = "assistance/tekun"


def found(run):
    return sorted((row.code, row.state) for row in PayException.objects.filter(run=run, line__isnull=False))


def words(run, code):
    return [words_of(row) for row in PayException.objects.filter(run=run, code=code)]


def state(run):
    return sorted(PayLine.objects.filter(run=run).values_list("state", flat=True))


def die(person, day):
    Person.objects.filter(pk=person.pk).update(died_on=day)


def test_nothing_is_paid_for_months_after_somebodys_death_and_it_cannot_be_released():
    home, (old,) = a_family()
    a_grant(home, 1_000_00, OCT, benefit=TEKUN, person=old)
    die(old, date(2026, 10, 31))

    run = a_run(NOV, benefits=(TEKUN,))

    assert found(run) == [("dead", "open")]
    assert state(run) == ["held"]
    assert words(run, "dead") == ["登记的去世日期 2026-10-31，之后的月份不能发放"]
    with pytest.raises(PaymentProblem) as refused:
        checks.decide_exception(
            by=a_signer("shen1", "county_approver"),
            exception=PayException.objects.get(run=run, code="dead"),
            outcome="release",
            on=TODAY,
            reason="已核实",
        )
    assert refused.value.code == "not_releasable"


def test_the_month_of_death_is_still_due():
    home, (old,) = a_family()
    a_grant(home, 1_000_00, NOV, benefit=TEKUN, person=old)
    die(old, date(2026, 11, 2))

    assert "dead" not in dict(found(a_run(NOV, benefits=(TEKUN,))))


def test_a_family_whose_member_died_is_held_until_somebody_decides():
    home, (_head, son) = a_family("H1", "王秀英", "王强")
    a_grant(home, 1_000_00, OCT)
    die(son, date(2026, 10, 20))
    a_budget(10_000_00)
    run = a_run(NOV)
    (row,) = PayException.objects.filter(run=run, line__isnull=False)
    assert (row.code, row.power, state(run)) == ("member_dead", "payments.decide", ["held"])

    release_about_run(run)
    with pytest.raises(PaymentProblem) as refused:
        runs.submit(by="test", run=run, on=TODAY)
    assert refused.value.code in ("run_empty", "pay_run_open_exceptions")
    checks.decide_exception(
        by=a_signer("shen1", "county_approver"),
        exception=row,
        outcome="release",
        on=TODAY,
        reason="已在复核，三个月内重新核定",
    )

    assert state(run) == ["due"]
    assert runs.submit(by="test", run=run, on=TODAY).total == 1_000_00
    assert Act.objects.filter(act="payments.decide_exception").exists()


def test_a_line_left_out_is_due_again_next_month():
    home, _people = a_family()
    a_grant(home, 1_000_00, NOV)
    sentinels.record(
        by="公安推送",
        person=home.memberships.get().person,
        kind="detention",
        first_day=date(2026, 10, 15),
        source="公安局",
        on=TODAY,
    )
    run = a_run(NOV)
    assert words(run, "detained") == ["公安局：2026-10-15 起羁押或服刑"]

    checks.decide_exception(
        by=a_signer("shen1", "county_approver"),
        exception=PayException.objects.get(run=run, code="detained"),
        outcome="exclude",
        on=TODAY,
        reason="羁押期间暂不发",
    )

    assert state(run) == ["excluded"]
    later = a_run(DEC)
    assert [(part.month, part.fen) for part in PayPart.objects.filter(line__run=later).order_by("month")] == [
        (NOV, 1_000_00),
        (DEC, 1_000_00),
    ]
    assert state(later) == ["held"]


def test_whoever_prepared_the_run_does_not_decide_and_finance_decides_nothing():
    home, _people = a_family()
    a_grant(home, 1_000_00, NOV)
    sentinels.record(
        by="x", person=home.memberships.get().person, kind="income", first_day=OCT, source="人社局", on=TODAY
    )
    run = a_run(NOV)
    row = PayException.objects.get(run=run, code="income")

    for by, code in ((finance(), "no_power"), ("系统", "not_a_person")):
        with pytest.raises(PaymentProblem) as refused:
            checks.decide_exception(by=by, exception=row, outcome="release", on=TODAY, reason="x")
        assert refused.value.code == code
    with pytest.raises(PaymentProblem, match="理由"):
        checks.decide_exception(
            by=a_signer("shen1", "county_approver"), exception=row, outcome="release", on=TODAY, reason=" "
        )


def test_checking_again_keeps_what_was_decided_and_forgets_what_is_gone():
    home, (head,) = a_family()
    a_grant(home, 1_000_00, NOV)
    one = sentinels.record(by="x", person=head, kind="income", first_day=OCT, source="人社局", on=TODAY)
    sentinels.record(by="x", person=head, kind="moved", first_day=OCT, source="烟台市", on=TODAY)
    run, boss = a_run(NOV), a_signer("shen1", "county_approver")
    checks.decide_exception(
        by=boss,
        exception=PayException.objects.get(run=run, code="moved"),
        outcome="release",
        on=TODAY,
        reason="户籍仍在本地",
    )

    sentinels.lift(by=boss, sentinel=one, on=TODAY, reason="同名不同人")
    checks.check(by="test", run=run, on=TODAY)

    assert found(run) == [("income", "gone"), ("moved", "released")]
    assert state(run) == ["due"]


def test_expired_certificates_hold_disability_subsidies():
    home, (person,) = a_family()
    a_grant(home, 213_00, NOV, benefit="disability/living_subsidy", person=person)
    Identifier.objects.create(
        person=person,
        kind="disability",
        value="x",
        blind=b"1" * 16,
        first_day=date(2016, 1, 1),
        last_day=date(2026, 10, 9),
    )

    run = a_run(NOV, benefits=("disability/living_subsidy",))

    assert words(run, "certificate") == ["证件有效期至 2026-10-09，换证后再发"]
    assert by_code(operator(TODAY), run).get("certificate") == 1


def test_one_person_in_two_households_is_found_on_both_lines():
    one, (head, child) = a_family("H1", "王秀英", "王小明", serial=1)
    other, (aunt,) = a_family("H2", "李桂花", serial=2)
    a_grant(one, 100_00, NOV)
    a_grant(other, 100_00, NOV)
    child.merged_into = aunt
    child.save()

    run = a_run(NOV)

    assert [code for code, _state in found(run)] == ["twice", "twice"]
    assert head.pk not in PayException.objects.filter(run=run).values_list("person", flat=True)


def test_both_of_an_exclusive_pair_are_held_with_the_law():
    home, (head, _son) = a_family("H1", "王秀英", "王强")
    a_grant(home, 100_00, NOV)
    a_grant(home, 900_00, NOV, benefit=TEKUN, person=head)

    run = a_run(NOV, benefits=(DIBAO, TEKUN))

    assert [code for code, _state in found(run)] == ["exclusive", "exclusive"]
    assert any("民发〔2021〕43号" in one for one in words(run, "exclusive"))


def test_one_card_for_several_households_and_no_card_at_all():
    for at in (1, 2):
        home, (head,) = a_family(f"H{at}", serial=at, card=False)
        an_account(head, 99)
        a_grant(home, 100_00, NOV)
    poor, _people = a_family("H3", serial=3, card=False)
    a_grant(poor, 100_00, NOV)

    run = a_run(NOV)

    assert [code for code, _state in found(run)] == ["no_card", "same_card", "same_card"]
    assert CODES["no_card"].power == "payments.prepare"


def test_an_amount_above_what_was_decided_is_found():
    home, _people = a_family()
    row = a_grant(home, 100_00, NOV)
    row.amounts.update(fen=120_00)

    run = a_run(NOV)

    assert words(run, "over") == ["2026-11 计 120.00 元，决定的金额是 100.00 元"]


def test_back_pay_and_what_is_still_lacking_are_held_to_what_was_decided_as_well():
    """Each part of the month is below the decision, together they are above it; and so is a month of before."""
    home, _people = a_family()
    row = a_grant(home, 100_00, OCT)
    a_run(OCT)
    a_run(NOV)
    row.amounts.update(fen=120_00)

    run = a_run(DEC)

    assert words(run, "over") == ["2026-12 计 120.00 元，决定的金额是 100.00 元"]
    row.amounts.update(last_month=NOV)
    runs.compute(by="test", run=run, on=TODAY)
    checks.check(by="test", run=run, on=TODAY)
    assert words(run, "over") == ["2026-11 计 120.00 元，决定的金额是 100.00 元"]


def test_one_card_for_two_households_is_found_however_runs_are_cut_by_benefit():
    for at, benefit in ((1, DIBAO), (2, TEKUN)):
        home, (head,) = a_family(f"H{at}", serial=at, card=False)
        an_account(head, 99)
        a_grant(home, 100_00, NOV, benefit=benefit, person=head if benefit == TEKUN else None)

    first, then = a_run(NOV), a_run(NOV, benefits=(TEKUN,))

    assert (found(first), found(then)) == ([], [("same_card", "open")])


def test_a_household_that_moved_away_is_held():
    home, _people = a_family()
    a_grant(home, 100_00, NOV)
    home.division = "371083001001"
    home.save()

    assert words(a_run(NOV), "moved") == ["现登记在 371083001001，不在本地"]


def test_a_total_that_jumps_must_be_explained():
    for at in range(1, 4):
        a_grant(a_family(f"H{at}", serial=at)[0], 100_00, OCT if at < 3 else NOV)
    a_run(OCT)

    run = a_run(NOV)

    assert words(run, "total_jump") == ["比上次（2026-10）+50.0%，超过 20%，请核实原因"]


def test_a_total_that_makes_up_for_a_month_without_a_run_must_be_explained_too():
    a_grant(a_family()[0], 100_00, date(2026, 9, 1))
    a_run(date(2026, 9, 1))

    run = a_run(NOV)

    assert words(run, "total_jump") == ["比上次（2026-09）+100.0%，超过 20%，请核实原因"]


@pytest.mark.parametrize("late", [0, 1, 30, 60, 90])
def test_a_death_that_is_learned_late_stops_the_next_line_and_the_rest_is_found(late):
    """E11: facts that arrive 0 to 90 days late; overpaid is exactly what was paid for months after the death."""
    home, (old,) = a_family(first_day=date(2025, 1, 1))
    row = a_grant(home, 1_000_00, date(2026, 1, 1), benefit=TEKUN, person=old)
    death = date(2026, 3, 31)
    learned = death + timedelta(late)
    paid = []
    for month in range(1, 9):
        run_day = date(2026, month, 3)
        if learned <= run_day and row.state != "ended":
            die(old, death)
            run = a_run(date(2026, month, 1), benefits=(TEKUN,))
            assert state(run) == ["held"]
            runs.void(by="test", run=run, on=TODAY, reason="领取人去世，先终止待遇")
            stop = decided(home, "stop", run_day, benefit=TEKUN, person=old)
            row = entitlements.end(by="test", decision=stop, entitlement=row, first_month=date(2026, 4, 1))
        run = a_run(date(2026, month, 1), benefits=(TEKUN,))
        paid += [month for _line in PayLine.objects.filter(run=run)]

    after = [month for month in paid if month > 3]
    assert after == [month for month in range(4, 9) if date(2026, month, 3) < learned]
    owed = sum(one.fen for one in row.recoveries.all())
    assert owed == 1_000_00 * len(after)
