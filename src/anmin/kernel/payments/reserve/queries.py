"""Where the reserve of a town stands in the books, and what was paid out of it before the papers were complete."""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from anmin.kernel.payments.ledger.models import Account, LedgerLine

PAID_FIRST = "reserve_paid"
"""The kind of the entries by which a reserve paid; their document is the number of the case."""


def standing(town: str, year: int) -> dict[int | None, int]:
    """Fen of a town's reserve of a year by the budget line they came out of; None where they came from elsewhere."""
    rows = LedgerLine.objects.filter(account=Account.RESERVE, division=town, entry__on__year=year)
    found = rows.values_list("budget_line").annotate(fen=Sum("fen")).order_by("budget_line")
    return {line: int(fen) for line, fen in found if fen}


def paid_first(case_number: str) -> QuerySet[LedgerLine]:
    """What a reserve paid for a case (先行救助), unless it was taken back."""
    return LedgerLine.objects.filter(
        account=Account.SPENT,
        entry__kind=PAID_FIRST,
        entry__document=case_number,
        entry__reversed_by__isnull=True,
    )
