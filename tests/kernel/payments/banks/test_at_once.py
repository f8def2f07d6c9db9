"""Fifty workers at one approved run: its files are made once, leave once, and one answer counts once."""

from collections import Counter

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs.models import PayRun
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, an_approved_run, call_of, received
from tests.kernel.payments.money import COUNTY, TODAY
from tests.kernel.payments.test_at_once import WORKERS, at_once, committed

assert committed


def test_fifty_workers_paying_one_list_pay_everybody_once(committed):
    run = an_approved_run(5)
    total = PayRun.objects.get(pk=run.pk).total

    made = at_once(lambda number: filing.make_files(by=f"w{number}", run=run, on=TODAY).files[0].pk)
    assert Counter(code for code, _pk in made) == {"done": 1, "nothing_due": WORKERS - 1}, made
    file = PayFile.objects.get()
    bank = a_bank(file)
    arrived = []
    take = bank.send
    bank.send = lambda key, content: (arrived.append(key), take(key, content))[1]

    at_once(lambda number: outbox.deliver(by=f"w{number}", call=call_of(file), at=AT, port=bank).state)
    assert arrived == [filing.name_of(file)]
    assert call_of(file).state == "done"

    content = a_return(file, "paid")
    took = at_once(lambda number: received(file, content, by=f"w{number}").pk)
    assert {code for code, _pk in took} <= {"done", "return_file_once"}, took
    assert ReturnFile.objects.count() == 1
    assert PayFileLine.objects.filter(state="paid").count() == 5
    assert (trial_balance(COUNTY)["spent"], trial_balance(COUNTY)["transit"]) == (total, 0)
