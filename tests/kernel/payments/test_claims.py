"""What a case claims back is laid on months that were overpaid, each once; what a bank pays after a deduction is owed less."""

from datetime import date

import pytest

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.claims.actions import Hearing, claim
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.queries import left_of, overpaid_now
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.banks.banking import a_return, received
from tests.kernel.payments.money import COUNTY, a_budget, a_family, a_grant, a_run, approved, decided, finance
from tests.kernel.payments.test_recovery import FOUND, boss, noticed, overpaid

pytestmark = pytest.mark.django_db


def a_decision(home, fen):
    return decided(home, "recover", FOUND, fen, reason="成员去世后多发三个月")


def claimed(home, row, fen, **more):
    return claim(
        by=boss(),
        decision=a_decision(home, fen),
        entitlement=row,
        hearing=Hearing(FOUND, "认可"),
        on=FOUND,
        **more,
    )


def test_a_case_that_claims_what_a_run_found_takes_the_finding_over():
    home, row, found = overpaid()

    taken = claimed(home, row, 3_186_00)

    assert (taken.pk, taken.state, taken.statement) == (found.pk, "noticed", "认可")
    assert Recovery.objects.count() == 1
    assert trial_balance(COUNTY) == {"receivable": 3_186_00, "spent": -3_186_00}


def test_a_case_that_claims_a_part_names_the_months_that_were_overpaid():
    home, row, _found = overpaid()

    taken = claimed(home, row, 2_000_00, first_month=date(2024, 8, 1))

    assert [(one.month, one.fen) for one in taken.months.order_by("month")] == [
        (date(2024, 8, 1), 1_062_00),
        (date(2024, 9, 1), 938_00),
    ]


def test_more_than_was_overpaid_is_not_claimed_because_the_next_run_would_pay_it_again():
    home, row, _found = overpaid()

    with pytest.raises(PaymentProblem, match=r"多发 3,186\.00 元") as refused:
        claimed(home, row, 3_186_01)
    assert refused.value.code == "recovery_overtaken"


def test_months_before_payments_began_here_are_claimed_by_the_amounts_of_then():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 1, 1))
    hand = recovery.find(by=finance(), entitlement=row, months={date(2024, 3, 1): 500_00}, on=FOUND)
    recovery.hear(by=finance("c6"), recovery=hand, statement="认可", on=FOUND)

    recovery.notice(by=boss(), recovery=hand, decision=a_decision(home, 500_00), cause="office", on=FOUND)
    taken = claimed(home, row, 700_00)

    assert [(one.month.month, one.fen) for one in taken.months.order_by("month")] == [
        (8, 200_00),
        (9, 500_00),
    ]
    run = a_run(date(2024, 11, 1))
    assert PayLine.objects.get(run=run).fen == 500_00


def test_where_payments_run_here_the_amounts_alone_are_no_ground_to_claim():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 8, 1))
    a_run(date(2024, 9, 1))

    with pytest.raises(PaymentProblem) as refused:
        claimed(home, row, 100_00)

    assert refused.value.code == "recovery_overtaken"
    assert not Recovery.objects.exists()


def test_a_month_that_was_claimed_in_part_is_claimed_again_only_for_the_rest():
    home, row, _found = overpaid()
    claimed(home, row, 2_000_00, first_month=date(2024, 8, 1))

    with pytest.raises(PaymentProblem, match=r"多发 1,186\.00 元"):
        claimed(home, row, 1_186_01)
    rest = claimed(home, row, 1_186_00)

    assert [(one.month, one.fen) for one in rest.months.order_by("month")] == [
        (date(2024, 7, 1), 1_062_00),
        (date(2024, 9, 1), 124_00),
    ]


def test_what_a_bank_pays_after_a_deduction_is_spent_in_full_and_owed_less():
    a_budget(10_000_00, year=2024)
    _home, _entitlement, row = noticed()
    plan = [
        Instalment(date(2024, 11, 1), 100_00, "deduct"),
        Instalment(date(2024, 11, 1), 200_00, "deduct"),
        Instalment(date(2024, 12, 1), 2_886_00),
    ]
    recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="抵扣", on=FOUND)
    run = approved(a_run(date(2024, 11, 1)))
    day = date(2024, 11, 25)
    (file,) = filing.make_files(by="test", run=run, on=day).files
    file.state = "accepted"
    file.save(update_fields=["state"])
    before = trial_balance(COUNTY)
    assert (file.fen, before["transit"], before["receivable"]) == (324_00, 324_00, 3_186_00)

    assert received(file, a_return(file, "paid", day=day), on=day).state == "matched"

    after = trial_balance(COUNTY)
    assert after["spent"] - before["spent"] == 624_00
    assert (after["transit"], after["receivable"]) == (0, 2_886_00)
    row.refresh_from_db()
    assert (row.state, left_of(row)) == ("agreed", 2_886_00)
    assert received(file, a_return(file, "returned", day=day), on=day, name="zw.ret").state == "matched"
    assert trial_balance(COUNTY) == {**before, "transit": 0, "returned": 324_00}


def test_amounts_of_then_reach_back_to_the_first_month_and_that_takes_what_they_no_longer_say():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 8, 1))

    taken = claimed(home, row, 1_200_00)

    assert [(one.month.month, one.fen) for one in taken.months.order_by("month")] == [
        (8, 700_00),
        (9, 500_00),
    ]


@pytest.mark.parametrize(("first", "month"), [(None, 8), (date(2024, 9, 1), 9)])
def test_where_the_amounts_of_then_say_nothing_any_more_the_first_month_takes_it_all(first, month):
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 8, 1))
    less = decided(home, "reduce", FOUND, 0)
    entitlements.change_amount(by="test", decision=less, entitlement=row, first_month=date(2024, 8, 1), fen=0)

    taken = claimed(home, row, 300_00, first_month=first)

    assert [(one.month.month, one.fen) for one in taken.months.all()] == [(month, 300_00)]


def changed(home, row, what, fen, first_month):
    entitlements.change_amount(
        by="test", decision=decided(home, what, FOUND, fen), entitlement=row, first_month=first_month, fen=fen
    )


def test_a_month_that_was_paid_in_two_equal_parts_is_overpaid_by_both():
    """250.00 and 250.00 were paid for August, of which 100.00 were due; another family has its own."""
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 250_00, date(2024, 8, 1))
    other, _people = a_family("H2", "李乙", serial=2)
    a_grant(other, 300_00, date(2024, 8, 1))
    a_run(date(2024, 8, 1))
    changed(home, row, "change", 500_00, date(2024, 8, 1))
    a_run(date(2024, 9, 1))
    changed(home, row, "reduce", 100_00, date(2024, 8, 1))

    with pytest.raises(PaymentProblem, match=r"多发 800\.00 元"):
        claimed(home, row, 800_01)
    taken = claimed(home, row, 800_00)

    assert [(one.month.month, one.fen) for one in taken.months.order_by("month")] == [
        (8, 400_00),
        (9, 400_00),
    ]


def test_what_was_paid_for_months_after_a_benefit_had_ended_is_overpaid_whole():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 7, 1))
    for month in (7, 8, 9):
        a_run(date(2024, month, 1))
    ending = decided(home, "stop", FOUND)
    entitlements.end(by="test", decision=ending, entitlement=row, first_month=date(2024, 8, 1))

    with pytest.raises(PaymentProblem, match=r"多发 1,000\.00 元"):
        claimed(home, row, 1_000_01)
    taken = claimed(home, row, 1_000_00)

    assert overpaid_now(taken) == 1_000_00


def test_months_after_a_benefit_ended_are_passed_over():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 6, 1))
    ending = decided(home, "stop", date(2024, 8, 20))
    entitlements.end(by="test", decision=ending, entitlement=row, first_month=date(2024, 9, 1))

    taken = claimed(home, row, 500_00)

    assert [(one.month.month, one.fen) for one in taken.months.all()] == [(8, 500_00)]


def found_by_hand(row, month, fen=500_00):
    return recovery.find(by=finance(), entitlement=row, months={month: fen}, on=FOUND)


def test_a_month_before_payments_began_stays_overpaid_when_they_have_begun():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 1, 1))
    hand = found_by_hand(row, date(2024, 3, 1))

    a_run(date(2024, 11, 1))

    assert overpaid_now(hand) == 500_00


def test_a_month_in_which_payments_had_begun_and_gave_nothing_is_not_overpaid():
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 500_00, date(2024, 1, 1))
    hand = found_by_hand(row, date(2024, 9, 1))
    ending = decided(home, "stop", date(2024, 8, 20))
    entitlements.end(by="test", decision=ending, entitlement=row, first_month=date(2024, 9, 1))
    other, _people = a_family("H2", "李乙", serial=2)
    a_grant(other, 300_00, date(2024, 9, 1))

    a_run(date(2024, 9, 1))
    a_run(date(2024, 10, 1))

    assert overpaid_now(hand) == 0


def test_two_claims_on_one_month_leave_what_neither_has_claimed():
    home, row, _found = overpaid()
    for fen in (200_00, 300_00):
        claimed(home, row, fen, first_month=date(2024, 9, 1))

    with pytest.raises(PaymentProblem, match=r"多发 562\.00 元"):
        claimed(home, row, 562_01, first_month=date(2024, 9, 1))
