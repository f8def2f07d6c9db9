"""What is agreed, paid in, deducted, given up and given back of one claim: each fen once, whatever was begun before."""

from datetime import date

import pytest

from anmin.kernel.payments.budget import actions as budget
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.queries import left_of, paid_from
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.recovery.refunds.queries import refund_of
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine
from tests.kernel.payments.money import (
    COUNTY,
    a_budget,
    a_family,
    a_fund,
    a_grant,
    a_run,
    a_signer,
    approved,
    decided,
    finance,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1)
JANUARY, ON = date(2025, 1, 1), date(2024, 10, 3)


def boss():
    return a_signer("shen1", "county_approver")


def clerk():
    return a_signer("c5", "county_finance")


def a_claim(fen=500_00):
    """What was too much in March, before payments began here, of a benefit of 600.00 a month."""
    home, _people = a_family("H1", "张甲")
    row = a_grant(home, 600_00, date(2024, 1, 1))
    found = recovery.find(by=clerk(), entitlement=row, months={date(2024, 3, 1): fen}, on=ON)
    found = recovery.hear(by=boss(), recovery=found, statement="认可", on=ON)
    claim = decided(home, "recover", ON, fen)
    return recovery.notice(by=boss(), recovery=found, decision=claim, cause="office", on=ON)


def agreed(row, *plan, words="分期"):
    plan = [Instalment(*one) for one in plan]
    return recovery.agree(by=boss(), recovery=row, instalments=plan, agreement=words, on=ON)


def receive(row, fen, document="收据"):
    recovery.receive(by=clerk(), recovery=row, fen=fen, on=ON, document=document)
    row.refresh_from_db()


def write_off(row, fen=None, reason="家庭困难"):
    beside = a_signer("ling2", "county_leader").user
    return recovery.write_off(by=boss(), beside=beside, recovery=row, on=ON, reason=reason, fen=fen)


def take_back(row, beside=None):
    return refunds.take_back(by=boss(), recovery=row, on=ON, reason="复议撤销了追回决定", beside=beside)


def waiting(row):
    rows = row.instalments.filter(paid_on__isnull=True, cancelled_on__isnull=True).order_by("number")
    return [(one.number, one.fen) for one in rows]


def code_of(act, *given, **more):
    with pytest.raises(PaymentProblem) as refused:
        act(*given, **more)
    return refused.value.code


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ([(NOVEMBER, 500_00), (DECEMBER, 0)], "分期"),
        ([(NOVEMBER, 300_00), (date(2024, 12, 2), 200_00)], "分期"),
        ([(NOVEMBER, 300_00), (DECEMBER, 200_00, "off")], "分期"),
        ([(NOVEMBER, 500_00)], " "),
    ],
)
def test_one_instalment_of_nought_off_the_first_or_of_another_way_spoils_an_agreement_and_so_do_no_words(
    plan, words
):
    row = a_claim()

    assert code_of(agreed, row, *plan, words=words) == "recovery_instalment"

    assert not row.instalments.exists()


def test_a_single_fen_is_an_instalment_is_paid_in_by_a_receipt_and_every_step_has_the_next_number():
    row = agreed(a_claim(), (NOVEMBER, 1), (DECEMBER, 499_99))
    assert code_of(receive, row, 1, document=" ") == "no_document"

    receive(row, 1)

    assert (row.state, left_of(row), waiting(row)) == ("agreed", 499_99, [(2, 499_99)])
    assert list(row.instalments.order_by("number").values_list("number", "fen")) == [
        (1, 1),
        (2, 499_99),
        (3, 1),
    ]


def test_a_payment_of_one_fen_more_reaches_into_the_next_and_what_is_given_up_comes_off_the_last():
    row = agreed(a_claim(), (NOVEMBER, 200_00), (DECEMBER, 200_00), (JANUARY, 100_00))

    receive(row, 200_01)
    assert waiting(row) == [(2, 199_99), (3, 100_00)]
    assert code_of(write_off, row, 100_01, reason=" ") == "no_reason"
    write_off(row, 100_01)
    assert (waiting(row), left_of(row)) == ([(2, 199_98)], 199_98)
    receive(row, 199_98)

    assert (row.state, left_of(row), waiting(row)) == ("repaid", 0, [])
    assert trial_balance(COUNTY) == {
        "receivable": 0,
        "recovered": 399_99,
        "spent": -500_00,
        "written_off": 100_01,
    }


def test_all_that_is_left_is_given_up_whether_the_sum_is_named_or_not():
    row = a_claim()
    receive(row, 499_99)

    assert write_off(row, 1).state == "written_off"

    assert trial_balance(COUNTY)["receivable"] == 0


def test_a_deduction_whose_run_was_void_ends_with_its_agreement():
    row = agreed(a_claim(), (NOVEMBER, 200_00, "deduct"), (DECEMBER, 300_00))
    runs.void(by="test", run=a_run(NOVEMBER), on=ON, reason="重做")

    agreed(row, (NOVEMBER, 100_00, "deduct"), (DECEMBER, 400_00))

    assert waiting(row) == [(3, 100_00), (4, 400_00)]
    assert PayLine.objects.get(run=a_run(NOVEMBER)).fen == 500_00


def test_what_is_paid_in_comes_off_a_deduction_whose_run_was_void():
    row = agreed(a_claim(), (NOVEMBER, 200_00, "deduct"), (DECEMBER, 300_00))
    runs.void(by="test", run=a_run(NOVEMBER), on=ON, reason="重做")

    receive(row, 400_00)

    assert (waiting(row), left_of(row)) == ([(1, 100_00)], 100_00)
    assert PayLine.objects.get(run=a_run(NOVEMBER)).fen == 500_00


def test_what_is_being_deducted_is_not_agreed_on_paid_in_or_given_up_beside():
    """600.00 less 200.00 are on their way to the family: 300.00 of the 500.00 are left to settle."""
    row = agreed(a_claim(), (NOVEMBER, 200_00, "deduct"), (DECEMBER, 300_00))
    run = a_run(NOVEMBER)

    with pytest.raises(PaymentProblem, match=r"未还的 300\.00 元") as refused:
        agreed(row, (DECEMBER, 500_00))
    assert refused.value.code == "recovery_sum"
    with pytest.raises(PaymentProblem, match=r"不超过未还的 300\.00 元"):
        receive(row, 300_01)
    assert code_of(write_off, row, 300_01) == "recovery_too_much"
    for fen in (None, 500_00):
        assert code_of(write_off, row, fen) == "recovery_deducting"
    agreed(row, (JANUARY, 300_00))
    receive(row, 300_00)

    assert (row.state, left_of(row), waiting(row)) == ("agreed", 200_00, [(1, 200_00)])
    runs.void(by="test", run=run, on=ON, reason="重做")
    assert PayLine.objects.get(run=a_run(NOVEMBER)).fen == 400_00


def test_all_but_what_is_being_deducted_is_given_up_as_a_part():
    row = agreed(a_claim(), (NOVEMBER, 200_00, "deduct"), (DECEMBER, 300_00))
    a_run(NOVEMBER)

    row = write_off(row, 300_00)

    assert (row.state, left_of(row), waiting(row)) == ("agreed", 200_00, [(1, 200_00)])


def test_where_nothing_had_come_one_takes_a_claim_back_whoever_stands_beside():
    row = take_back(a_claim(), beside=finance().user)

    assert (row.state, row.closed_beside, refund_of(row)) == ("dropped", None, None)
    assert code_of(by_hand, row, a_signer("ling2", "county_leader").user) == "refund_none"


def test_a_claim_of_which_nothing_had_come_leaves_the_money_of_its_budget_line_as_it_was():
    a_budget(10_000_00, year=2024)
    row = a_claim()
    approved(a_run(OCTOBER))
    before = trial_balance(COUNTY)

    take_back(row)

    moved = {key: fen - before.get(key, 0) for key, fen in trial_balance(COUNTY).items()}
    assert {key: fen for key, fen in moved.items() if fen} == {"receivable": -500_00, "spent": 500_00}


def test_a_run_that_was_void_paid_nothing_to_which_money_could_come_back():
    a_budget(10_000_00, year=2024)
    home, _people = a_family("H1", "张甲")
    given = a_grant(home, 600_00, date(2024, 1, 1))
    row = recovery.find(by=clerk(), entitlement=given, months={date(2024, 3, 1): 500_00}, on=ON)
    run = approved(a_run(OCTOBER))
    assert paid_from(row)[1] is not None

    runs.void(by="test", run=run, on=ON, reason="重做")

    assert paid_from(row) == (COUNTY, None)


def by_hand(row, beside):
    refunds.pay_by_hand(by=clerk(), beside=beside, recovery=row, document="付款凭证7", on=ON)


def test_one_fen_goes_back_by_two_and_never_out_of_a_line_that_held_nothing():
    row = a_claim(1)
    receive(row, 1)
    assert row.state == "repaid"
    row = take_back(row, beside=a_user("shen9", COUNTY, role="county_approver"))
    assert (refund_of(row).plan.number, refund_of(row).fen) == (2, 1)
    line = budget.open_line(
        by="test", fund=a_fund(), division=COUNTY, year=2024, use="assistance/*", rank=100, on=ON
    )
    leader = a_signer("ling2", "county_leader").user

    assert code_of(by_hand, row, clerk().user) == "by_two"
    assert code_of(by_hand, row, leader) == "money_short"
    budget.appropriate(by="test", line=line, fen=1, document="指标1号", on=ON)
    by_hand(row, leader)

    assert refund_of(row).is_paid
    assert trial_balance(COUNTY)["available"] == 0
