"""Whoever has no card is paid in cash or in goods: the sheet is a file, what was signed is its answer, the books are the same."""

import pytest

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.queries import returned
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs.models import PayLine, PayRun
from tests.kernel.payments.banks.banking import MONTH, a_return, families, received
from tests.kernel.payments.money import COUNTY, TODAY, a_budget, a_run, an_account, approved, finance

pytestmark = pytest.mark.django_db


def handed_out(way, number=2):
    """A sheet of payments that are handed out by hand."""
    a_budget(10_000_00)
    for at, (_home, (person,), _given) in enumerate(families(number, card=False), 1):
        an_account(person, at, way=way)
    (file,) = filing.make_files(by="test", run=approved(a_run(MONTH)), on=TODAY).files
    file.state = "accepted"
    file.save()
    return file


@pytest.mark.parametrize(("way", "form"), [("cash", "cash_sheet"), ("kind", "kind_sheet")])
def test_what_was_signed_for_is_paid_and_who_did_not_come_is_returned(way, form):
    file = handed_out(way)

    row = received(file, a_return(file, ["paid", "returned"]))

    assert (file.form, row.state) == (form, "matched")
    came, absent = PayLine.objects.order_by("pk")
    assert (came.state, absent.state) == ("paid", "returned")
    sums = trial_balance(COUNTY)
    assert (sums["spent"], sums["returned"], sums["transit"]) == (came.fen, absent.fen, 0)
    assert [one.line.pk for one in returned(finance())] == [absent.pk]


def test_cash_that_nobody_fetched_goes_out_again_on_a_new_sheet_and_is_paid_once():
    file = handed_out("cash", 1)
    received(file, a_return(file, "returned"))
    line = PayLine.objects.get()
    assert line.state == "returned"

    (again,) = reissuing.reissue(by="test", run=file.run, lines=[line], on=TODAY)
    again.state = "accepted"
    again.save()
    received(again, a_return(again, "paid"), name="qs2.ret")

    assert (again.form, again.is_reissue) == ("cash_sheet", True)
    assert PayRun.objects.get().state == "settled"
    assert trial_balance(COUNTY)["spent"] == line.fen
