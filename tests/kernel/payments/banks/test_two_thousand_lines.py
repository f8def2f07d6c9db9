"""E06: a batch of two thousand lines, damaged in every way: matched by evidence or quarantined whole, no line in between."""

from collections import Counter
from datetime import date

import pytest

from anmin.kernel.payments.banks import contents
from anmin.kernel.payments.banks.contents import FileProblem, read_file, write_file
from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import PayFileLine, ReturnLine
from anmin.kernel.payments.checks import actions as checks
from anmin.kernel.payments.checks.models import PayException
from anmin.kernel.payments.ledger.queries import trial_balance
from anmin.kernel.payments.runs.models import PayLine
from bench import paybook
from tests.kernel.payments.banks.banking import MONTH, a_return, received
from tests.kernel.payments.money import (
    COUNTY,
    TODAY,
    a_budget,
    a_family,
    a_fund,
    a_run,
    a_signer,
    approved,
    decided,
)
from tests.make import a_user

pytestmark = pytest.mark.django_db
LINES, FIRST = 2_000, 1_000_000_000
STATUSES = ("paid", "paid", "paid", "returned", "unknown")


@pytest.fixture
def batch():
    """One file of a run of two thousand families, handed to the bank; the dead were left out by somebody."""
    home, _people = a_family("H1")
    a_user("jueding", COUNTY)
    paybook._load(FIRST, FIRST + LINES - 1, decided(home, "grant", date(2026, 9, 20)).pk)
    a_budget(10_000_000_00, fund=a_fund(uses=["*/*"]), use="*/*")
    run = a_run(MONTH, benefits=paybook.BENEFITS)
    for code in (
        PayException.objects.filter(run=run, line__isnull=False, state="open")
        .values_list("code", flat=True)
        .distinct()
    ):
        keys = PayException.objects.filter(run=run, code=code, line__isnull=False, state="open")
        checks.decide_alike(
            by=a_signer("jue", "county_approver"),
            run=run,
            code=code,
            exceptions=list(keys.values_list("pk", flat=True)),
            outcome="exclude",
            on=TODAY,
            reason="已去世",
        )
    (file,) = filing.make_files(by="test", run=approved(run), on=TODAY).files
    file.state = "accepted"
    file.save(update_fields=["state"])
    return file


def said(file):
    number = file.lines.count()
    return [STATUSES[at % len(STATUSES)] for at in range(number)]


def one(lines, at, **changed):
    return [*lines[:at], {**lines[at], **changed}, *lines[at + 1 :]]


DAMAGE = {
    "a line that is not ours": lambda lines: [*lines, {**lines[0], "key": "999999999-1"}],
    "the same line twice": lambda lines: [*lines, lines[7]],
    "another amount": lambda lines: one(lines, 1_000, fen=lines[1_000]["fen"] + 1),
    "two amounts changed so that the total stays": lambda lines: one(
        one(lines, 5, fen=lines[5]["fen"] + 100), 6, fen=lines[6]["fen"] - 100
    ),
    "another name": lambda lines: one(lines, 1_900, holder="另一人"),
    "two keys exchanged": lambda lines: one(one(lines, 5, key=lines[6]["key"]), 6, key=lines[5]["key"]),
    "a result that means nothing": lambda lines: one(lines, 12, status="7"),
    "sent back without saying why": lambda lines: one(lines, 3, code=""),
}


def nothing_counts(file):
    return (
        not ReturnLine.objects.exists()
        and set(file.lines.values_list("state", flat=True)) == {"waiting"}
        and trial_balance(COUNTY).get("spent", 0) == 0
    )


def test_damaged_files_are_quarantined_whole_and_the_sound_one_settles_every_line_once(batch):
    number = batch.lines.count()
    assert number > 1_900
    for what, change in DAMAGE.items():
        row = received(batch, a_return(batch, said(batch), change=change))
        assert row.state == "quarantined", what
        assert nothing_counts(batch), what
    sound = a_return(batch, said(batch))
    for recoded in (
        sound.decode("gb18030").encode(),
        b"\xef\xbb\xbf" + sound,
        sound.decode("gb18030").encode("utf-16"),
        sound.replace(b"|", b"||", 1),
    ):
        assert received(batch, recoded).state == "quarantined"
    assert nothing_counts(batch)

    orders = list(batch.lines.select_related("account").order_by("seq"))
    some = a_return(batch, said(batch)[:-500], orders=orders[:-500])
    assert received(batch, some).state == "matched"
    assert Counter(batch.lines.values_list("state", flat=True))["waiting"] == 500
    shuffled = a_return(batch, said(batch), change=lambda lines: lines[1_000:] + lines[:1_000])
    assert received(batch, shuffled).state == "matched"
    before = trial_balance(COUNTY)
    assert received(batch, shuffled, name="again.ret").state == "matched"

    states = Counter(PayLine.objects.filter(orders__file=batch).values_list("state", flat=True))
    assert states == Counter(said(batch))
    assert trial_balance(COUNTY) == before
    by_state = Counter()
    for state, fen in PayFileLine.objects.filter(file=batch).values_list("state", "fen"):
        by_state[state] += fen
    assert before["spent"] == by_state["paid"]
    assert before["returned"] == by_state["returned"]
    assert before["transit"] == by_state["unknown"]


def a_sound_file():
    """A return file of two thousand lines that needs no database."""
    form = form_named("one_card")
    letters = {word: letter for letter, word in form.statuses.items()}
    lines = [
        {
            "seq": at + 1,
            "key": f"{at + 1}-1",
            "holder": "王秀英",
            "fen": 700_00 + at,
            "status": letters[STATUSES[at % len(STATUSES)]],
            "code": "01",
        }
        for at in range(LINES)
    ]
    return form, write_file(form, form.back, {"batch": "371002-202611-01-01", "day": TODAY}, lines)


def test_a_file_cut_at_any_byte_of_its_last_three_lines_is_not_read():
    form, sound = a_sound_file()
    tail = sum(len(line) for line in sound.splitlines(keepends=True)[-3:])

    read = 0
    for cut in range(1, tail + 1):
        try:
            read_file(form, form.back, sound[:-cut])
        except FileProblem:
            continue
        read += 1

    assert read == 0
    assert len(read_file(form, form.back, sound).lines) == LINES


def test_whoever_does_not_compare_the_totals_takes_a_file_with_a_line_cut_out(monkeypatch):
    """The wrong variant: the control totals stand in the file and nobody looks."""
    form, sound = a_sound_file()
    lines = sound.splitlines(keepends=True)
    short = b"".join([*lines[:40], *lines[41:]])
    with pytest.raises(FileProblem):
        read_file(form, form.back, short)

    monkeypatch.setattr(contents, "_compare", lambda *told: None)

    assert len(read_file(form, form.back, short).lines) == LINES - 1
