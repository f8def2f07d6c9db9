"""A family that was paid too much, month by month with a bank that answers: what tests of recoveries share."""

from datetime import date, timedelta

from anmin.kernel.entitlements import actions as entitlements
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning.actions import receive as answer
from anmin.kernel.payments.ledger.models import LedgerLine
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.models import Recovery
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.runs.models import PayLine, PayPart
from tests.kernel.payments.banks.banking import a_return
from tests.kernel.payments.money import COUNTY, DIBAO, a_run, a_signer, an_account, approved, decided

JUL, AUG, SEP, OCT, NOV, DEC = (date(2024, month, 1) for month in (7, 8, 9, 10, 11, 12))
JAN, FEB = date(2025, 1, 1), date(2025, 2, 1)


def boss():
    """Who decides."""
    return a_signer("shen1", "county_approver")


def second():
    """The other who decides."""
    return a_signer("shen9", "county_approver").user


def clerk():
    """Finance."""
    return a_signer("c5", "county_finance")


def leader():
    """Who agrees to what leaves the books."""
    return a_signer("l5", "county_leader").user


def day_of(month, day=25):
    """A day of a month."""
    return month.replace(day=day)


def filed(run, day):
    """The one file of a run, taken by its bank; none where nothing goes out."""
    made = filing.make_files(by="test", run=run, on=day).files
    for file in made:
        file.state = "accepted"
        file.save(update_fields=["state"])
    return made[0] if made else None


def answered(file, said="paid", day=None):
    """The bank's answer to a whole file, as a file of its own each time."""
    day = day or file.made_on
    text = a_return(file, said, day=day)
    row = answer(by="test", form=file.form, division=file.division, name=f"{said}.ret", content=text, on=day)
    assert row.state == "matched", row.reasons
    return row


def paid(month, *, benefits=(DIBAO,), division=COUNTY):
    """A month that is computed, signed, sent and paid; its run and its file."""
    run = approved(a_run(month, benefits=benefits, division=division))
    file = filed(run, day_of(month))
    if file is not None:
        answered(file)
    run.refresh_from_db()
    return run, file


def change(row, fen, first_month, on):
    """Another amount from a month on, by a decision of a day."""
    outcome = "change" if fen >= (row.amounts.filter(first_month__lte=first_month).last().fen) else "reduce"
    entitlements.change_amount(
        by="test",
        decision=decided(row.household, outcome, on, fen),
        entitlement=row,
        first_month=first_month,
        fen=fen,
    )


def noticed(found, on):
    """A finding, heard, decided and noticed."""
    recovery.hear(by=boss(), recovery=found, statement="认可", on=on)
    decision = decided(found.household, "recover", on, found.fen)
    return recovery.notice(by=boss(), recovery=found, decision=decision, cause="office", on=on)


def agreed(row, *plan, on):
    """Instalments as month, fen, way."""
    made = [Instalment(*one) for one in plan]
    return recovery.agree(by=boss(), recovery=row, instalments=made, agreement="分期", on=on)


def paid_in(row, fen, on, document="收据"):
    """Money at the counter."""
    recovery.receive(by=clerk(), recovery=row, fen=fen, on=on, document=document)
    row.refresh_from_db()
    return row


def written_off(row, on, fen=None):
    """All that is left, or a part."""
    return recovery.write_off(by=boss(), beside=second(), recovery=row, on=on, reason="困难", fen=fen)


def taken_back(row, on):
    """The claim was wrong."""
    return refunds.take_back(by=boss(), recovery=row, on=on, reason="复议撤销", beside=second())


def by_hand(row, on):
    """Given back by a voucher."""
    return refunds.pay_by_hand(by=clerk(), beside=leader(), recovery=row, document="付款凭证1", on=on)


def given_up(line, on):
    """A payment that came back and is not made again."""
    return reissuing.give_up(by=clerk(), beside=leader(), line=line, reason="账户注销", on=on)


def sent_again(line, on, serial):
    """A payment that came back, to another account; the file that goes out."""
    PayeeAccount.objects.filter(person=line.person, last_day__isnull=True).update(last_day=on - timedelta(1))
    an_account(line.person, serial, first_day=on)
    (file,) = reissuing.reissue(by="test", run=line.run, lines=[line], on=on)
    file.state = "accepted"
    file.save(update_fields=["state"])
    return file


def line_of(run):
    """The only line of a run, as it stands."""
    return PayLine.objects.select_related("run", "person").get(run=run)


def parts_of(run):
    """What the only line of a run consists of."""
    parts = PayPart.objects.filter(line__run=run).order_by("month", "basis", "sequence")
    return [(part.basis, part.fen) for part in parts]


def books():
    """Fen by budget line and account, without what stands at nought."""
    found = {}
    for row in LedgerLine.objects.all():
        own = found.setdefault(row.budget_line_id, {})
        own[row.account] = own.get(row.account, 0) + row.fen
    return {line: {account: fen for account, fen in own.items() if fen} for line, own in found.items()}


def only():
    """The only recovery, as it stands."""
    return Recovery.objects.get()
