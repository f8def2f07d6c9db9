"""A deduction counts as come back only while its payment is: one that the bank returns is owed again, and nobody has it twice.

Of 600.00 a month July was 200.00 too much. It is deducted from October, whose payment of 400.00 comes back.
"""

import pytest

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import left_of
from anmin.kernel.payments.recovery.refunds.queries import refund_of, refunded_beyond, refunds_of
from anmin.kernel.payments.recovery.settling import actions as settling
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.banks.banking import a_return
from tests.kernel.payments.money import COUNTY, a_budget, a_family, a_grant, a_run, approved
from tests.kernel.payments.owing import (
    AUG,
    DEC,
    JUL,
    NOV,
    OCT,
    SEP,
    agreed,
    answered,
    boss,
    by_hand,
    change,
    clerk,
    day_of,
    filed,
    given_up,
    line_of,
    noticed,
    paid,
    paid_in,
    parts_of,
    sent_again,
    taken_back,
    written_off,
)

pytestmark = pytest.mark.django_db


def a_debt():
    """200.00 too much for July, found in September; claimed."""
    a_budget(10_000_00, year=2024)
    home, _people = a_family()
    row = a_grant(home, 600_00, JUL)
    paid(JUL)
    paid(AUG)
    change(row, 400_00, JUL, day_of(AUG, 27))
    change(row, 600_00, AUG, day_of(AUG, 28))
    paid(SEP)
    return noticed(Recovery.objects.get(), day_of(SEP, 28))


def deducted():
    """All of it from October."""
    row = agreed(a_debt(), (OCT, 200_00, "deduct"), on=day_of(SEP, 28))
    run, file = paid(OCT)
    row.refresh_from_db()
    assert (line_of(run).fen, row.state, left_of(row)) == (400_00, "repaid", 0)
    return row, run, file


def test_what_was_repaid_by_a_deduction_that_comes_back_is_owed_again_and_the_next_run_takes_it_once_it_is_given_up():
    row, run, file = deducted()

    answered(file, "returned", day_of(NOV, 4))

    row.refresh_from_db()
    assert (row.state, row.closed_on, left_of(row)) == ("agreed", None, 200_00)
    assert trial_balance(COUNTY)["receivable"] == 200_00
    assert Act.objects.filter(act="payments.recovery_open_again").get().after["left"] == 200_00
    given_up(line_of(run), day_of(NOV, 5))
    november, _file = paid(NOV)
    row.refresh_from_db()
    assert parts_of(november) == [("basic", 600_00), ("basic", 600_00), ("deduct", -200_00)]
    assert (row.state, left_of(row), trial_balance(COUNTY)["receivable"]) == ("repaid", 0, 0)
    paid(DEC)
    assert Recovery.objects.count() == 1


def test_what_was_repaid_by_a_deduction_that_comes_back_is_repaid_again_when_the_payment_arrives_after_all():
    row, run, file = deducted()
    answered(file, "returned", day_of(NOV, 4))

    again = sent_again(line_of(run), day_of(NOV, 5), 7)
    row.refresh_from_db()
    assert row.state == "agreed"
    answered(again)

    row.refresh_from_db()
    assert (row.state, row.closed_on, left_of(row)) == ("repaid", day_of(NOV, 5), 0)
    assert trial_balance(COUNTY)["receivable"] == 0
    assert parts_of(paid(NOV)[0]) == [("basic", 600_00)]


def test_a_claim_of_a_run_that_was_closed_is_opened_again_with_it():
    row, run, file = deducted()
    runs.close_run(by="test", run=run, on=day_of(OCT, 28))
    text = a_return(file, "returned", day=day_of(NOV, 4))
    late = returning.receive(
        by="test", form=file.form, division=COUNTY, name="late.ret", content=text, on=day_of(NOV, 4)
    )
    row.refresh_from_db()
    assert (late.state, row.state) == ("quarantined", "repaid")

    returning.release(by=clerk(), return_file=late, on=day_of(NOV, 5), reason="银行确认退回")

    row.refresh_from_db()
    assert (PayRun.objects.get(pk=run.pk).state, row.state, left_of(row)) == ("settled", "agreed", 200_00)


def test_whoever_does_not_open_it_again_takes_nothing_from_the_next_payment(monkeypatch):
    """The wrong variant: 600.00 go out whole, and 200.00 are owed by a claim that is called repaid."""
    monkeypatch.setattr(settling, "_open_again", lambda *_given: None)
    row, run, file = deducted()
    answered(file, "returned", day_of(NOV, 4))
    given_up(line_of(run), day_of(NOV, 5))

    november, _file = paid(NOV)

    row.refresh_from_db()
    assert parts_of(november) == [("basic", 600_00), ("basic", 600_00)]
    assert (row.state, left_of(row), trial_balance(COUNTY)["receivable"]) == ("repaid", 200_00, 200_00)


def test_a_claim_before_the_court_goes_back_there():
    """150.00 are deducted from October, the rest is not paid; the court brings it in, then October comes back."""
    row = agreed(a_debt(), (OCT, 150_00, "deduct"), (NOV, 50_00), on=day_of(SEP, 28))
    _run, file = paid(OCT)
    recovery.go_to_court(by=boss(), recovery=row, on=day_of(OCT, 27), reason="拒不退还")
    paid_in(row, 50_00, day_of(OCT, 28), "执行款")

    answered(file, "returned", day_of(NOV, 4))

    row.refresh_from_db()
    assert (row.state, left_of(row), row.closed_on) == ("court", 150_00, None)


def test_two_who_wrote_off_the_rest_did_not_write_off_a_deduction_that_came_back():
    """150.00 deducted, 50.00 written off; the deduction comes back, is given up and taken from November: written off again."""
    row = agreed(a_debt(), (OCT, 150_00, "deduct"), (NOV, 50_00), on=day_of(SEP, 28))
    run, file = paid(OCT)
    row = written_off(row, day_of(OCT, 28))
    assert (row.state, left_of(row)) == ("written_off", 0)

    answered(file, "returned", day_of(NOV, 4))

    row.refresh_from_db()
    assert (row.state, left_of(row)) == ("agreed", 150_00)
    given_up(line_of(run), day_of(NOV, 5))
    assert parts_of(paid(NOV)[0]) == [("basic", 600_00), ("basic", 600_00), ("deduct", -150_00)]
    row.refresh_from_db()
    assert (row.state, left_of(row), row.closed_beside is not None) == ("written_off", 0, True)
    sums = trial_balance(COUNTY)
    assert (sums["receivable"], sums["written_off"]) == (0, 50_00)


def test_what_was_written_off_and_came_back_is_written_off_as_well_by_two():
    row = agreed(a_debt(), (OCT, 150_00, "deduct"), (NOV, 50_00), on=day_of(SEP, 28))
    run, file = paid(OCT)
    row = written_off(row, day_of(OCT, 28))
    answered(file, "returned", day_of(NOV, 4))
    with pytest.raises(PaymentProblem, match="已退票") as refused:
        written_off(row, day_of(NOV, 5))
    assert refused.value.code == "recovery_deducting"
    given_up(line_of(run), day_of(NOV, 5))

    row = written_off(row, day_of(NOV, 6))

    assert (row.state, left_of(row), trial_balance(COUNTY)["written_off"]) == ("written_off", 0, 200_00)
    assert parts_of(a_run(NOV)) == [("basic", 600_00), ("basic", 600_00)]


def taken_back_claim():
    """150.00 deducted from October and 50.00 paid in; the claim was wrong: 200.00 are to be refunded."""
    row = agreed(a_debt(), (OCT, 150_00, "deduct"), (NOV, 50_00), on=day_of(SEP, 28))
    run, file = paid(OCT)
    paid_in(row, 50_00, day_of(OCT, 27))
    row = taken_back(row, day_of(OCT, 28))
    assert (refund_of(row).fen, -trial_balance(COUNTY)["refundable"]) == (200_00, 200_00)
    return row, run, file


def test_what_did_not_come_back_after_all_is_not_refunded_and_the_month_is_paid_whole():
    """October came back: 50.00 are refunded, October and November are paid whole. 1,250.00, as if nothing was claimed."""
    row, run, file = taken_back_claim()

    answered(file, "returned", day_of(NOV, 4))

    assert (refund_of(row).fen, -trial_balance(COUNTY)["refundable"]) == (50_00, 50_00)
    given_up(line_of(run), day_of(NOV, 5))
    november, _file = paid(NOV)
    assert parts_of(november) == [("basic", 600_00), ("basic", 600_00), ("refund", 50_00)]
    assert trial_balance(COUNTY)["refundable"] == 0 and flaws() == []
    assert not row.instalments.filter(way="deduct", cancelled_on__isnull=True).exists()
    assert parts_of(paid(DEC)[0]) == [("basic", 600_00)]


def test_what_arrives_after_all_is_refunded_after_all():
    """October came back, 50.00 were refunded by a voucher; October arrives with its deduction: 150.00 are owed besides."""
    row, run, file = taken_back_claim()
    answered(file, "returned", day_of(NOV, 4))
    by_hand(row, day_of(NOV, 5))
    assert refund_of(row).is_paid

    answered(sent_again(line_of(run), day_of(NOV, 6), 7))

    assert [(one.fen, one.is_paid) for one in refunds_of(row)] == [(50_00, True), (150_00, False)]
    assert -trial_balance(COUNTY)["refundable"] == 150_00
    assert parts_of(paid(NOV)[0]) == [("basic", 600_00), ("refund", 150_00)]
    assert trial_balance(COUNTY)["refundable"] == 0 and flaws() == []


def test_a_refund_in_a_run_does_not_go_out_while_a_deduction_that_it_gives_back_is_returned():
    row, run, file = taken_back_claim()
    november = approved(a_run(NOV))
    assert parts_of(november) == [("basic", 600_00), ("refund", 200_00)]

    answered(file, "returned", day_of(NOV, 4))

    made = filing.make_files(by="test", run=november, on=day_of(NOV))
    assert ([one.code for one in made.left], made.files) == (["refund_uncovered"], [])
    with pytest.raises(PaymentProblem) as refused:
        given_up(line_of(run), day_of(NOV, 26))
    assert refused.value.code == "deduction_refunded"
    given_up(line_of(november), day_of(NOV, 26))
    assert refund_of(row).fen == 50_00
    given_up(line_of(run), day_of(NOV, 27))
    assert parts_of(paid(DEC)[0]) == [("basic", 600_00)] * 3 + [("refund", 50_00)]


def test_a_refund_in_a_run_goes_out_when_the_deduction_has_arrived_again():
    _row, run, file = taken_back_claim()
    november = approved(a_run(NOV))
    answered(file, "returned", day_of(NOV, 4))
    assert filing.make_files(by="test", run=november, on=day_of(NOV, 5)).left

    answered(sent_again(line_of(run), day_of(NOV, 6), 7))

    answered(filed(november, day_of(NOV)))
    assert trial_balance(COUNTY)["refundable"] == 0 and flaws() == []


def test_a_run_that_is_computed_anew_refunds_what_has_come():
    row, _run, file = taken_back_claim()
    november = a_run(NOV)
    answered(file, "returned", day_of(NOV, 4))

    runs.compute(by="test", run=november, on=day_of(NOV, 5))

    assert parts_of(november) == [("basic", 600_00), ("refund", 50_00)]
    assert refunded_beyond(row) == 0


def test_what_was_refunded_before_the_deduction_came_back_goes_out_again_and_is_not_given_up():
    row, run, file = taken_back_claim()
    by_hand(row, day_of(OCT, 29))

    answered(file, "returned", day_of(NOV, 4))

    assert refunded_beyond(row) == 150_00
    assert [flaw.words for flaw in flaws()] == ["多退还了 15000 分"]
    with pytest.raises(PaymentProblem) as refused:
        given_up(line_of(run), day_of(NOV, 5))
    assert refused.value.code == "deduction_refunded"
    answered(sent_again(line_of(run), day_of(NOV, 6), 7))
    assert trial_balance(COUNTY)["refundable"] == 0 and flaws() == []
    assert parts_of(paid(NOV)[0]) == [("basic", 600_00)]
