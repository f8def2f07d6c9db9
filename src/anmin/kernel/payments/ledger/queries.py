"""What the ledger adds up to: balances of accounts, of budget lines, of a household; never anything that is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.access.scopes import range_of
from anmin.kernel.payments.ledger.models import Account, LedgerEntry, LedgerLine, PeriodClosing

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
DAY = timedelta(1)


@dataclass(frozen=True)
class Sum_:
    """One sum of the ledger: fen of an account, by budget line, benefit and place."""

    account: str
    budget_line: int | None
    benefit: str
    division: str
    fen: int


def sums(division: str, first_day: date = FIRST, last_day: date = LAST) -> list[Sum_]:
    """The sums of a place and all below it over days, as far as the reader's places go; they carry no person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, budget_line, benefit, place, fen FROM anmin_ledger_sums(%s, %s, %s)",
            [range_of(division)[0], first_day, last_day],
        )
        return [Sum_(*row) for row in cursor.fetchall()]


def sums_until(division: str, day: date) -> dict[str, int]:
    """Fen by account of exactly this place's book before a day."""
    rows = LedgerLine.objects.filter(entry__division=division, entry__on__lt=day)
    found = rows.values_list("account").annotate(fen=Sum("fen")).order_by("account")
    return {account: int(fen) for account, fen in found}


def trial_balance(division: str, on: date = LAST) -> dict[str, int]:
    """Fen by account of a place and all below it (试算平衡表); they add up to nought."""
    total: dict[str, int] = {}
    for row in sums(division, FIRST, on):
        total[row.account] = total.get(row.account, 0) + row.fen
    return dict(sorted(total.items()))


def balance(budget_line: int, account: str = Account.AVAILABLE) -> int:
    """Fen of one account of one budget line."""
    rows = LedgerLine.objects.filter(budget_line=budget_line, account=account)
    return int(rows.aggregate(fen=Sum("fen"))["fen"] or 0)


def balances_of(division: str, budget_line: int) -> dict[str, int]:
    """Fen of every account of a budget line of a place that has any, those of lines held more closely included."""
    found: dict[str, int] = {}
    for row in sums(division):
        if row.budget_line == budget_line:
            found[row.account] = found.get(row.account, 0) + row.fen
    return {key: found[key] for key in Account.values if found.get(key)}


def postings(reader: Reader, budget_line: int, account: str) -> QuerySet[LedgerLine]:
    """What makes up the balance of an account of a budget line, newest first, as far as the reader may see it."""
    rows = LedgerLine.objects.filter(reader.q(), budget_line=budget_line, account=account)
    return rows.select_related("entry__by", "pay_line__person", "household").order_by("-entry__on", "-pk")


def balances(budget_lines: Iterable[int]) -> dict[int, dict[str, int]]:
    """Fen of every account of budget lines."""
    found: dict[int, dict[str, int]] = {}
    rows = LedgerLine.objects.filter(budget_line__in=list(budget_lines))
    for line, account, fen in rows.values_list("budget_line", "account").annotate(fen=Sum("fen")):
        found.setdefault(line, {})[account] = int(fen)
    return found


def household_account(reader: Reader, household: int) -> QuerySet[LedgerLine]:
    """What moved to and from one household (一户的账), newest first."""
    rows = LedgerLine.objects.filter(reader.q(), household=household)
    return rows.select_related("entry", "pay_line").order_by("-entry__on", "-pk")


def entries(reader: Reader, division: str, month: date | None = None) -> QuerySet[LedgerEntry]:
    """The entries of a place's book, newest first, each with what the reader sees on its left (`left`) and right (`right`)."""
    rows = LedgerEntry.objects.filter(reader.scope.q(), division=division).annotate(
        left=Sum("lines__fen", filter=Q(lines__fen__gt=0), default=0),
        right=Sum("lines__fen", filter=Q(lines__fen__lt=0), default=0),
    )
    if month is not None:
        rows = rows.filter(on__year=month.year, on__month=month.month)
    return rows.select_related("by").order_by("-on", "-pk")


def closings(reader: Reader, division: str) -> QuerySet[PeriodClosing]:
    """The months of a book that were closed, newest first."""
    rows = PeriodClosing.objects.filter(reader.scope.q(), division=division)
    return rows.select_related("by", "beside").order_by("-month", "-pk")


def is_closed(division: str, day: date) -> bool:
    """Whether a day lies in a closed month of a book."""
    rows = PeriodClosing.objects.filter(division=division, reopened_at__isnull=True)
    return rows.filter(month__gte=day.replace(day=1)).exists()


def closing_numbered(reader: Reader, number: int) -> PeriodClosing | None:
    """One month of a book that was closed."""
    return PeriodClosing.objects.filter(reader.scope.q(), pk=number).first()


@dataclass(frozen=True)
class HouseholdSums:
    """A household's money by benefit in fen, every figure a sum over the ledger: what reached it, what it owes or is owed back."""

    benefit: str
    paid: int
    receivable: int
    recovered: int
    written_off: int
    refundable: int


def household_sums(reader: Reader, household: int) -> list[HouseholdSums]:
    """What reached a household and what it owes, benefit by benefit."""
    found: dict[str, dict[str, int]] = {}
    rows = LedgerLine.objects.filter(reader.q(), household=household)
    for benefit, account, fen in (
        rows.values_list("benefit", "account").annotate(fen=Sum("fen")).order_by("benefit")
    ):
        found.setdefault(benefit, {})[account] = int(fen)
    return [
        HouseholdSums(
            benefit,
            sums_.get(Account.SPENT, 0),
            sums_.get(Account.RECEIVABLE, 0),
            sums_.get(Account.RECOVERED, 0),
            sums_.get(Account.WRITTEN_OFF, 0),
            -sums_.get(Account.REFUNDABLE, 0),
        )
        for benefit, sums_ in found.items()
    ]
