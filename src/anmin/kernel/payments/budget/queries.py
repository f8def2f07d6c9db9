"""Budgets as a reader may see them: lines, what is left, execution against plan by fund and place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.payments.budget.models import BELOW, BudgetLine, BudgetMove, Fund
from anmin.kernel.payments.budget.uses import covers
from anmin.kernel.payments.ledger.models import Account, LedgerLine
from anmin.kernel.payments.ledger.queries import LAST, balances, sums


def funds() -> QuerySet[Fund]:
    """Every source of money."""
    return Fund.objects.order_by("source", "key")


def budget_lines(reader: Reader, year: int) -> QuerySet[BudgetLine]:
    """The budget lines of a year in the reader's places."""
    rows = BudgetLine.objects.filter(reader.scope.q(), year=year)
    return rows.select_related("fund").order_by("division", "rank", "pk")


def line_numbered(reader: Reader, number: int) -> BudgetLine | None:
    """One budget line."""
    return BudgetLine.objects.filter(reader.scope.q(), pk=number).select_related("fund").first()


def moves(reader: Reader, line: BudgetLine) -> QuerySet[BudgetMove]:
    """What came to a line and went from it."""
    rows = BudgetMove.objects.filter(reader.scope.q()) | BudgetMove.objects.filter(
        reader.scope.q("to_division")
    )
    return (rows.filter(line=line) | rows.filter(to_line=line)).order_by("on", "pk")


def lines_for(division: str, year: int, benefit: str) -> list[BudgetLine]:
    """The lines of a place that may pay a benefit, in the order in which they pay (资金使用顺序)."""
    rows = BudgetLine.objects.filter(division=division, year=year).select_related("fund")
    return [
        row
        for row in rows.order_by("rank", "pk")
        if covers([row.use], benefit) and covers(row.fund.uses, benefit)
    ]


def available(lines: Iterable[BudgetLine]) -> dict[int, int]:
    """Fen still available by budget line."""
    keys = [line.pk for line in lines]
    found = balances(keys)
    return {key: found.get(key, {}).get(Account.AVAILABLE, 0) for key in keys}


@dataclass(frozen=True)
class Execution:
    """A budget line so far (预算执行): everything is a sum over the ledger, and a row adds up to `own`.

    `elsewhere` lies in reserves, is claimed back, came back or was given up.
    """

    line: int
    fund: str
    source: str
    division: str
    use: str
    planned: int
    allotted: int
    available: int
    blocked: int
    transit: int
    spent: int
    returned: int
    elsewhere: int

    @property
    def own(self) -> int:
        """Fen that stay here: what came less what was handed down."""
        return self.planned - self.allotted

    @property
    def share_bp(self) -> int:
        """How much of it is spent, in basis points."""
        return 0 if self.own <= 0 else self.spent * 10_000 // self.own


def execution(reader: Reader, division: str, year: int, on: date | None = None) -> list[Execution]:
    """Execution against plan of a place and all below it, one row a budget line, with all that was posted until a day.

    What is paid or comes back after the year is the year's all the same: it is posted to its lines.
    """
    last = on or LAST
    if not reader.scope.touches(division):
        return []
    found: dict[int, dict[str, int]] = {}
    for row in sums(division, last_day=last):
        if row.budget_line is not None:
            own = found.setdefault(row.budget_line, {})
            own[row.account] = own.get(row.account, 0) + row.fen
    lines = budget_lines(reader, year).filter(pk__in=found)
    came = _came_down([line.pk for line in lines], last)
    return [_execution(line, found[line.pk], came.get(line.pk, 0)) for line in lines]


def _came_down(lines: Iterable[int], last: date) -> dict[int, int]:
    """Fen that came to budget lines from above, less what was taken back: the entries in the book of the place below."""
    rows = LedgerLine.objects.filter(
        budget_line__in=list(lines),
        account=Account.ALLOTTED,
        entry__on__lte=last,
        entry__source__endswith=BELOW,
    )
    found = rows.values_list("budget_line").annotate(fen=Sum("fen")).order_by("budget_line")
    return {line: -int(fen) for line, fen in found}


def _execution(line: BudgetLine, fen: dict[str, int], came: int) -> Execution:
    shown = ("available", "blocked", "transit", "spent", "returned")
    own = -fen.get(Account.APPROPRIATION, 0) - fen.get(Account.ALLOTTED, 0)
    return Execution(
        line=line.pk,
        fund=line.fund.title,
        source=line.fund.source,
        division=line.division,
        use=line.use,
        planned=came - fen.get(Account.APPROPRIATION, 0),
        allotted=came + fen.get(Account.ALLOTTED, 0),
        available=fen.get(Account.AVAILABLE, 0),
        blocked=fen.get(Account.BLOCKED, 0),
        transit=fen.get(Account.TRANSIT, 0),
        spent=fen.get(Account.SPENT, 0),
        returned=fen.get(Account.RETURNED, 0),
        elsewhere=own - sum(fen.get(account, 0) for account in shown),
    )
