"""Batches, their quarantine, and how fresh each source is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import Max, QuerySet

from anmin.kernel.facts.batches.models import (
    RefusedFile,
    SourceBatch,
    SourceQuarantine,
    SourceSigner,
    Upload,
)
from anmin.kernel.facts.lake.places import lake_home
from anmin.kernel.facts.sources.catalogue import Source, sources
from anmin.lib.calendar import add_months


@dataclass(frozen=True)
class Freshness:
    """How fresh a source is: the newest day it speaks of, when the next is due, and whether that has passed."""

    source: Source
    newest: date | None
    due: date | None
    is_late: bool
    never: bool = False


def batches(source: str = "") -> QuerySet[SourceBatch]:
    """Batches, the newest first."""
    rows = SourceBatch.objects.order_by("-learned_at", "-pk")
    return rows.filter(source=source) if source else rows


def batch(pk: int) -> SourceBatch | None:
    """One batch."""
    return SourceBatch.objects.filter(pk=pk).first()


def kept_files() -> Iterator[tuple[Path, str, str]]:
    """The file of every batch that is kept: where it lies, the name it was signed under, its SHA-256."""
    for row in SourceBatch.objects.filter(deleted_at__isnull=True).order_by("pk").iterator():
        yield lake_home() / row.path, row.path, row.sha256


def batches_by(names: Collection[str], of_sources: Collection[str]) -> QuerySet[SourceBatch]:
    """Batches that somebody of some names sent of some sources, the newest first."""
    return batches().filter(by_name__in=names, source__in=of_sources)


def refused_by(names: Collection[str], limit: int = 20) -> list[RefusedFile]:
    """Files of somebody of some names that were refused whole, the newest first."""
    return list(RefusedFile.objects.filter(by_name__in=names).order_by("-at")[:limit])


def quarantined(of: SourceBatch) -> QuerySet[SourceQuarantine]:
    """The rows of a batch that did not land, in the order of the file."""
    return of.rows.order_by("row")


def refused_files(limit: int = 50) -> list[RefusedFile]:
    """Files that were refused whole, the newest first."""
    return list(RefusedFile.objects.order_by("-at")[:limit])


@dataclass(frozen=True)
class Quality:
    """A quality check that a batch failed (质量提示): its code, and the figures that a sentence about it needs."""

    code: str
    figures: dict[str, Any]


def quality_of(of: SourceBatch) -> list[Quality]:
    """The quality checks of its source that a batch fails; a deleted batch and a correction are not judged."""
    source = sources().get(of.source)
    if source is None or of.deleted_at is not None or of.corrects_id is not None:
        return []
    found = []
    if of.read and of.quarantined / of.read > source.most_bad:
        found.append(Quality("many_bad", {"share": of.quarantined / of.read, "most": source.most_bad}))
    earlier = (
        SourceBatch.objects.filter(source=of.source, corrects__isnull=True, true_on__lt=of.true_on)
        .order_by("-true_on", "-pk")
        .first()
    )
    if earlier is not None and abs(of.read - earlier.read) > source.most_change * max(earlier.read, 1):
        found.append(Quality("other_size", {"now": of.read, "before": earlier.read, "batch": earlier.pk}))
    if source.one_row and (repeated := _repeated(of)):
        found.append(Quality("repeated", {"rows": repeated}))
    return found


def _repeated(of: SourceBatch) -> int:
    """Rows of a batch about somebody who stands in it more than once, beyond the first of each."""
    try:
        persons = pq.read_table(lake_home() / of.path, columns=["person"])["person"]
    except OSError:
        return 0
    return len(persons) - int(pc.count_distinct(persons).as_py())


def in_force(source: str, on: date, period: str = "") -> list[SourceBatch]:
    """The batches that tell what a source knew for a day: the newest full one and its corrections, oldest first.

    With a `period` those about it alone, also of a month that is under way.
    """
    rows = SourceBatch.objects.filter(source=source, corrects__isnull=True, deleted_at__isnull=True)
    rows = rows.filter(period=period) if period else rows.filter(true_on__lte=on)
    newest = rows.order_by("-true_on", "-pk").first()
    if newest is None:
        return []
    return [newest, *newest.corrections.filter(deleted_at__isnull=True).order_by("pk")]


def all_until(source: str, since: date, on: date) -> list[SourceBatch]:
    """Every batch of a source that speaks of a day in a span and is kept, with its corrections, in the order of its days."""
    rows = SourceBatch.objects.filter(
        source=source, deleted_at__isnull=True, true_on__gte=since, true_on__lte=on
    )
    return list(rows.order_by("true_on", "pk"))


def freshness(on: date) -> list[Freshness]:
    """Every source of the catalogue with its newest day; late ones first."""
    newest = dict(
        SourceBatch.objects.filter(deleted_at__isnull=True)
        .values_list("source")
        .annotate(newest=Max("true_on"))
        .values_list("source", "newest")
    )
    rows = []
    for source in sources().values():
        last = newest.get(source.key)
        due = source.next_due(last)
        rows.append(Freshness(source, last, due, due is not None and due < on, last is None))
    return sorted(rows, key=lambda row: (not row.is_late, row.never, row.source.title))


def overdue(on: date) -> list[SourceBatch]:
    """Batches kept longer than their source allows and not on legal hold (个人信息保护法 §19)."""
    rows = []
    for row in SourceBatch.objects.filter(deleted_at__isnull=True, held=""):
        source = sources().get(row.source)
        if source is not None and add_months(row.true_on, source.retention_months) < on:
            rows.append(row)
    return rows


def open_uploads(by: Any = None) -> QuerySet[Upload]:
    """Uploads that are not complete, of one sender where named."""
    rows = Upload.objects.filter(state=Upload.State.OPEN).order_by("-touched_at")
    return rows if by is None else rows.filter(by_name=str(by)[:150])


def upload_numbered(by: Any, number: int) -> Upload | None:
    """One's own upload."""
    return Upload.objects.filter(pk=number, by_name=str(by)[:150]).first()


def signers() -> QuerySet[SourceSigner]:
    """Every key, by source."""
    return SourceSigner.objects.order_by("source", "first_day", "pk")
