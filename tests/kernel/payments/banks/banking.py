"""An approved run of some families, and a bank that behaves as a test wants it."""

from datetime import UTC, date, datetime, timedelta

from django.db import connection

from anmin.kernel.payments.banks.contents import write_file
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import BankCall, PayFile
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports.simulated import SimulatedBank
from anmin.kernel.payments.banks.returning import actions as returning
from tests.kernel.payments.money import COUNTY, TODAY, a_budget, a_family, a_grant, a_run, approved

MONTH = date(2026, 11, 1)
AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
LATER = timedelta(hours=1)
NAMES = ("王秀英", "李建国", "张桂兰", "刘玉珍", "陈志强", "赵淑芬", "孙德才", "周凤英")


def families(number, fen=732_00, first_month=date(2026, 10, 1), card=True):
    """So many households of one, each with a benefit."""
    made = []
    for at in range(1, number + 1):
        home, people = a_family(f"H{at}", NAMES[at % len(NAMES)], serial=at, card=card)
        made.append((home, people, a_grant(home, fen + at, first_month)))
    return made


def an_approved_run(number=3, month=MONTH, **more):
    """A run of so many families, signed by two, with money behind it."""
    a_budget(10_000_000_00)
    families(number, **more)
    return approved(a_run(month))


def filed(number=3):
    """The files of such a run."""
    return filing.make_files(by="test", run=an_approved_run(number), on=TODAY).files


def call_of(file):
    """How a file is handed over."""
    return BankCall.objects.get(file=file, what="send")


def a_bank(file, **more):
    """A bank that takes this file."""
    return SimulatedBank(file.form, more.pop("seed", 1), first_day=TODAY, **more)


def sent(number=3, **more):
    """A file that the bank has, and the bank."""
    (file,) = filed(number)
    bank = a_bank(file, **more)
    outbox.deliver(by="test", call=call_of(file), at=AT, port=bank)
    return PayFile.objects.get(pk=file.pk), bank


def a_return(file, said, *, day=TODAY, batch=None, change=None, orders=None):
    """A return file of a bank: `said` is a status, or one for each order; `change` alters the values of the lines."""
    form = form_named(file.form)
    letters = {word: letter for letter, word in form.statuses.items()}
    orders = orders if orders is not None else list(file.lines.select_related("account").order_by("seq"))
    words = [said] * len(orders) if isinstance(said, str) else said
    lines = [
        {
            "seq": order.seq,
            "key": order.key,
            "holder": order.account.holder,
            "fen": order.fen,
            "status": letters[word],
            "code": "01" if word == "returned" else "",
        }
        for order, word in zip(orders, words, strict=True)
    ]
    lines = change(lines) if change else lines
    head = {"batch": batch or file.batch, "day": day}
    return write_file(form, form.back, head, lines)


def received(file, content, *, on=TODAY, by="test", name="hp.ret"):
    """What became of a return file."""
    return returning.receive(by=by, form=file.form, division=COUNTY, name=name, content=content, on=on)


def by_force(table, statement):
    """Something the triggers of a table forbid, as a superuser could do it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
