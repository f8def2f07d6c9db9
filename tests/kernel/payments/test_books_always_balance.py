"""E03: whatever is done in whatever order, the books balance after every step, and no posted row ever changes."""

import random
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction

from anmin.kernel.payments.ledger import actions as ledger
from anmin.kernel.payments.ledger.actions import Posting
from anmin.kernel.payments.ledger.models import LedgerEntry, LedgerLine
from anmin.kernel.payments.ledger.queries import balances
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.verifying import flaws
from anmin.lib.calendar import add_months
from tests.kernel.payments.money import COUNTY, a_budget, a_fund, finance
from tests.make import a_user

pytestmark = pytest.mark.django_db
MOVES = {
    "block": ("blocked", "available"),
    "free": ("available", "blocked"),
    "send": ("transit", "blocked"),
    "paid": ("spent", "transit"),
    "back": ("returned", "transit"),
    "again": ("transit", "returned"),
    "give up": ("available", "returned"),
    "notice": ("receivable", "spent"),
    "paid in": ("recovered", "receivable"),
    "off": ("written_off", "receivable"),
    "taken back": ("spent", "refundable"),
    "refunded": ("refundable", "available"),
}


class Books:
    """The books beside a plain dictionary of what should stand in them."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.clerk, self.other = finance(), a_user("er", COUNTY)
        fund = a_fund()
        self.lines = [
            a_budget(self.dice.randrange(1, 10_000_00), fund=fund, use=use, document=use).pk
            for use in ("assistance/dibao", "assistance/tekun")
        ]
        self.month, self.number, self.closings = date(2026, 2, 1), 0, []
        self.wanted = {line: dict(balances([line])[line]) for line in self.lines}
        self.fingerprint = {}

    def step(self):
        what = self.dice.choice([*MOVES, "reverse", "close", "reopen", "next_month", "crooked", "repeat"])
        known = LedgerEntry.objects.count()
        try:
            with transaction.atomic():
                changes = getattr(self, what, lambda: self.move(what))()
        except PaymentProblem:
            assert LedgerEntry.objects.count() == known
            changes = []
        for line, account, fen in changes or []:
            self.wanted[line][account] = self.wanted[line].get(account, 0) + fen

    def move(self, what):
        debit, credit = MOVES[what]
        line, fen = self.dice.choice(self.lines), self.dice.randrange(1, 3_000_00)
        self.number += 1
        lines = [Posting(debit, fen, line), Posting(credit, -fen, line)]
        ledger.post(
            by="test", division=COUNTY, on=self.day(), kind=what, source=f"s:{self.number}", lines=lines
        )
        return [(line, debit, fen), (line, credit, -fen)]

    def day(self):
        """Now and then a day of last month, which may be closed."""
        month = add_months(self.month, -1) if self.dice.random() < 0.1 else self.month
        return month.replace(day=self.dice.randrange(1, 28))

    def reverse(self):
        entry = LedgerEntry.objects.filter(kind__in=MOVES, reversed_by__isnull=True).order_by("?").first()
        if entry is None:
            return []
        self.number += 1
        ledger.reverse(by="test", entry=entry, on=self.day(), source=f"r:{self.number}", reason="更正")
        return [(row.budget_line_id, row.account, -row.fen) for row in entry.lines.all()]

    def close(self):
        self.closings.append(
            ledger.close_period(
                by=self.clerk,
                beside=self.other,
                division=COUNTY,
                month=self.month,
                on=add_months(self.month, 1),
            )
        )
        self.next_month()

    def reopen(self):
        if self.closings:
            closing = self.closings[-1]
            ledger.reopen_period(
                by=self.clerk, beside=self.other, closing=closing, on=date(2030, 1, 1), reason="补记"
            )
            self.closings.pop()

    def next_month(self):
        self.month = add_months(self.month, 1)

    def crooked(self):
        ledger.post(
            by="test",
            division=COUNTY,
            on=self.day(),
            kind="x",
            source="x",
            lines=[Posting("spent", 2), Posting("transit", -1)],
        )

    def repeat(self):
        if not LedgerEntry.objects.filter(source="s:1").exists():
            return
        ledger.post(
            by="test",
            division=COUNTY,
            on=self.day(),
            kind="x",
            source="s:1",
            lines=[Posting("spent", 2), Posting("appropriation", -2)],
        )

    def look(self):
        """Balanced, as wanted, nothing below nought, and every row that stood before stands as it was."""
        assert flaws() == []
        found = balances(self.lines)
        for line in self.lines:
            assert {k: v for k, v in found[line].items() if v} == {
                k: v for k, v in self.wanted[line].items() if v
            }
        rows = {
            row[0]: row
            for row in LedgerLine.objects.values_list("pk", "account", "fen", "entry", "budget_line")
        }
        assert {key: rows.get(key) for key in self.fingerprint} == self.fingerprint
        self.fingerprint = rows


@pytest.mark.parametrize(
    ("seed", "steps"),
    [
        *((seed, 60) for seed in range(6)),
        *(pytest.param(seed, 30, marks=pytest.mark.full) for seed in range(6, 206)),
    ],
)
def test_the_books_balance_after_every_step(seed, steps):
    books = Books(seed)

    for _ in range(steps):
        books.step()
        books.look()

    assert LedgerEntry.objects.count() > steps // 8
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_books_that_are_cooked_are_noticed():
    """The wrong variant: one fen moved past the triggers."""
    books = Books(1)
    books.move("block")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_ledgerline DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_ledgerline SET fen = fen + 1 WHERE account = 'blocked'")
        cursor.execute("ALTER TABLE kernel_ledgerline ENABLE TRIGGER USER")

    with pytest.raises(AssertionError):
        books.look()


WRONG = {
    "taken back with the same sign": lambda told, lines: (
        [replace(line, fen=-line.fen) for line in lines] if told.get("reverses") else lines
    ),
    "a fen more on both sides": lambda told, lines: [
        replace(line, fen=line.fen + (1 if line.fen > 0 else -1)) for line in lines
    ],
    "debit and credit exchanged now and then": lambda told, lines: (
        [replace(line, fen=-line.fen) for line in lines] if told["source"].endswith("7") else lines
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_whoever_posts_wrongly_but_balanced_is_noticed(name, monkeypatch):
    """The wrong variants: every entry adds up to nought, and the books are wrong all the same."""
    right = ledger.post
    monkeypatch.setattr(
        ledger, "post", lambda *, lines, **told: right(lines=WRONG[name](told, list(lines)), **told)
    )
    books = Books(1)

    with pytest.raises(AssertionError):
        for _ in range(200):
            books.step()
            books.look()
