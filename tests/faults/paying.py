"""Pay an approved run, and die at a chosen boundary: `python -m tests.faults.paying HOME-OF-THE-BANK [wrong]`.

A boundary is before and after every statement, every commit, every file laid down, every word to the bank. For each of
them a child dies there by SIGKILL; from every state that this leaves behind another goes on as people would: it asks
the bank, and sends again only on the bank's word that nothing came, by two. Two deaths that leave the same rows, files and
books behind are gone on from once. The bank keeps books of its own in a file, pays whatever reaches it as often as it
reaches it, and knows nothing of keys. Prints one line of JSON.

With `server` it is PostgreSQL that dies (E02), at moments drawn by a seed and after each file that reached the bank;
with `careless` beside it commits are acknowledged before they are on the disk.
"""

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.crashing import Boundaries, in_a_child

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
PAYEES = 12
RESET = """
SET session_replication_role = replica;
TRUNCATE kernel_reconciliation, kernel_returnline, kernel_returnfile, kernel_bankcall, kernel_payfileline, kernel_payfile;
DELETE FROM kernel_ledgerline WHERE entry_id IN (SELECT id FROM kernel_ledgerentry WHERE kind = 'send' OR kind LIKE 'return%');
DELETE FROM kernel_ledgerentry WHERE kind = 'send' OR kind LIKE 'return%';
UPDATE kernel_payline SET state = 'due';
UPDATE kernel_payrun SET state = 'approved';
SET session_replication_role = DEFAULT;
"""


class PlainBank:
    """A bank with books in a file: a line a payment, written when a file reaches it."""

    def __init__(self, path):
        self.path = path

    def send(self, key, content):
        from anmin.kernel.payments.banks.contents import read_file
        from anmin.kernel.payments.banks.layouts import form_named
        from anmin.kernel.payments.banks.ports import ACCEPTED, Answer

        form = form_named("one_card")
        rows = [{**row, "batch": key} for row in read_file(form, form.out, content).lines]
        with self.path.open("ab") as books:
            books.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
            books.flush()
            os.fsync(books.fileno())
        return Answer(ACCEPTED, f"REF{key}")

    def ask(self, key):
        from anmin.kernel.payments.banks.ports import ABSENT, ACCEPTED, Answer

        return Answer(ACCEPTED if any(row["batch"] == key for row in self.books()) else ABSENT, "REF")

    def books(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def answers(self):
        from anmin.kernel.payments.banks.contents import write_file
        from anmin.kernel.payments.banks.layouts import form_named

        form = form_named("one_card")
        for batch in sorted({row["batch"] for row in self.books()}):
            rows = {
                row["key"]: {**row, "status": "0", "code": ""}
                for row in self.books()
                if row["batch"] == batch
            }
            yield batch, write_file(form, form.back, {"batch": batch, "day": AT.date()}, list(rows.values()))


def prepare():
    """A run that two people have signed."""
    from tests.kernel.payments.banks.banking import an_approved_run
    from tests.kernel.payments.money import finance, leader

    finance("one"), leader("two")
    return an_approved_run(PAYEES).pk


def pay(bank, boundaries, is_wrong, hours=0):
    """Make files, hand them over, take answers in, whatever an earlier run has left."""
    from django.db import connection, connections

    from anmin.kernel.access.models import User
    from anmin.kernel.payments.banks import storage
    from anmin.kernel.payments.banks.filing import actions as filing
    from anmin.kernel.payments.banks.models import BankCall
    from anmin.kernel.payments.banks.outbox import actions as outbox
    from anmin.kernel.payments.banks.returning import actions as returning
    from anmin.kernel.payments.problems import PaymentProblem
    from anmin.kernel.payments.runs.models import PayRun
    from tests.kernel.payments.money import COUNTY

    backend = type(connections["default"])
    backend._commit = boundaries.around(backend._commit)
    storage.put = boundaries.around(storage.put)
    bank.send, bank.ask = boundaries.around(bank.send), boundaries.around(bank.ask)
    if is_wrong:
        outbox._begin = _sends_first
    one, two = (User.objects.get(username=name) for name in ("one", "two"))
    with connection.execute_wrapper(lambda go, *rest: boundaries.around(go)(*rest)):
        run = PayRun.objects.get()
        if run.state == "approved":
            try:
                filing.make_files(by="test", run=run, on=AT.date())
            except PaymentProblem as trouble:
                assert trouble.code == "nothing_due", trouble
        for later in range(hours, hours + 3):
            at = AT + timedelta(hours=later)
            outbox.deliver_due(by="test", at=at, port=bank)
            for call in BankCall.objects.filter(state="unsure"):
                if json.loads(call.answer or "{}").get("word") == "absent":
                    outbox.resend(by=one, beside=two, call=call, evidence="银行书面答复", at=at)
                    outbox.deliver_due(by="test", at=at, port=bank)
        for batch, content in bank.answers():
            returning.receive(
                by="test", form="one_card", division=COUNTY, name=batch, content=content, on=AT.date()
            )


def _sends_first(by, call, at):
    """The wrong variant: nothing is written down before the file leaves."""
    from anmin.kernel.payments.banks.models import BankCall
    from anmin.kernel.payments.banks.storage import content_of

    if call.state == "done":
        return
    content = content_of(call.file)
    bank = _sends_first.bank
    answer = bank.send(call.key, content)
    BankCall.objects.filter(pk=call.pk).update(state="done", answered_at=at, answer=b"")
    type(call.file).objects.filter(pk=call.file_id).update(state="accepted", bank_reference=answer.reference)
    return


def state(bank):
    """Who was paid what by the bank, and what we say of it."""
    from anmin.kernel.payments.banks.models import PayFile, PayFileLine
    from anmin.kernel.payments.ledger.queries import trial_balance
    from anmin.kernel.payments.runs.models import PayLine, PayRun

    lines = {row.pk: row.fen for row in PayLine.objects.all()}
    paid = sorted((int(row["key"].split("-")[0]), row["fen"]) for row in bank.books())
    return {
        "once": paid == sorted(lines.items()),
        "lines": sorted(set(PayLine.objects.values_list("state", flat=True))),
        "orders": list(PayFileLine.objects.order_by("key").values_list("state", flat=True)),
        "files": list(PayFile.objects.values_list("state", "lines_number")),
        "run": PayRun.objects.get().state,
        "books": {name: fen for name, fen in trial_balance("371002").items() if fen},
    }


def clear(books):
    """Back to the approved run and a bank that has nothing."""
    from django.db import connection

    from anmin.kernel.payments.banks.storage import bank_home

    with connection.cursor() as cursor:
        cursor.execute(RESET)
    books.unlink(missing_ok=True)
    shutil.rmtree(bank_home(), ignore_errors=True)


def left_behind(books):
    """All that outlives a death and that whoever goes on can see, in one text."""
    from anmin.kernel.payments.banks.models import BankCall, PayFile, PayFileLine, ReturnFile, ReturnLine
    from anmin.kernel.payments.banks.storage import bank_home
    from anmin.kernel.payments.ledger.models import LedgerLine
    from anmin.kernel.payments.runs.models import PayLine, PayRun

    rows = {
        PayFile: ("number", "state", "lines_number", "fen", "bank_reference", "sent_at"),
        PayFileLine: ("key", "attempt", "state", "code", "answered_on"),
        BankCall: ("key", "what", "state", "tries", "next_at", "answered_at"),
        ReturnFile: ("name", "state", "lines_number", "day", "posted_on"),
        ReturnLine: ("order__key", "status", "return_file__name"),
        LedgerLine: ("entry__kind", "account", "fen", "pay_line"),
        PayLine: ("pk", "state"),
        PayRun: ("state",),
    }
    told = {
        model.__name__: sorted(str(row) for row in model.objects.values_list(*names))
        for model, names in rows.items()
    }
    files = [path for path in bank_home().rglob("*") if path.is_file()] if bank_home().exists() else []
    told["files"] = sorted((path.suffix, path.stat().st_size) for path in files if path.suffix != ".sig")
    told["signed"] = sum(path.suffix == ".sig" for path in files)
    told["books"] = books.read_text() if books.exists() else ""
    return json.dumps(told, sort_keys=True, default=str)


def main(books, modes):
    import django

    django.setup()

    from anmin.kernel.screening.rulebooks import rulebook

    rulebook()  # read once, not in every child
    in_a_child(lambda: prepare() if not _prepared() else 0)
    is_wrong = "wrong" in modes

    def crashed(point):
        clear(books)
        boundaries, bank = Boundaries(point), PlainBank(books)
        _sends_first.bank = bank
        pay(bank, boundaries, is_wrong)
        return boundaries.passed

    def resumed():
        bank = PlainBank(books)
        _sends_first.bank = bank
        pay(bank, Boundaries(), is_wrong, hours=4)
        return state(bank)

    total = in_a_child(lambda: crashed(None))
    whole = in_a_child(resumed)
    assert total and whole and whole["once"], f"the run that nobody interrupts does not end: {total} {whole}"
    if "server" in modes:
        print(json.dumps({"whole": whole, "differing": _server_dies(books, crashed, resumed, whole, modes)}))
        return
    differing, survived, ends = [], [], {}
    for point in range(total):
        if in_a_child(lambda point=point: crashed(point)) is not None:
            survived.append(point)
        left = in_a_child(lambda: left_behind(books))
        assert left, "what a death left behind cannot be told"
        if left not in ends:
            ends[left] = in_a_child(resumed)
        if ends[left] != whole:
            differing.append((point, ends[left]))
            if is_wrong:
                break
    told = {"boundaries": total, "differing": differing, "survived": survived, "whole": whole}
    print(json.dumps(told | {"states": len(ends)}))


def _server_dies(books, crashed, resumed, whole, modes):
    """Kill PostgreSQL while somebody pays; start it again, go on; the moments after which the end is another."""
    import random
    import signal
    import time

    from boot.environment import VENV
    from boot.postgres import Cluster, find_binaries
    from boot.processes import kill, working_in

    cluster = Cluster(find_binaries(VENV), Path(os.environ["ANMIN_HOME"]) / "postgres")

    def dies():
        pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGKILL)
        kill(working_in(cluster.data), patience=0.0)

    def dies_after_sending():
        send = PlainBank.send

        def sent(self, key, content):
            answer = send(self, key, content)
            dies()
            return answer

        PlainBank.send = sent
        return crashed(None)

    def within(seconds):
        child = os.fork()
        if child == 0:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 2)
            try:
                crashed(None)
            finally:
                os._exit(0)
        time.sleep(seconds)
        dies()
        os.waitpid(child, 0)

    begun = time.monotonic()
    in_a_child(lambda: crashed(None))
    lasts = time.monotonic() - begun
    dice, differing = random.Random(2), []
    kills = [int(word) for word in modes if word.isdigit()]
    moments = [None, *(dice.random() * lasts for _ in range(kills[0] if kills else 3))]
    for moment in moments if "careless" not in modes else moments[:1]:
        if "careless" in modes:
            in_a_child(_carelessly)
        in_a_child(lambda: clear(books))
        if moment is None:
            in_a_child(dies_after_sending)
        else:
            within(moment)
        cluster.start()
        found = in_a_child(resumed)
        if found != whole:
            differing.append((moment, found))
    return differing


def _carelessly():
    """The wrong variant: a commit counts before it is written, as with a cache that nobody flushes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET synchronous_commit = off")
        cursor.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        cursor.execute("SELECT pg_reload_conf()")
    return 0


def _prepared():
    from anmin.kernel.payments.runs.models import PayRun

    return PayRun.objects.exists()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
