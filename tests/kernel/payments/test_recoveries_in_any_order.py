"""Whatever is corrected, claimed, deducted, returned, given up, written off and taken back in whatever order: it comes out even.

After every step each budget line balances, what is receivable is what open claims have left, what is refundable is what came
for claims that were taken back, and a claim is closed where nothing is left. In the end every family has, month by month,
what it is due, what it still owes, and what somebody decided that it keeps.
"""

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from anmin.kernel.payments.banks.returning import matching
from anmin.kernel.payments.budget.models import BudgetLine
from anmin.kernel.payments.ledger.models import LedgerLine
from anmin.kernel.payments.recovery.models import Recovery, RecoveryInstalment
from anmin.kernel.payments.recovery.queries import came_back, left_of
from anmin.kernel.payments.recovery.refunds import actions as refunds
from anmin.kernel.payments.recovery.refunds.queries import refunded_beyond, refunds_of
from anmin.kernel.payments.recovery.settling import actions as settling
from anmin.kernel.payments.runs.models import PayLine, PayPart
from anmin.kernel.payments.verifying import flaws
from tests.kernel.payments.an_office import OPEN, Office

pytestmark = pytest.mark.django_db


class Watched(Office):
    """The office, looked at."""

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
    office = Watched(seed)
    office.begin()
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


ORDERS = {
    "what came back stays repaid": ["pay", "pay", "late", "late", "late", "late"],
    "what did not come is refunded": ["pay", "pay", "take_back", "take_back", "late", "late", "late", "late"],
    "a deduction stands on the line that pays": ["pay", "pay"],
    "back pay is not set off": ["rise", "pay", "pay", "take_back", "take_back", "pay"],
}
"""Orders in which each of them shows, whatever the dice say."""


def played(name):
    office = Watched(1)
    office.begin()
    for what in ORDERS[name]:
        office.follow(what)
        office.look()
    office.end()
    office.look_at_families()


@pytest.mark.full
@pytest.mark.parametrize("name", WRONG)
def test_whoever_settles_wrongly_is_noticed(name, monkeypatch):
    """The wrong variants; the same orders come out even without them."""
    with transaction.atomic():
        played(name)
        transaction.set_rollback(True)
    WRONG[name](monkeypatch)

    with pytest.raises(AssertionError):
        played(name)
