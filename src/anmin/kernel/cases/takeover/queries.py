"""Lists of running benefits as a reader may see them: their figures, their rows, and what a benefit was taken over from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Abs, Coalesce, Substr

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.takeover.columns import sheet
from anmin.kernel.cases.takeover.models import TakeoverBatch, TakeoverRow
from anmin.kernel.cases.takeover.words import why_reviewed
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.years import yearly_benefits

TOWN = 9
"""Digits of a town's code."""


@dataclass(frozen=True)
class Figures:
    """What a list comes to: rows by state and by what was found, fen a month and fen a year that go on."""

    accepted: int
    taken: int
    rejected: int
    withdrawn: int
    equal: int
    differs: int
    missing: int
    fen: int
    fen_year: int

    @property
    def counted(self) -> int:
        """Rows that were let through."""
        return self.accepted + self.taken + self.withdrawn


@dataclass(frozen=True)
class TownFigures:
    """The rows of one town that were let through; `fen`, and `more` and `less` by which our rules differ, are a month's."""

    division: str
    rows: int
    fen: int
    differs: int
    missing: int
    more: int
    less: int


def batches(reader: Reader) -> QuerySet[TakeoverBatch]:
    """Lists in the reader's places, the newest first."""
    rows = TakeoverBatch.objects.filter(reader.scope.q())
    return rows.select_related("made_by", "confirmed_by").order_by("-made_at", "-pk")


def batch_numbered(reader: Reader, number: int) -> TakeoverBatch | None:
    """One list."""
    rows = TakeoverBatch.objects.filter(reader.scope.q(), pk=number)
    return rows.select_related("made_by", "confirmed_by", "withdrawn_by", "corrects").first()


def rows_of(reader: Reader, batch: TakeoverBatch) -> QuerySet[TakeoverRow]:
    """The rows of a list in the reader's sight, in its order."""
    rows = TakeoverRow.objects.filter(reader.q(), batch=batch)
    return rows.select_related("household", "person", "receiver", "entitlement").order_by("row")


def rejected(reader: Reader, batch: TakeoverBatch) -> QuerySet[TakeoverRow]:
    """The rows that came back."""
    return rows_of(reader, batch).filter(state=TakeoverRow.State.REJECTED)


def differing(reader: Reader, batch: TakeoverBatch) -> QuerySet[TakeoverRow]:
    """The rows on which our rules differ, the highest difference first."""
    rows = rows_of(reader, batch).filter(found=TakeoverRow.Found.DIFFERS)
    rows = rows.exclude(state=TakeoverRow.State.REJECTED)
    return rows.annotate(apart=Abs(Coalesce(F("found_fen"), 0) - F("fen"))).order_by("-apart", "row")


def missing(reader: Reader, batch: TakeoverBatch) -> QuerySet[TakeoverRow]:
    """The rows of which our rules make nothing, with what is missing."""
    rows = rows_of(reader, batch).filter(found=TakeoverRow.Found.MISSING)
    return rows.exclude(state=TakeoverRow.State.REJECTED)


def figures(reader: Reader, batch: TakeoverBatch) -> Figures:
    """The figures of a list; the list behind each has as many rows."""
    return figures_of(reader, [batch])[batch.pk]


def figures_of(reader: Reader, batches: Iterable[TakeoverBatch]) -> dict[int, Figures]:
    """The figures of several lists by their keys, in one question."""
    keys = [row.pk for row in batches]
    through = ~Q(state=TakeoverRow.State.REJECTED)
    counts = {name: Q(state=name) for name in TakeoverRow.State.values}
    counts |= {name: through & Q(found=name) for name in TakeoverRow.Found.values}
    rows = TakeoverRow.objects.filter(reader.q(), batch__in=keys).order_by().values("batch")
    found: Any = rows.annotate(
        **{f"of_{name}": Count("pk", filter=which) for name, which in counts.items()},
        by_month=Coalesce(Sum("fen", filter=through & ~_by_year()), 0),
        by_year=Coalesce(Sum("fen", filter=through & _by_year()), 0),
    )
    told = {
        row["batch"]: Figures(
            fen=row["by_month"], fen_year=row["by_year"], **{name: row[f"of_{name}"] for name in counts}
        )
        for row in found
    }
    nothing = Figures(fen=0, fen_year=0, **dict.fromkeys(counts, 0))
    return {key: told.get(key, nothing) for key in keys}


def _by_year() -> Q:
    return Q(benefit__in=yearly_benefits())


def codes(reader: Reader, batch: TakeoverBatch) -> list[tuple[str, int]]:
    """Why rows came back, the most frequent reason first."""
    rows = rejected(reader, batch).order_by().values_list("code").annotate(number=Count("pk"))
    return sorted(rows, key=lambda one: (-one[1], one[0]))


def by_town(reader: Reader, batch: TakeoverBatch) -> list[TownFigures]:
    """The figures of each town of a list."""
    rows = rows_of(reader, batch).exclude(state=TakeoverRow.State.REJECTED).order_by()
    differs, monthly = Q(found=TakeoverRow.Found.DIFFERS), ~_by_year()
    apart = Coalesce(F("found_fen"), 0) - F("fen")
    found = (
        rows.annotate(town=Substr("division", 1, TOWN))
        .values("town")
        .annotate(
            rows=Count("pk"),
            sum=Coalesce(Sum("fen", filter=monthly), 0),
            differs=Count("pk", filter=differs),
            missing=Count("pk", filter=Q(found=TakeoverRow.Found.MISSING)),
            more=Coalesce(Sum(apart, filter=monthly & differs & Q(found_fen__gt=F("fen"))), 0),
            less=Coalesce(Sum(-apart, filter=monthly & differs & Q(found_fen__lt=F("fen"))), 0),
        )
    )
    return [
        TownFigures(
            one["town"], one["rows"], one["sum"], one["differs"], one["missing"], one["more"], one["less"]
        )
        for one in found.order_by("town")
    ]


def cells_of(rows: QuerySet[TakeoverRow]) -> tuple[list[str], list[list[str]]]:
    """Rows that came back as a file to correct and send again: row number, the columns of the template, the reason."""
    head = ["行号", *[column.heading for column in sheet().columns], "原因"]
    cells = [
        [
            str(row.row),
            *row.given.get("cells", []),
            f"{row.column}：{row.given.get('reason') or row.reason}",
        ]
        for row in rows
    ]
    return head, cells


def taken_as(entitlement: Entitlement) -> TakeoverRow | None:
    """The row that a benefit was taken over by, None for one that was decided here."""
    rows = TakeoverRow.objects.filter(entitlement=entitlement, state=TakeoverRow.State.TAKEN)
    return rows.select_related("batch").first()


def class_of(entitlement: Entitlement) -> str:
    """The class by which a benefit that has no case is looked at again (动态管理类别); A where nobody noted one."""
    row = taken_as(entitlement)
    return row.review_class if row is not None else "A"


def review_reason(entitlement: Entitlement) -> str:
    """Why the review of a benefit is opened by itself: both figures of one that was taken over, nothing of any other."""
    row = taken_as(entitlement)
    return why_reviewed(row) if row is not None else ""
