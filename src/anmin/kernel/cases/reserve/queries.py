"""A town's reserve fund as a reader may see it: balance, ledger, papers that are overdue."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet, Sum

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.reserve.models import ReserveClosing, ReserveEntry


def balance(division: str, year: int) -> int:
    """Fen that are left in a town's reserve of a year."""
    found = ReserveEntry.objects.filter(division=division, year=year).aggregate(fen=Sum("fen"))
    return int(found["fen"] or 0)


def advanced(division: str, year: int) -> int:
    """Fen that were put in."""
    rows = ReserveEntry.objects.filter(division=division, year=year, fen__gt=0)
    return int(rows.aggregate(fen=Sum("fen"))["fen"] or 0)


def is_low(division: str, year: int, share_bp: int) -> bool:
    """Whether less than a share of the first advance is left, so that it should be topped up."""
    first = (
        ReserveEntry.objects.filter(division=division, year=year, kind="advance").order_by("on", "pk").first()
    )
    return first is not None and balance(division, year) * 10_000 < first.fen * share_bp


def ledger(reader: Reader, division: str, year: int) -> QuerySet[ReserveEntry]:
    """The lines of a town's ledger in their order."""
    rows = ReserveEntry.objects.filter(reader.scope.q(), division=division, year=year)
    return rows.select_related("case", "by").order_by("on", "pk")


def closings(reader: Reader, division: str, year: int) -> list[ReserveClosing]:
    """The closed months of a town in a year, in order."""
    rows = ReserveClosing.objects.filter(reader.scope.q(), division=division, month__year=year)
    return list(rows.select_related("by", "beside").order_by("month"))


def overdue_papers(reader: Reader, on: date) -> QuerySet[ReserveEntry]:
    """Payouts whose papers should have followed by a day and have not all come (补办手续超期)."""
    lacking = CaseMaterial.objects.filter(state=CaseMaterial.State.ASKED).values("case")
    rows = ReserveEntry.objects.filter(reader.scope.q(), kind="payout", papers_due__lt=on, case__in=lacking)
    return rows.select_related("case").order_by("papers_due", "pk")
