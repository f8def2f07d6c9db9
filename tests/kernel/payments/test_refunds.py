"""A claim that was wrong: nothing is owed any more, and what had come back goes to the family again, once, by two people."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from anmin.kernel.audit.models import Act
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.reconciling import actions as reconciling
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning.actions import receive as answer
from anmin.kernel.payments.budget.models import BudgetLine, Fund
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.errands import actions as errands
from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.actions import Posting
from anmin.kernel.payments.ledger.queries import balance, household_sums, trial_balance
from anmin.kernel.payments.lives import life
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import came_back, owed_of, recoveries
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.recovery.refunds.queries import refund_of
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.differences import difference_sums
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.banks.banking import a_return
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_run,
    a_signer,
    approved,
    finance,
    leader,
)
from tests.kernel.payments.test_recovery import FOUND, boss, noticed
from tests.make import a_user

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER, UPHELD = date(2024, 11, 1), date(2024, 12, 1), date(2024, 12, 2)
WHY = "复议撤销了追回决定"


def other():
    """The second who decides."""
    return a_user("shen9", COUNTY, role="county_approver")


def filed(run, day=date(2024, 11, 25)):
    """The one file of a run, taken by its bank."""
    (file,) = filing.make_files(by="test", run=run, on=day).files
    file.state = "accepted"
    file.save(update_fields=["state"])
    return file


def answered(file, said="paid", day=date(2024, 11, 25), name="hp.ret"):
    content = a_return(file, said, day=day)
    row = answer(by="test", form=file.form, division=COUNTY, name=name, content=content, on=day)
    assert row.state == "matched"


def paid_back():
    """X-92, of which 300.00 were deducted from November and 1,186.00 paid in: 1,486.00 came back, 1,700.00 are owed."""
    home, entitlement, row = noticed(a_budget(10_000_00, year=2024))
    plan = [Instalment(NOVEMBER, 300_00, "deduct"), Instalment(DECEMBER, 2_886_00)]
    recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="抵扣和缴回", on=FOUND)
    file = filed(approved(a_run(NOVEMBER)))
    answered(file)
    recovery.receive(by=finance("c2"), recovery=row, fen=1_186_00, on=date(2024, 11, 28), document="收据1")
    row.refresh_from_db()
    return home, entitlement, row, file


def taken_back(row, **more):
    return refunds.take_back(by=boss(), recovery=row, on=UPHELD, reason=WHY, beside=other(), **more)


def test_what_was_deducted_and_paid_in_goes_out_with_the_next_payment_and_the_books_are_as_if_nothing_was_claimed():
    home, _entitlement, row, _file = paid_back()
    assert trial_balance(COUNTY) == {
        "appropriation": -10_000_00,
        "available": 9_676_00,
        "blocked": 0,
        "transit": 0,
        "spent": -2_562_00,
        "receivable": 1_700_00,
        "recovered": 1_186_00,
    }

    row = taken_back(row)

    assert (row.state, row.closed_on, row.reason) == ("dropped", UPHELD, WHY)
    sums = trial_balance(COUNTY)
    assert (sums["spent"], sums["receivable"], sums["recovered"]) == (624_00, 0, 0)
    assert (sums["available"], sums["refundable"]) == (10_862_00, -1_486_00)
    assert (owed_of(row), household_sums(finance("c8"), home.pk)[0].refundable) == (0, 1_486_00)
    run = approved(a_run(DECEMBER))
    line = PayLine.objects.get(run=run)
    assert [(part.basis, part.fen) for part in line.parts.order_by("pk")] == [
        ("basic", 624_00),
        ("refund", 1_486_00),
    ]
    answered(filed(run, UPHELD), day=UPHELD, name="hp2.ret")
    assert refund_of(row).is_paid
    sums = trial_balance(COUNTY)
    assert (sums["available"], sums["spent"], sums["refundable"], sums["transit"]) == (
        8_752_00,
        1_248_00,
        0,
        0,
    )
    assert flaws() == []
    made = reconciling.reconcile(by="test", run=run, on=UPHELD)
    assert {one["code"] for one in made.differences} == {"no_statement"} and made.ledger_fen == line.fen
    # 324.00 and 2,110.00 reached the family and 1,186.00 came from it: twice the 624.00 that it was due.
    assert 324_00 + line.fen - 1_186_00 == 2 * 624_00
    a_run(date(2025, 1, 1))
    assert Recovery.objects.count() == 1
    assert not PayPart.objects.filter(basis="refund").exclude(line=line).exists()


def test_the_difference_to_last_month_names_the_refund():
    _home, _entitlement, row, _file = paid_back()
    taken_back(row)

    run = a_run(DECEMBER)

    assert {one.cause: one.fen for one in difference_sums(run)} == {"deduct": 300_00, "refund": 1_486_00}


def test_a_refund_comes_back_with_its_payment_and_goes_out_with_it_again():
    _home, _entitlement, row, _file = paid_back()
    taken_back(row)
    run = approved(a_run(DECEMBER))
    file = filed(run, UPHELD)
    answered(file, day=UPHELD, name="hp2.ret")
    paid = trial_balance(COUNTY)

    answered(file, "returned", day=date(2024, 12, 9), name="late.ret")

    sums = trial_balance(COUNTY)
    assert (sums["spent"], sums["refundable"], sums["returned"]) == (624_00, -1_486_00, 2_110_00)
    assert not refund_of(row).is_paid
    with pytest.raises(PaymentProblem) as refused:
        by_hand(row)
    assert refused.value.code == "refund_under_way" and run.number in str(refused.value)
    line = PayLine.objects.get(run=run)
    reissuing.give_up(by=finance("c4"), beside=leader().user, line=line, reason="换卡", on=TODAY)
    a_budget(5_000_00, year=2025, fund=Fund.objects.get())
    again = approved(a_run(date(2025, 1, 1)))
    assert [(part.basis, part.fen) for part in again.lines.get().parts.order_by("month", "basis")] == [
        ("basic", 624_00),
        ("basic", 624_00),
        ("refund", 1_486_00),
    ]
    answered(filed(again, date(2025, 1, 6)), day=date(2025, 1, 6), name="hp3.ret")
    assert refund_of(row).is_paid
    assert trial_balance(COUNTY)["refundable"] == paid["refundable"] == 0


def by_hand(row, document="付款凭证7", day=UPHELD):
    """Finance asks, a leader agrees."""
    return refunds.pay_by_hand(
        by=a_signer("c5", "county_finance"),
        beside=a_signer("l5", "county_leader").user,
        recovery=row,
        document=document,
        on=day,
    )


def test_a_refund_by_voucher_is_paid_once_and_no_run_pays_it_again():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    with pytest.raises(PaymentProblem) as refused:
        by_hand(row, document=" ")
    assert refused.value.code == "no_document"

    entry = by_hand(row)

    assert (entry.document, refund_of(row).is_paid, refund_of(row).plan.way) == ("付款凭证7", True, "by_hand")
    sums = trial_balance(COUNTY)
    assert (sums["available"], sums["refundable"], sums["spent"]) == (9_376_00, 0, 624_00)
    a_run(DECEMBER)
    assert not PayPart.objects.filter(basis="refund").exists()
    with pytest.raises(PaymentProblem) as refused:
        by_hand(row, "付款凭证8")
    assert refused.value.code == "refund_none"
    act = Act.objects.get(act="payments.recovery_refund")
    assert act.after["fen"] == 1_486_00 and act.after["document"] == "付款凭证7"


def test_a_refund_by_voucher_comes_from_the_line_that_paid_and_from_another_only_where_that_has_too_little():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    own = BudgetLine.objects.get()
    fresh = a_budget(5_000_00, year=2025, fund=own.fund, document="指标2025")

    by_hand(row, day=date(2025, 1, 8))

    assert (balance(own.pk), balance(fresh.pk)) == (10_862_00 - 1_486_00, 5_000_00)


def test_a_refund_by_voucher_is_refused_where_no_line_has_as_much_and_taken_from_this_years_where_that_has():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    own = BudgetLine.objects.get()
    ledger.post(
        by="test",
        division=COUNTY,
        on=UPHELD,
        kind="cut",
        source="cut",
        lines=[Posting("appropriation", 10_000_00, own.pk), Posting("available", -10_000_00, own.pk)],
    )
    with pytest.raises(PaymentProblem) as refused:
        by_hand(row, day=date(2025, 1, 8))
    assert refused.value.code == "money_short" and not refund_of(row).is_paid
    fresh = a_budget(1_486_00, year=2025, fund=own.fund, document="指标2025")

    by_hand(row, day=date(2025, 1, 8))

    assert (balance(own.pk), balance(fresh.pk)) == (862_00, 0)


def test_what_a_run_carries_is_not_paid_by_voucher_and_the_other_way_round_after_the_run_is_void():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    run = a_run(DECEMBER)

    with pytest.raises(PaymentProblem) as refused:
        by_hand(row)
    assert refused.value.code == "refund_under_way"
    runs.void(by="test", run=run, on=UPHELD, reason="重做")
    by_hand(row, "付款凭证9")

    assert refund_of(row).is_paid


def test_the_database_lets_no_refund_stand_in_two_payments_and_no_claim_have_two():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    a_run(DECEMBER)
    part = PayPart.objects.get(basis="refund")

    with pytest.raises(IntegrityError, match="deducted_once"), transaction.atomic():
        part.pk, part.sequence = None, 5
        part.save(force_insert=True)
    with pytest.raises(IntegrityError, match="refunded_once"), transaction.atomic():
        row.instalments.create(number=99, month=DECEMBER, fen=1_00, way="by_hand")


def test_a_refund_is_signed_by_two_who_decide_and_who_saw_the_sum():
    _home, _entitlement, row, _file = paid_back()
    one = boss()

    for beside in (None, one.user):
        with pytest.raises(PaymentProblem, match=r"1,486\.00 元.*两人") as refused:
            refunds.take_back(by=one, recovery=row, on=UPHELD, reason=WHY, beside=beside)
        assert refused.value.code == "by_two"
    with pytest.raises(PaymentProblem) as refused:
        refunds.take_back(by=one, recovery=row, on=UPHELD, reason=WHY, beside=finance("c3").user)
    assert refused.value.code == "no_power"
    with pytest.raises(PaymentProblem) as refused:
        taken_back(row, fen=1_186_00)
    assert refused.value.code == "recovery_changed"
    row.refresh_from_db()
    assert (row.state, came_back(row)) == ("agreed", 1_486_00)


def test_a_claim_is_not_taken_back_while_a_deduction_is_on_its_way():
    a_budget(10_000_00, year=2024)
    _home, _entitlement, row = noticed()
    plan = [Instalment(NOVEMBER, 300_00, "deduct"), Instalment(DECEMBER, 2_886_00)]
    recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="抵扣", on=FOUND)
    run = a_run(NOVEMBER)

    with pytest.raises(PaymentProblem, match=run.number) as refused:
        taken_back(row)

    assert refused.value.code == "recovery_deducting"
    runs.void(by="test", run=run, on=UPHELD, reason="重做")
    row = refunds.take_back(by=boss(), recovery=row, on=UPHELD, reason=WHY)
    assert (row.state, refund_of(row)) == ("dropped", None)
    assert {key: fen for key, fen in trial_balance(COUNTY).items() if fen} == {
        "appropriation": -10_000_00,
        "available": 10_000_00,
    }
    a_run(NOVEMBER)
    assert not PayPart.objects.filter(basis="deduct", is_live=True).exists()


@pytest.mark.parametrize("end", ["repaid", "written_off", "court"])
def test_a_claim_that_is_closed_already_is_taken_back_with_all_that_came(end):
    _home, _entitlement, row = noticed()
    recovery.receive(by=finance("c2"), recovery=row, fen=1_186_00, on=date(2024, 11, 8), document="收据1")
    if end == "repaid":
        recovery.receive(by=finance("c3"), recovery=row, fen=2_000_00, on=date(2024, 11, 9), document="收据2")
    elif end == "written_off":
        recovery.write_off(by=boss(), beside=other(), recovery=row, on=FOUND, reason="困难", fen=500_00)
        recovery.write_off(by=boss(), beside=a_user("shen8", COUNTY), recovery=row, on=FOUND, reason="困难")
    else:
        recovery.go_to_court(by=boss(), recovery=row, on=FOUND, reason="不还")
    row.refresh_from_db()
    assert row.state == end
    back = 3_186_00 if end == "repaid" else 1_186_00

    second = a_user("shen7", COUNTY, role="county_approver")
    refunds.take_back(by=boss(), recovery=row, on=UPHELD, reason=WHY, beside=second)

    sums = trial_balance(COUNTY)
    assert {key: fen for key, fen in sums.items() if fen} == {"recovered": back, "refundable": -back}


def test_a_payment_tells_what_of_it_goes_back_and_what_was_given_back_since():
    _home, _entitlement, row, file = paid_back()
    before = PayLine.objects.get(run=file.run)
    taken_back(row)
    run = a_run(DECEMBER)

    found = {one.code: one.told for one in life(finance("c9"), PayLine.objects.get(run=run))}
    former = {one.code: one.told for one in life(finance("c10"), before)}

    assert found["refund"] == {"number": row.number, "fen": "1,486.00"}
    assert former["refunded"] == {"number": row.number, "fen": "300.00"}


def test_a_deduction_that_was_given_back_is_not_brought_to_nothing_by_giving_its_payment_up():
    _home, _entitlement, row, file = paid_back()
    by_hand(taken_back(row))
    answered(file, "returned", day=date(2024, 12, 9), name="late.ret")
    line = PayLine.objects.get(run=file.run)

    with pytest.raises(PaymentProblem, match=row.number) as refused:
        reissuing.give_up(by=finance("c4"), beside=leader().user, line=line, reason="联系不上", on=TODAY)

    assert refused.value.code == "deduction_refunded"


def test_what_was_left_out_of_a_run_waits_for_the_next_or_for_a_voucher():
    _home, _entitlement, row, _file = paid_back()
    row = taken_back(row)
    assert list(recoveries(finance("c9"), "to_refund")) == [row]
    run = a_run(DECEMBER)
    line = run.lines.get()
    PayException.objects.create(
        run=run, line=line, code="death_clue", division=line.division, details={}, power="payments.decide"
    )
    checks.decide_exception(
        by=boss(),
        exception=line.exceptions.get(code="death_clue"),
        outcome="exclude",
        on=UPHELD,
        reason="待核实",
    )

    by_hand(row)

    assert not recoveries(finance("c11"), "to_refund").exists()


def test_two_agree_to_a_refund_as_an_errand_and_the_sum_is_what_they_saw():
    _home, _entitlement, row, _file = paid_back()
    asked = errands.ask(
        by=boss(),
        kind="take_back_claim",
        division=row.division,
        subject=row.pk,
        values={"fen": 1_486_00},
        words=WHY,
        on=UPHELD,
    )
    errands.second(by=a_signer("shen6", "county_approver"), errand=asked, on=UPHELD)

    done = errands.carry_out(errand=asked.pk, on=UPHELD, at=asked.asked_at)

    assert (done.state, "1,486.00" in done.told) == ("done", True)
    act = Act.objects.get(act="payments.recovery_take_back")
    assert act.after["refund"] == 1_486_00
