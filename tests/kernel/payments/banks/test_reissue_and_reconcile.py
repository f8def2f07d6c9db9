"""What came back goes to a corrected account, once; roster, files, returns, books and statements agree or say where not."""

from datetime import date, timedelta

import pytest

from anmin.kernel.payments.banks.models import BankStatement, PayFile, PayFileLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reconciling import actions as reconciling
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.models import LedgerEntry
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.payees import actions as payees
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart, PayRun
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, by_force, call_of, received, sent
from tests.kernel.payments.money import COUNTY, TODAY, a_card, a_run, approved, approver, finance, leader

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 2)


def a_corrected_account(line, serial=900, by=None):
    """Another card of the payee, recorded by one and confirmed by another."""
    return payees.record_account(
        by=by or finance("deng"),
        person=line.person,
        account=payees.NewAccount("social", "威海银行", a_card(serial)),
        first_day=TODAY,
        on=TODAY,
    )


def came_back(number=2):
    """A file of which the first line came back."""
    file, bank = sent(number)
    received(file, a_return(file, ["returned", *["paid"] * (number - 1)]))
    return file, bank, file.lines.get(seq=1).pay_line


def test_a_returned_line_is_paid_again_to_the_account_that_two_people_stand_for():
    file, _bank, line = came_back()
    account = a_corrected_account(line)
    with pytest.raises(PaymentProblem, match="请先登记正确的账户"):
        reissuing.reissue(by="test", run=file.run, lines=[line], on=TODAY)
    payees.confirm_account(by=finance("fu"), account=account, on=TODAY)

    (again,) = reissuing.reissue(by="test", run=file.run, lines=[line], on=TODAY)
    bank = a_bank(again)
    outbox.deliver(by="test", call=call_of(again), at=AT, port=bank)
    again.refresh_from_db()
    received(again, a_return(again, "paid"))

    order = again.lines.get()
    assert (order.attempt, order.account_id, again.is_reissue) == (2, account.pk, True)
    assert set(PayLine.objects.values_list("state", flat=True)) == {"paid"}
    sums = trial_balance(COUNTY)
    assert (sums["spent"], sums["returned"], sums["transit"]) == (file.fen, 0, 0)
    assert PayRun.objects.get().state == "settled"


@pytest.mark.parametrize("said", ["paid", "unknown"])
def test_only_what_came_back_is_sent_again(said):
    file, _bank = sent(1)
    received(file, a_return(file, said))

    with pytest.raises(PaymentProblem, match="没有退票"):
        reissuing.reissue(by="test", run=file.run, lines=list(PayLine.objects.all()), on=TODAY)

    assert PayFileLine.objects.count() == 1


def test_what_waits_for_an_answer_is_not_sent_again():
    file, _bank = sent(1)

    with pytest.raises(PaymentProblem, match="没有退票"):
        reissuing.reissue(by="test", run=file.run, lines=list(PayLine.objects.all()), on=TODAY)


def test_a_late_word_that_the_first_attempt_was_paid_is_quarantined():
    file, _bank, line = came_back()
    payees.confirm_account(by=finance("fu"), account=a_corrected_account(line), on=TODAY)
    reissuing.reissue(by="test", run=file.run, lines=[line], on=TODAY)

    row = received(file, a_return(file, "paid"))

    assert row.state == "quarantined"
    assert [one["code"] for one in row.reasons] == ["paid_after_reissue"]


def test_what_is_given_up_by_two_is_available_again_and_due_in_the_next_run():
    _file, _bank, line = came_back()
    one = finance()
    with pytest.raises(PaymentProblem, match="两人"):
        reissuing.give_up(by=one, beside=one.user, line=line, reason="联系不上", on=TODAY)
    before = trial_balance(COUNTY)["available"]

    reissuing.give_up(by=one, beside=leader().user, line=line, reason="联系不上", on=TODAY)

    assert trial_balance(COUNTY)["available"] == before + line.fen
    assert not PayPart.objects.filter(line=line, is_live=True).exists()
    assert PayRun.objects.get().state == "settled"
    runs.close_run(by="test", run=PayRun.objects.get(), on=TODAY)
    december = a_run(date(2026, 12, 1), on=DECEMBER)
    again = december.lines.get(entitlement=line.entitlement)
    assert again.fen > line.fen
    approved(december)


def test_a_bank_error_goes_to_the_same_account_again():
    file, _bank = sent(1)
    received(file, a_return(file, "returned", change=lambda lines: [{**lines[0], "code": "07"}]))

    (again,) = reissuing.reissue(by="test", run=file.run, lines=list(PayLine.objects.all()), on=TODAY)

    assert again.lines.get().account_id == file.lines.get().account_id


def statement_of(bank, file, day=TODAY, opening=10_000_000, change=lambda lines: lines):
    lines = change(bank.statement(day))
    return reconciling.take_statement(
        by="test",
        form=file.form,
        division=COUNTY,
        day=day,
        opening=opening,
        closing=opening - sum(fen for _key, fen in lines),
        lines=lines,
        on=day,
    )


def answered(number=3):
    """A file that the bank has booked and answered."""
    file, bank = sent(number)
    bank.turn(TODAY)
    for name, content in bank.collect():
        received(file, content, name=name)
    return file, bank


def codes(made):
    return sorted({one["code"] for one in made.differences})


def test_three_sides_that_agree_reconcile_the_file():
    file, bank = answered()
    statement_of(bank, file)

    made = reconciling.reconcile(by=finance(), run=file.run, on=TODAY)

    assert made.differences == []
    assert (made.roster_fen, made.file_fen, made.paid_fen, made.ledger_fen) == (file.fen,) * 4
    file.refresh_from_db()
    assert file.state == "reconciled"


def test_without_the_statement_of_the_day_it_is_not():
    file, _bank = answered()

    made = reconciling.reconcile(by="test", run=file.run, on=TODAY)

    assert codes(made) == ["no_statement"]
    file.refresh_from_db()
    assert file.state == "answered"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda lines: lines[1:], "not_on_statement"),
        (lambda lines: [(lines[0][0], lines[0][1] + 1), *lines[1:]], "statement_differs"),
    ],
)
def test_a_statement_that_says_otherwise_is_a_difference_line_by_line(change, code):
    file, bank = answered()
    statement_of(bank, file, change=change)

    made = reconciling.reconcile(by="test", run=file.run, on=TODAY)

    assert [one["code"] for one in made.differences] == [code]
    assert made.differences[0]["key"] in set(file.lines.values_list("key", flat=True))


def test_money_that_left_without_an_answer_is_told_by_the_statement():
    file, bank = answered()
    bank.booked.append((TODAY, "somebody-else", 5_00))
    statement_of(bank, file)

    found = reconciling.statement_differences(COUNTY, file.bank, TODAY)

    assert [(one.code, one.key) for one in found] == [("only_on_statement", "somebody-else")]


def test_waiting_and_unknown_lines_are_differences():
    file, _bank = sent(3)
    received(file, a_return(file, ["paid", "unknown"], orders=list(file.lines.order_by("seq"))[:2]))

    made = reconciling.reconcile(by="test", run=file.run, on=TODAY)

    assert codes(made) == ["no_statement", "unanswered", "unknown"]
    assert (made.paid_lines, made.unknown_lines) == (1, 1)


def test_an_amount_changed_in_the_books_is_a_difference():
    file, bank = answered()
    statement_of(bank, file)
    by_force("kernel_payfileline", "UPDATE kernel_payfileline SET fen = fen + 1 WHERE seq = 1")

    made = reconciling.reconcile(by="test", run=file.run, on=TODAY)

    assert "file_differs" in codes(made)


def test_a_bounce_on_another_day_stands_on_that_days_statement_and_opens_the_file_again():
    file, bank = answered()
    statement_of(bank, file)
    reconciling.reconcile(by="test", run=file.run, on=TODAY)
    tomorrow = TODAY + timedelta(1)
    bank.day = tomorrow
    received(file, bank.bounce(file.lines.get(seq=1).key), on=tomorrow)
    file.refresh_from_db()
    assert file.state == "answered"

    statement_of(bank, file, day=tomorrow, opening=10_000_000 - file.fen)
    made = reconciling.reconcile(by="test", run=file.run, on=tomorrow)

    assert made.differences == []
    assert (made.returned_lines, made.paid_lines) == (1, 2)


def test_what_a_letter_settles_stands_on_the_statement_of_the_day_on_which_the_bank_booked_it():
    """The bank paid both on one day and knew it of one; its letter comes two days later. The month can be closed."""
    file, _bank = sent(2)
    received(file, a_return(file, ["paid", "unknown"]))
    orders = list(file.lines.order_by("seq"))
    moved = [(order.key, order.fen) for order in orders]
    reconciling.take_statement(
        by="test",
        form=file.form,
        division=COUNTY,
        day=TODAY,
        opening=file.fen,
        closing=0,
        lines=moved,
        on=TODAY,
    )
    assert codes(reconciling.reconcile(by="test", run=file.run, on=TODAY)) == ["only_on_statement", "unknown"]

    later = TODAY + timedelta(2)
    returning.settle_by_paper(
        by=finance(),
        beside=leader().user,
        order=orders[1],
        status="paid",
        code="",
        document="函〔2026〕3号",
        on=later,
        day=TODAY,
    )

    made = reconciling.reconcile(by="test", run=file.run, on=later)
    file.refresh_from_db()
    assert (made.differences, file.state) == ([], "reconciled")
    assert LedgerEntry.objects.filter(kind="return_paid").order_by("pk").last().on == later
    close_november()


def test_a_statement_of_a_day_that_has_not_come_is_refused():
    file, _bank = answered()

    with pytest.raises(PaymentProblem) as refused:
        reconciling.take_statement(
            by="test",
            form=file.form,
            division=COUNTY,
            day=TODAY + timedelta(1),
            opening=0,
            closing=0,
            lines=[],
            on=TODAY,
        )

    assert refused.value.code == "statement_day"
    assert not BankStatement.objects.exists()


def test_a_day_that_is_handed_in_late_must_lead_to_the_one_after_it():
    file, _bank = answered()
    day = TODAY - timedelta(1)
    given = {"by": "test", "form": file.form, "division": COUNTY, "on": TODAY}
    reconciling.take_statement(**given, day=TODAY, opening=500, closing=400, lines=[("a-1", 100)])

    with pytest.raises(PaymentProblem) as refused:
        reconciling.take_statement(**given, day=day, opening=900, closing=700, lines=[("b-1", 200)])
    assert refused.value.code == "statement_gap"
    reconciling.take_statement(**given, day=day, opening=700, closing=500, lines=[("b-1", 200)])

    assert BankStatement.objects.count() == 2


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"closing": 1}, "statement_sum"),
        (
            {"day": TODAY + timedelta(1), "opening": 5, "closing": 5, "on": TODAY + timedelta(1)},
            "statement_gap",
        ),
    ],
)
def test_a_statement_that_does_not_come_out_is_refused(known, code):
    file, bank = answered()
    statement_of(bank, file)
    given = {"by": "test", "form": file.form, "division": COUNTY, "day": TODAY, "opening": 0, "closing": 0}

    with pytest.raises(PaymentProblem) as refused:
        reconciling.take_statement(**{**given, "on": TODAY, **known}, lines=[])

    assert refused.value.code == code


def close_november(name="guan"):
    return ledger.close_period(
        by=finance(name),
        beside=approver(f"{name}2").user,
        division=COUNTY,
        month=date(2026, 11, 1),
        on=DECEMBER,
    )


def test_a_month_closes_only_when_its_files_are_reconciled():
    file, bank = answered()
    with pytest.raises(PaymentProblem) as refused:
        close_november()
    assert refused.value.code == "period_open_files"

    statement_of(bank, file)
    reconciling.reconcile(by="test", run=file.run, on=TODAY)

    assert close_november("hao").pk


def test_a_quarantined_answer_keeps_the_month_open():
    file, bank = answered()
    statement_of(bank, file)
    reconciling.reconcile(by="test", run=file.run, on=TODAY)
    received(file, b"nonsense")

    with pytest.raises(PaymentProblem) as refused:
        close_november()

    assert refused.value.code == "period_open_returns"
    assert PayFile.objects.get().state == "reconciled"
    assert PayFile.objects.get().batch


def test_an_answer_in_part_shows_that_the_bank_has_the_file_but_not_that_it_took_what_it_refused():
    file, _bank = sent(2)
    first, second = file.lines.order_by("seq")
    for before, after, order in (("sending", "accepted", first), ("refused", "refused", second)):
        PayFile.objects.filter(pk=file.pk).update(state=before)

        received(file, a_return(file, "unknown", orders=[order]))

        file.refresh_from_db()
        assert file.state == after
