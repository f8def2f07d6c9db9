"""Fifty workers at one approved run: its files are made once, leave once, and one answer counts once."""

import contextlib
import threading
import time
from collections import Counter

import pytest

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.models import PayFile, PayFileLine, ReturnFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.reconciling import actions as reconciling
from anmin.kernel.payments.banks.reissuing import actions as reissuing
from anmin.kernel.payments.banks.returning import actions as returning
from anmin.kernel.payments.banks.returning import looking
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.banks.banking import AT, a_bank, a_return, an_approved_run, call_of, received
from tests.kernel.payments.money import COUNTY, TODAY
from tests.kernel.payments.test_at_once import WORKERS, at_once, committed
from tests.kernel.payments.test_races import race

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
    assert arrived == [file.batch]
    assert call_of(file).state == "done"

    content = a_return(file, "paid")
    took = at_once(lambda number: received(file, content, by=f"w{number}").pk)
    assert {code for code, _pk in took} <= {"done", "return_file_once"}, took
    assert ReturnFile.objects.count() == 1
    assert PayFileLine.objects.filter(state="paid").count() == 5
    assert (trial_balance(COUNTY)["spent"], trial_balance(COUNTY)["transit"]) == (total, 0)


def test_fifty_who_do_different_things_to_one_file_leave_one_story(committed):
    """Two answers that contradict each other, the file handed over again, sent again, laid beside the books: all at the same moment."""
    run = an_approved_run(3)
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files
    bank = a_bank(file)
    outbox.deliver(by="test", call=call_of(file), at=AT, port=bank)
    file.refresh_from_db()
    same = {
        "change": lambda lines: [{**line, "code": "07" if line["status"] == "1" else ""} for line in lines]
    }
    back, paid = a_return(file, ["returned", "paid", "paid"], **same), a_return(file, "paid")
    line = file.lines.get(seq=1).pay_line
    works = [
        lambda number: received(file, back, by=f"w{number}", name="back.ret").state,
        lambda number: received(file, paid, by=f"w{number}", name="paid.ret").state,
        lambda number: outbox.deliver(by=f"w{number}", call=call_of(file), at=AT, port=bank).state,
        lambda number: reissuing.reissue(by=f"w{number}", run=run, lines=[line], on=TODAY)[0].number,
        lambda number: reconciling.reconcile(by=f"w{number}", run=run, on=TODAY).pk,
    ]

    came = at_once(lambda number: works[number % 5](number))

    told = {code for code, _said in came}
    assert told <= {"done", "return_file_once", "not_returned", "OperationalError"}, came
    orders = list(
        PayFileLine.objects.filter(pay_line=line).order_by("attempt").values_list("state", flat=True)
    )
    words = dict(ReturnFile.objects.values_list("name", "state"))
    if words["paid.ret"] == "quarantined":
        assert words["back.ret"] == "matched" and orders in (["returned"], ["returned", "waiting"])
    else:
        assert orders in (["paid"], ["returned"], ["returned", "waiting"])
    sums = trial_balance(COUNTY)
    live = [fen for state, fen in PayFileLine.objects.values_list("state", "fen") if state == "paid"]
    assert sums["spent"] == sum(live) and sum(sums.values()) == 0
    assert [one.words for one in flaws()] == []
    assert len(bank.files) == 1


@pytest.fixture
def looked_at_together(committed, monkeypatch):
    """Two answers that contradict each other are looked at as nearly at once as the locks let them; the word "paid" counts last."""
    run = an_approved_run(1)
    (file,) = filing.make_files(by="test", run=run, on=TODAY).files
    PayFile.objects.update(state="accepted")
    file.refresh_from_db()
    gate, look = threading.Barrier(2), returning.looked_at

    def looked(form, row, content, on):
        found = look(form, row, content, on)
        with contextlib.suppress(threading.BrokenBarrierError):
            gate.wait(timeout=2)
        time.sleep(0.5 if row.name == "paid.ret" else 0)
        return found

    monkeypatch.setattr(returning, "looked_at", looked)
    contents = {word: a_return(file, word) for word in ("returned", "paid")}

    def told():
        race(*[lambda word=word: received(file, contents[word], name=f"{word}.ret") for word in contents])
        return dict(ReturnFile.objects.values_list("name", "state")), file.lines.get().state

    return told


def test_two_answers_at_once_are_looked_at_one_after_the_other(looked_at_together):
    files, state = looked_at_together()

    assert (files, state) in (
        ({"returned.ret": "matched", "paid.ret": "quarantined"}, "returned"),
        ({"paid.ret": "matched", "returned.ret": "matched"}, "returned"),
    )


def test_without_the_lock_money_that_came_back_is_called_paid_and_nobody_looked(
    looked_at_together, monkeypatch
):
    """The wrong variant: both are held to be the first."""
    monkeypatch.setattr(
        looking, "_file_of", lambda batch, division: PayFile.objects.select_related("run").get()
    )

    files, state = looked_at_together()

    assert (set(files.values()), state) == ({"matched"}, "paid")
