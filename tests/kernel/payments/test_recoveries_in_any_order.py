"""Whatever is corrected, claimed, deducted, returned, given up, written off and taken back in whatever order: it comes out even.

After every step each budget line balances, what is receivable is what open claims have left, what is refundable is what came
for claims that were taken back, and a claim is closed where nothing is left. In the end every family has, month by month,
what it is due, what it still owes, and what somebody decided that it keeps.
"""

import random
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Sum

from anmin.kernel.payments.banks.filing import actions as filing
from anmin.kernel.payments.banks.returning import matching
from anmin.kernel.payments.banks.returning.actions import receive as answer
from anmin.kernel.payments.budget.models import BudgetLine, Fund
from anmin.kernel.payments.ledger.models import LedgerLine
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.recovery import actions as recovery
from anmin.kernel.payments.recovery import settling
from anmin.kernel.payments.recovery.actions import Instalment
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import came_back, free_of, left_of
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.recovery.refunds.queries import refunded_beyond, refunds_of
from anmin.kernel.payments.runs import actions as runs
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.verifying import flaws
from anmin.lib.calendar import add_months
from tests.kernel.payments.banks.banking import a_return
from tests.kernel.payments.money import a_budget, a_family, a_grant, a_run, approved
from tests.kernel.payments.owing import (
    boss,
    by_hand,
    filed,
    given_up,
    noticed,
    paid_in,
    sent_again,
    taken_back,
    written_off,
)

pytestmark = pytest.mark.django_db
BEGIN, USUAL = date(2024, 9, 1), 600_00
OPEN = ("noticed", "agreed", "court")
STEPS = {
    "correct": 4,
    "pay": 4,
    "draft": 1,
    "void": 1,
    "late": 3,
    "again": 2,
    "give_up": 2,
    "claim": 8,
    "drop": 1,
    "agree": 6,
    "pay_in": 2,
    "write_off": 2,
    "court": 1,
    "take_back": 3,
    "hand": 2,
}


class Office:
    """Two families, three budget lines that are used up one after the other, and an office that does this and that."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        first = a_budget(4_000_00, year=2024)
        a_budget(90_000_00, year=2024, fund=first.fund, use="assistance/dibao", rank=200, document="指标2")
        a_budget(90_000_00, year=2025, fund=Fund.objects.get(), document="指标3")
        self.rows = [a_grant(a_family(f"H{at}", serial=at)[0], USUAL, BEGIN) for at in (1, 2)]
        self.due = {row.pk: {} for row in self.rows}
        self.highest = {row.pk: {} for row in self.rows}
        self.month, self.day, self.waiting, self.serial = BEGIN, BEGIN.replace(day=3), None, 20
        self.did, self.refused = [], []

    def step(self):
        """Something that can be done now; what is refused is tried in vain and changes nothing."""
        for _try in range(12):
            what = self.dice.choices([*STEPS], [*STEPS.values()])[0]
            self.day += timedelta(1)
            try:
                with transaction.atomic():
                    done = bool(getattr(self, what)())
            except PaymentProblem as problem:
                self.refused.append((what, problem.code))
                continue
            if done:
                self.did.append(what)
                return

    def one(self, rows):
        rows = list(rows.order_by("pk"))
        return self.dice.choice(rows) if rows else None

    def months(self):
        return [add_months(BEGIN, at) for at in range(60) if add_months(BEGIN, at) < self.month]

    def correct(self):
        """One of the last four months gets another amount, less or more."""
        months = self.months()[-4:]
        if not months:
            return False
        row = self.dice.choice(self.rows)
        self.due[row.pk][self.dice.choice(months)] = self.dice.choice(
            [200_00, 350_00, 450_00, 600_00, 700_00]
        )
        return self.write(row)

    def lower(self, row):
        self.due[row.pk][BEGIN] = self.dice.choice([200_00, 300_00, 400_00])
        return self.write(row)

    def write(self, row):
        """The amounts of a family as they are due now."""
        row.amounts.all().delete()
        for month in self.months():
            fen = self.due_in(row, month)
            row.amounts.create(first_month=month, last_month=month, fen=fen, decision=row.begun_by)
        row.amounts.create(first_month=self.month, fen=USUAL, decision=row.begun_by)
        return True

    def due_in(self, row, month):
        return self.due[row.pk].get(month, USUAL)

    def computed(self):
        run = a_run(self.month, on=max(self.day, self.month.replace(day=3)))
        self.day = max(self.day, self.month.replace(day=3))
        for row in self.rows:
            known = self.highest[row.pk]
            for month in [*self.months(), self.month]:
                known[month] = max(known.get(month, 0), self.due_in(row, month))
        return run

    def draft(self):
        if self.waiting is None:
            self.waiting = self.computed()
            return True
        return False

    def void(self):
        if self.waiting is None:
            return False
        runs.void(by="test", run=self.waiting, on=self.day, reason="重做")
        self.waiting = None
        return True

    def pay(self, said=None):
        run = self.waiting or self.computed()
        run.refresh_from_db()
        run = approved(run)
        file = filed(run, self.day)
        self.waiting, self.month = None, add_months(self.month, 1)
        if file is not None:
            self.answer(file, list(file.lines.order_by("seq")), said)
        return True

    def answer(self, file, orders, said=None):
        """The bank says of each order whether it arrived; mostly it did."""
        words = [said or self.dice.choice(["paid"] * 4 + ["returned"]) for _order in orders]
        self.serial += 1
        text = a_return(file, words, day=self.day, orders=orders)
        row = answer(
            by="test",
            form=file.form,
            division=file.division,
            name=f"{self.serial}",
            content=text,
            on=self.day,
        )
        assert row.state == "matched", row.reasons

    def late(self):
        """A payment that had arrived comes back, mostly one of which something was deducted or given back."""
        rows = PayLine.objects.filter(state="paid", fen__gt=0)
        about = rows.filter(parts__basis__in=["deduct", "refund"]).distinct()
        line = self.one(about) if self.dice.random() < 0.8 else self.one(rows)
        if line is None:
            return False
        order = line.orders.select_related("file", "account").order_by("-attempt").first()
        self.answer(order.file, [order], "returned")
        return True

    def returned(self):
        return self.one(PayLine.objects.select_related("run", "person").filter(state="returned"))

    def again(self, said=None):
        line = self.returned()
        if line is None:
            return False
        self.serial += 1
        file = sent_again(line, self.day, self.serial)
        self.answer(file, list(file.lines.all()), said)
        return True

    def give_up(self):
        line = self.returned()
        return line is not None and bool(given_up(line, self.day))

    def claims(self, *states):
        return self.one(Recovery.objects.filter(state__in=states))

    def claim(self):
        row = self.claims("found")
        return row is not None and bool(noticed(row, self.day))

    def drop(self):
        row = self.claims("found", "heard")
        if row is None:
            return False
        act = self.dice.choice([recovery.drop, recovery.void])
        return bool(act(by=boss(), recovery=row, on=self.day, reason="差错"))

    def agree(self):
        row = self.claims("noticed", "agreed")
        if row is None or not free_of(row):
            return False
        left, plan = free_of(row), []
        while left:
            fen = left if len(plan) == 2 else min(left, self.dice.choice([50_00, 100_00, 150_00, 400_00]))
            way = self.dice.choice(["deduct", "deduct", "paid_in"])
            plan.append(Instalment(add_months(self.month, len(plan)), fen, way))
            left -= fen
        return bool(recovery.agree(by=boss(), recovery=row, instalments=plan, agreement="分期", on=self.day))

    def pay_in(self):
        row = self.claims(*OPEN)
        if row is None or not free_of(row):
            return False
        fen = self.dice.choice([free_of(row), max(1, free_of(row) // 2)])
        return bool(paid_in(row, fen, self.day, f"收据{self.day}"))

    def write_off(self):
        row = self.claims(*OPEN)
        if row is None:
            return False
        return bool(written_off(row, self.day, self.dice.choice([None, max(1, left_of(row) // 2)])))

    def court(self):
        row = self.claims("noticed", "agreed")
        return row is not None and bool(
            recovery.go_to_court(by=boss(), recovery=row, on=self.day, reason="不还")
        )

    def take_back(self):
        row = self.claims(*OPEN, "repaid", "written_off")
        return row is not None and bool(taken_back(row, self.day))

    def hand(self):
        row = self.claims("dropped")
        return row is not None and bool(by_hand(row, self.day))

    def end(self):
        """What came back goes out again or is given up, and three months are paid as they should be."""
        for _try in range(20):
            if self.returned() is None:
                break
            self.day += timedelta(1)
            for act in (lambda: self.again("paid"), self.give_up):
                try:
                    with transaction.atomic():
                        act()
                    break
                except PaymentProblem:
                    continue
        for run in {line.run for line in PayLine.objects.filter(state="due").select_related("run")}:
            if run.state in ("approved", "filed", "settled"):
                for file in filing.make_files(by="test", run=run, on=self.day).files:
                    file.state = "accepted"
                    file.save(update_fields=["state"])
                    self.answer(file, list(file.lines.all()), "paid")
        for _month in range(3):
            self.pay("paid")
            self.look()

    def look(self):
        """Lines, claims and refunds as they stand."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        claims = list(Recovery.objects.order_by("pk"))
        beyond = [claim for claim in claims if refunded_beyond(claim)]
        found = [flaw for flaw in flaws() if not (beyond and flaw.words.startswith("多退还了"))]
        assert found == []
        lines = [line.pk for line in BudgetLine.objects.all()]
        for line in (None, *lines):
            own = [claim for claim in claims if claim.book and claim.budget_line_id == line]
            assert self.booked(line, "receivable") == sum(left_of(one) for one in own if one.state in OPEN)
            dropped = [one for one in own if one.state == "dropped"]
            assert -self.booked(line, "refundable") == sum(
                came_back(one) - self.given_back(one) for one in dropped
            )
        for line in lines:
            self.look_at_cash(line)
        for claim in claims:
            if claim.book:
                assert (left_of(claim) == 0) == (
                    claim.state in ("repaid", "written_off")
                ) or claim.state == "dropped"
                assert left_of(claim) >= 0
            if claim.state == "dropped":
                going = sum(
                    one.fen
                    for one in refunds_of(claim)
                    if one.line is not None or one.plan.paid_on is not None
                )
                planned = [
                    one.fen for one in refunds_of(claim) if one.line is None and one.plan.paid_on is None
                ]
                assert sum(planned) == max(0, came_back(claim) - going) and len(planned) <= 1

    def booked(self, line, *accounts):
        rows = LedgerLine.objects.filter(budget_line=line, account__in=accounts)
        return rows.aggregate(fen=Sum("fen"))["fen"] or 0

    def given_back(self, claim):
        return sum(one.fen for one in refunds_of(claim) if one.is_paid)

    def look_at_cash(self, line):
        """What a line spent and what of it is open, is what left it and did not come back to it."""
        gone = PayLine.objects.filter(budget_line=line, state="paid").aggregate(fen=Sum("fen"))["fen"] or 0
        moved = LedgerLine.objects.filter(budget_line=line, account="available", entry__kind="recovery")
        gone -= moved.aggregate(fen=Sum("fen"))["fen"] or 0
        assert gone == self.booked(line, "spent", "receivable", "recovered", "written_off", "refundable")

    def look_at_families(self):
        """In the end: cash by family against what is due, and month by month nothing too little and nothing unseen."""
        for row in self.rows:
            claims = list(Recovery.objects.filter(entitlement=row))
            cash = PayLine.objects.filter(entitlement=row, state="paid").aggregate(fen=Sum("fen"))["fen"] or 0
            counted = RecoveryInstalment.objects.filter(recovery__in=claims, paid_on__isnull=False)
            cash -= counted.filter(way="paid_in").aggregate(fen=Sum("fen"))["fen"] or 0
            cash += counted.filter(way="by_hand").aggregate(fen=Sum("fen"))["fen"] or 0
            left = sum(left_of(one) for one in claims if one.state in OPEN)
            unrefunded = sum(
                came_back(one) - self.given_back(one) for one in claims if one.state == "dropped"
            )
            had = {month: self.had(row, claims, month) for month in self.months()}
            due = sum(self.due_in(row, month) for month in had)
            over = sum(fen - self.due_in(row, month) for month, fen in had.items())
            assert cash == due + over + left - unrefunded
            for month, fen in had.items():
                self.look_at_month(row, claims, month, fen)

    def of(self, claims, month, *states):
        return [
            (claim, one)
            for claim in claims
            if claim.state in states
            for one in claim.months.all()
            if one.month == month
        ]

    def had(self, row, claims, month):
        parts = PayPart.objects.filter(entitlement=row.pk, month=month, basis="basic", is_live=True)
        live = self.of(claims, month, *OPEN, "repaid", "written_off")
        claimed = sum(one.fen - (one.kept or 0) for _claim, one in live)
        return (parts.aggregate(fen=Sum("fen"))["fen"] or 0) - claimed

    def look_at_month(self, row, claims, month, had):
        due = self.due_in(row, month)
        off = sum(one.kept or 0 for _claim, one in self.of(claims, month, *OPEN, "repaid", "written_off"))
        found = sum(one.fen for _claim, one in self.of(claims, month, "found", "heard"))
        dropped = self.of(claims, month, "dropped")
        assert due <= had <= due + off + found + sum(one.kept for _claim, one in dropped), (month, had, due)
        # Nobody keeps of one month more than was ever due for it, but what was written off or waits for a decision, or what
        # was left to it after it had been paid again.
        highest = self.highest[row.pk][month]
        if not any(one.paid and one.paid > highest for _claim, one in dropped):
            assert had - off - found <= highest, (month, had, off, found, highest)


def play(seed, steps=30):
    office = Office(seed)
    for _month in range(2):
        office.pay("paid")
    for row in office.rows:
        office.lower(row)
    office.pay("paid")
    for _step in range(steps):
        office.step()
        office.look()
    office.end()
    office.look_at_families()
    return office


@pytest.mark.parametrize(
    ("seed", "steps"),
    [(0, 14), (1, 14), *(pytest.param(seed, 30, marks=pytest.mark.full) for seed in range(2, 12))],
)
def test_whatever_happens_in_whatever_order_comes_out_even(seed, steps):
    office = play(seed, steps)

    assert len(office.did) == steps and len({*office.did}) > 6


def on_the_line_that_pays(patch):
    patch.setattr(
        matching,
        "MOVED",
        matching.MOVED.replace("claim.budget_line_id AS budget", "line.budget_line_id AS budget"),
    )


def nothing_is_set_off(patch):
    patch.setattr(refunds, "_not_offset", lambda _row: None)
    patch.setattr(refunds, "keep_what_is_left", lambda row: row.months.update(kept=F("fen")))


WRONG = {
    "what came back stays repaid": lambda patch: patch.setattr(settling, "_open_again", lambda *_given: None),
    "what did not come is refunded": lambda patch: patch.setattr(
        settling, "_plan_refund", lambda *_given: None
    ),
    "a deduction stands on the line that pays": on_the_line_that_pays,
    "back pay is not set off": nothing_is_set_off,
}


@pytest.mark.full
@pytest.mark.parametrize("name", WRONG)
def test_whoever_settles_wrongly_is_noticed(name, monkeypatch):
    """The wrong variants: one of so many orders shows each of them."""
    WRONG[name](monkeypatch)

    with pytest.raises((AssertionError, DatabaseError)):
        for seed in range(12):
            with transaction.atomic():
                play(seed, 30)
                transaction.set_rollback(True)
