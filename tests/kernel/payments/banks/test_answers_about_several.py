"""An answer about several lines at once: all that came back stands in the books, two refunds in one line, a last fen that waits."""

from datetime import date

import pytest

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.runs.models import PayRun
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, an_approved_run, call_of, received, sent
from tests.kernel.payments.money import COUNTY, TODAY, a_budget, a_run, approved, finance, leader
from tests.kernel.payments.test_claims import claimed
from tests.kernel.payments.test_recovery import boss, overpaid
from tests.kernel.payments.test_refunds import DECEMBER, NOVEMBER, UPHELD, WHY, answered
from tests.kernel.payments.test_refunds import filed as taken_by_its_bank
from tests.make import a_user

pytestmark = pytest.mark.django_db


def moved(before):
    """Fen by account since then, where something moved."""
    after = trial_balance(COUNTY)
    return {key: fen - before.get(key, 0) for key, fen in after.items() if fen != before.get(key, 0)}


def test_all_lines_that_came_back_stand_as_returned_at_once_and_late():
    file, _bank = sent(3)
    first, second, third = (line.fen for line in file.lines.order_by("seq"))
    before = trial_balance(COUNTY)

    received(file, a_return(file, ["returned", "paid", "paid"]))
    assert moved(before) == {"transit": -file.fen, "returned": first, "spent": second + third}
    received(file, a_return(file, "returned"))

    assert moved(before) == {"transit": -file.fen, "returned": file.fen}
    assert PayRun.objects.get().state == "settled"


def test_two_lines_that_come_back_together_are_returned_with_both_their_sums():
    file, _bank = sent(2)
    before = trial_balance(COUNTY)

    received(file, a_return(file, "returned"))

    assert moved(before) == {"transit": -file.fen, "returned": file.fen}


def test_two_refunds_go_out_with_one_payment_and_come_back_with_it():
    """Of two claims 100.00 and 200.00 had come when both were taken back; December's 624.00 takes them along."""
    a_budget(10_000_00, year=2024)
    home, row, _found = overpaid()
    a_run(NOVEMBER)
    for at, (fen, back) in enumerate(((1_000_00, 100_00), (600_00, 200_00))):
        one, second = claimed(home, row, fen), a_user(f"fu{at}", COUNTY, role="county_approver")
        recovery.receive(
            by=finance(f"c{at}"), recovery=one, fen=back, on=date(2024, 11, 8), document=f"收据{at}"
        )
        refunds.take_back(by=boss(), recovery=one, on=UPHELD, reason=WHY, beside=second)
    run = approved(a_run(DECEMBER))
    file = taken_by_its_bank(run, UPHELD)
    parts = run.lines.get().parts.filter(basis="refund").order_by("sequence")
    assert list(parts.values_list("sequence", "fen")) == [(0, 100_00), (1, 200_00)]
    before = trial_balance(COUNTY)

    answered(file, day=UPHELD, name="hp2.ret")
    assert moved(before) == {"transit": -924_00, "spent": 624_00, "refundable": 300_00}
    answered(file, "returned", day=date(2024, 12, 9), name="late.ret")

    assert moved(before) == {"transit": -924_00, "returned": 924_00}


def test_a_run_waits_for_its_last_fen():
    run = an_approved_run(2, fen=0)
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files
    outbox.deliver(by="test", call=call_of(file), at=AT, port=a_bank(file))
    file.refresh_from_db()
    orders = {order.fen: order for order in file.lines.all()}

    received(file, a_return(file, ["paid"], orders=[orders[2]]))
    run.refresh_from_db()
    assert run.state == "filed"
    received(file, a_return(file, ["paid"], orders=[orders[1]]))

    run.refresh_from_db()
    assert run.state == "settled"


def test_a_run_that_went_to_no_bank_is_not_called_filed_when_one_of_its_lines_is_given_up():
    run = an_approved_run(2)
    line = run.lines.order_by("pk").first()

    reissuing.give_up(by=finance(), beside=leader().user, line=line, reason="本人放弃", on=TODAY)

    run.refresh_from_db()
    assert run.state == "approved"
