"""Recovery (X-90 to X-93): found, heard, decided, agreed, paid in or deducted, written off by two or taken to court."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import instalments_of, left_of, stuck
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.differences import differences, total_before
from anmin.kernel.payments.runs.models import PayLine, PayPart
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_family,
    a_grant,
    a_run,
    a_signer,
    approved,
    decided,
    finance,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
FOUND = date(2024, 10, 3)


def overpaid():
    """X-92: three months of 1,062 yuan each, found in October."""
    home, _people = a_family("H1", "张甲", "张乙", "张丙")
    row = a_grant(home, 1_686_00, date(2024, 6, 1))
    for month in (6, 7, 8, 9):
        a_run(date(2024, month, 1))
    decision = decided(home, "reduce", FOUND, 624_00)
    entitlements.change_amount(
        by="test", decision=decision, entitlement=row, first_month=date(2024, 7, 1), fen=624_00
    )
    a_run(date(2024, 10, 1))
    return home, row, Recovery.objects.get()


def boss():
    return a_signer("shen1", "county_approver")


def noticed(paid_by=None):
    """The claim of it; `paid_by` is the budget line that paid the months, where a test asks for one."""
    home, row, found = overpaid()
    PayLine.objects.filter(entitlement=row).update(budget_line=paid_by)
    found = recovery.hear(by=finance(), recovery=found, statement="家属认可，当时忙于丧事", on=FOUND)
    claim = decided(home, "recover", FOUND, 3_186_00, reason="成员去世后多发三个月")
    return home, row, recovery.notice(by=boss(), recovery=found, decision=claim, cause="honest", on=FOUND)


def test_what_was_found_is_owed_only_once_the_family_was_heard_and_somebody_decided():
    home, _row, found = overpaid()
    claim = decided(home, "recover", FOUND, 3_186_00)

    with pytest.raises(PaymentProblem) as refused:
        recovery.notice(by=boss(), recovery=found, decision=claim, cause="honest", on=FOUND)
    assert refused.value.code == "recovery_moved"
    found = recovery.hear(by=boss(), recovery=found, statement="认可", on=FOUND)
    other = decided(home, "recover", FOUND, 3_000_00)
    with pytest.raises(PaymentProblem, match=r"3,186\.00 元"):
        recovery.notice(by=boss(), recovery=found, decision=other, cause="honest", on=FOUND)
    with pytest.raises(PaymentProblem) as refused:
        recovery.notice(by="系统", recovery=found, decision=claim, cause="honest", on=FOUND)
    assert refused.value.code == "not_a_person"
    with (
        pytest.raises(DatabaseError, match="recovery_needs_a_decision"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE kernel_recovery SET state = 'noticed'")


def test_a_notice_stands_in_the_ledger_and_says_until_when_one_may_object():
    _home, _row, row = noticed()

    assert (row.state, row.fen, left_of(row)) == ("noticed", 3_186_00, 3_186_00)
    assert row.answer_due == date(2024, 12, 2)
    assert trial_balance(COUNTY) == {"receivable": 3_186_00, "spent": -3_186_00}


def test_instalments_add_up_are_paid_in_or_deducted_and_close_it():
    _home, _entitlement, row = noticed()
    plan = [Instalment(date(2024, 11, 1), 1_186_00), Instalment(date(2024, 12, 1), 2_000_00)]
    with pytest.raises(PaymentProblem) as refused:
        recovery.agree(by=boss(), recovery=row, instalments=plan[:1], agreement="分两期", on=FOUND)
    assert refused.value.code == "recovery_sum"
    row = recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="分两期", on=FOUND)
    assert list(instalments_of(row).values_list("number", "fen")) == [(1, 1_186_00), (2, 2_000_00)]

    recovery.receive(by=finance("c2"), recovery=row, fen=1_186_00, on=date(2024, 11, 8), document="收据1")
    row.refresh_from_db()
    assert (row.state, left_of(row)) == ("agreed", 2_000_00)
    with pytest.raises(PaymentProblem, match=r"2,000\.00 元"):
        recovery.receive(by=finance("c3"), recovery=row, fen=2_000_01, on=date(2024, 12, 8), document="收据2")
    with pytest.raises(PaymentProblem) as refused:
        recovery.receive(by=finance("c7"), recovery=row, fen=0, on=date(2024, 12, 8), document="收据2")
    assert refused.value.code == "recovery_too_much"
    recovery.receive(by=finance("c4"), recovery=row, fen=2_000_00, on=date(2024, 12, 8), document="收据2")

    row.refresh_from_db()
    assert (row.state, left_of(row), row.closed_on) == ("repaid", 0, date(2024, 12, 8))
    assert trial_balance(COUNTY) == {"receivable": 0, "recovered": 3_186_00, "spent": -3_186_00}


def test_deductions_come_off_the_runs_in_whole_instalments_and_leave_something_to_live_on():
    _home, entitlement, row = noticed()
    plan = [
        Instalment(date(2024, 11, 1), 300_00, "deduct"),
        Instalment(date(2024, 11, 1), 324_00, "deduct"),
        Instalment(date(2024, 12, 1), 2_562_00, "paid_in"),
    ]
    recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="每月抵扣", on=FOUND)

    run = a_run(date(2024, 11, 1))
    later = a_run(date(2024, 12, 1))

    assert PayLine.objects.get(run=run).fen == 324_00
    assert PayLine.objects.get(run=later).fen == 300_00
    taken = PayPart.objects.filter(entitlement=entitlement.pk, basis="deduct").order_by("pk")
    assert [part.fen for part in taken] == [-300_00, -324_00]
    assert left_of(row) == 3_186_00


def a_last_month(fen):
    """A claim of 300.00 on a benefit of so much that ends with November."""
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, fen, date(2024, 10, 1), last_month=date(2024, 11, 1))
    a_budget(10_000_00, year=2024)
    october(row)
    found = recovery.find(by=finance(), entitlement=row, months={date(2024, 9, 1): 300_00}, on=FOUND)
    recovery.hear(by=finance("c6"), recovery=found, statement="认可", on=FOUND)
    claim = decided(home, "recover", FOUND, 300_00)
    found = recovery.notice(by=boss(), recovery=found, decision=claim, cause="honest", on=FOUND)
    plan = [Instalment(date(2024, 11, 1), 300_00, "deduct")]
    return recovery.agree(by=boss(), recovery=found, instalments=plan, agreement="末月抵扣", on=FOUND)


def october(row):
    """The month before is paid; with it payments began here."""
    approved(a_run(date(2024, 10, 1)))
    assert PayLine.objects.get(run__month=date(2024, 10, 1)).entitlement_id == row.pk


def test_the_last_payment_of_a_benefit_may_be_deducted_as_a_whole_and_then_closes_without_a_bank():
    claim = a_last_month(300_00)
    run = approved(a_run(date(2024, 11, 1)))
    before = trial_balance(COUNTY)
    assert (PayLine.objects.get(run=run).fen, run.total) == (0, 0)

    made = filing.make_files(by="test", run=run, on=TODAY)

    run.refresh_from_db()
    claim.refresh_from_db()
    line = PayLine.objects.get(run=run)
    assert (made.files, made.deducted, line.state, run.state) == ([], 1, "paid", "settled")
    assert (claim.state, left_of(claim)) == ("repaid", 0)
    assert [one.deducted for one in instalments_of(claim)] == [True]
    moved = {key: fen - before.get(key, 0) for key, fen in trial_balance(COUNTY).items()}
    assert {key: fen for key, fen in moved.items() if fen} == {"spent": 300_00, "receivable": -300_00}
    assert runs.close_run(by="test", run=run, on=TODAY).state == "closed"
    with pytest.raises(PaymentProblem) as refused:
        filing.make_files(by="test", run=run, on=TODAY)
    assert refused.value.code == "run_moved"


def test_what_is_deducted_as_a_whole_is_told_as_a_deduction_in_the_difference_to_last_month():
    a_last_month(300_00)

    run = a_run(date(2024, 11, 1))

    assert ("deduct", -300_00) in [(row.cause, row.fen) for row in differences(run)]
    assert sum(row.fen for row in differences(run)) == run.total - total_before(run)


def test_a_line_that_a_bank_must_answer_is_not_settled_beside_one_that_is_deducted():
    a_last_month(300_00)
    other, _people = a_family("H2", "李建国", serial=2)
    a_grant(other, 500_00, date(2024, 11, 1))
    run = approved(a_run(date(2024, 11, 1)))

    made = filing.make_files(by="test", run=run, on=TODAY)

    run.refresh_from_db()
    states = dict(PayLine.objects.filter(run=run).values_list("fen", "state"))
    assert (len(made.files), made.deducted, run.state) == (1, 1, "filed")
    assert states == {0: "paid", 500_00: "filed"}


def test_nothing_is_called_paid_without_a_bank_but_what_was_deducted_as_a_whole():
    a_last_month(301_00)
    run = approved(a_run(date(2024, 11, 1)))
    assert PayLine.objects.get(run=run).fen == 1_00

    with (
        pytest.raises(DatabaseError, match="pay_line_without_evidence"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE kernel_payline SET state = 'paid' WHERE run_id = %s", [run.pk])


@pytest.mark.parametrize("fen", [624_00, 700_00])
def test_a_deduction_that_would_leave_nothing_to_live_on_is_not_agreed_and_says_what_fits(fen):
    _home, _entitlement, row = noticed()
    plan = [
        Instalment(date(2024, 11, 1), fen, "deduct"),
        Instalment(date(2024, 12, 1), 3_186_00 - fen),
    ]

    with pytest.raises(PaymentProblem, match=r"2024-11 最多可抵扣 623\.99 元") as refused:
        recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="抵扣", on=FOUND)

    assert refused.value.code == "recovery_deduct" and not row.instalments.exists()


def test_a_deduction_that_fits_no_longer_is_told():
    home, entitlement, row = noticed()
    plan = [Instalment(date(2024, 11, 1), 300_00, "deduct"), Instalment(date(2024, 12, 1), 2_886_00)]
    recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="抵扣", on=FOUND)
    row.refresh_from_db()
    assert stuck(row, date(2024, 11, 1)) == []
    less = decided(home, "reduce", FOUND, 300_00)
    entitlements.change_amount(
        by="test", decision=less, entitlement=entitlement, first_month=date(2024, 11, 1), fen=300_00
    )

    assert [one.fen for one in stuck(row, date(2024, 11, 1))] == [300_00]
    assert stuck(row, date(2024, 10, 1)) == []
    a_run(date(2024, 11, 1))
    assert not PayPart.objects.filter(basis="deduct").exists()


def test_what_is_left_is_written_off_by_two():
    _home, _row, row = noticed()
    one = boss()
    with pytest.raises(PaymentProblem, match="两人"):
        recovery.write_off(by=one, beside=one.user, recovery=row, on=FOUND, reason="家庭无偿还能力")

    row = recovery.write_off(
        by=one, beside=a_user("er", COUNTY), recovery=row, on=FOUND, reason="家庭无偿还能力"
    )

    assert row.state == "written_off"
    assert trial_balance(COUNTY) == {"receivable": 0, "spent": -3_186_00, "written_off": 3_186_00}
    a_run(date(2024, 11, 1))
    assert Recovery.objects.count() == 1


def test_a_finding_that_was_overtaken_is_not_claimed_but_voided_and_found_anew():
    home, row, found = overpaid()
    found = recovery.hear(by=boss(), recovery=found, statement="七月还应算三人", on=FOUND)
    decision = decided(home, "change", FOUND, 1_686_00)
    row.amounts.all().delete()
    for first, last, fen in (((6, 1), (7, 1), 1_686_00), ((8, 1), None, 624_00)):
        row.amounts.create(
            first_month=date(2024, *first),
            last_month=None if last is None else date(2024, *last),
            fen=fen,
            decision=decision,
        )
    claim = decided(home, "recover", FOUND, 3_186_00)

    with pytest.raises(PaymentProblem) as refused:
        recovery.notice(by=boss(), recovery=found, decision=claim, cause="honest", on=FOUND)
    assert refused.value.code == "recovery_overtaken"
    recovery.void(by=boss(), recovery=found, on=FOUND, reason="七月不算多发")
    a_run(date(2024, 11, 1))

    assert [one.fen for one in Recovery.objects.order_by("pk")] == [3_186_00, 2_124_00]


def test_what_is_dropped_is_not_found_again_and_what_goes_to_court_stays_owed():
    _home, _row, found = overpaid()
    recovery.drop(by=boss(), recovery=found, on=FOUND, reason="经办差错，金额小")
    a_run(date(2024, 11, 1))
    assert [one.state for one in Recovery.objects.all()] == ["dropped"]
    assert trial_balance(COUNTY) == {}


def test_the_court_may_still_bring_it_back():
    _home, _row, row = noticed()

    row = recovery.go_to_court(by=boss(), recovery=row, on=FOUND, reason="拒不退还")

    assert (row.state, left_of(row)) == ("court", 3_186_00)
    recovery.receive(by=finance("c9"), recovery=row, fen=3_186_00, on=FOUND, document="执行款")
    row.refresh_from_db()
    assert row.state == "repaid"
    assert Act.objects.filter(act__startswith="payments.recovery_").count() >= 4


def test_a_part_is_written_off_by_two_and_the_rest_stays_owed():
    _home, _row, row = noticed()
    plan = [Instalment(date(2024, 11, 1), 1_186_00), Instalment(date(2024, 12, 1), 2_000_00)]
    row = recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="分两期", on=FOUND)
    other = a_user("er", COUNTY)
    with pytest.raises(PaymentProblem) as refused:
        write_off(row, other, 3_186_01)
    assert refused.value.code == "recovery_too_much"

    row = write_off(row, other, 2_100_00)

    assert (row.state, left_of(row)) == ("agreed", 1_086_00)
    waiting = row.instalments.filter(paid_on__isnull=True, cancelled_on__isnull=True)
    assert [(one.month, one.fen) for one in waiting] == [(date(2024, 11, 1), 1_086_00)]
    assert trial_balance(COUNTY) == {"receivable": 1_086_00, "spent": -3_186_00, "written_off": 2_100_00}
    recovery.receive(by=finance("c5"), recovery=row, fen=1_086_00, on=date(2024, 11, 8), document="收据1")
    row.refresh_from_db()
    assert (row.state, left_of(row)) == ("repaid", 0)
    a_run(date(2024, 11, 1))
    assert Recovery.objects.count() == 1


def write_off(row, beside, fen):
    return recovery.write_off(
        by=boss(), beside=beside, recovery=row, on=date(2024, 10, 20), reason="家庭困难", fen=fen
    )


def test_a_notice_that_was_wrong_is_taken_back_and_the_books_are_as_before():
    _home, entitlement, row = noticed()
    with pytest.raises(PaymentProblem, match="请写明理由"):
        refunds.take_back(by=boss(), recovery=row, on=FOUND, reason=" ")

    row = refunds.take_back(by=boss(), recovery=row, on=FOUND, reason="复议撤销了追回决定")

    assert (row.state, row.closed_on, row.reason) == ("dropped", FOUND, "复议撤销了追回决定")
    assert set(trial_balance(COUNTY).values()) == {0}
    a_run(date(2024, 11, 1))
    assert Recovery.objects.filter(entitlement=entitlement).count() == 1


def by_hand(row, fen, month=date(2024, 10, 1)):
    return recovery.find(
        by=a_signer("dengji", "county_finance"), entitlement=row, months={month: fen}, on=FOUND
    )


def test_no_more_of_a_month_is_written_down_by_hand_than_was_paid_for_it():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 1_274_00, date(2024, 10, 1))
    a_budget(10_000_00, year=2024)
    october(row)

    with pytest.raises(PaymentProblem, match=r"1,274\.00") as refused:
        by_hand(row, 99_999_00)
    assert refused.value.code == "recovery_too_much"
    by_hand(row, 1_000_00)
    with pytest.raises(PaymentProblem, match=r"274\.00"):
        by_hand(row, 274_01)
    by_hand(row, 274_00)
    by_hand(row, 99_999_00, month=date(2024, 9, 1))

    assert Recovery.objects.count() == 3
