"""Take a department's file in, take corrected rows in alone, delete what is kept too long."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from anmin.kernel.audit import actions as audit
from anmin.kernel.audit import queries as audit_queries
from anmin.kernel.facts.batches.checking import Bad, Row, checked, last_day_of, opened
from anmin.kernel.facts.batches.models import RefusedFile, SourceBatch, SourceQuarantine, Upload
from anmin.kernel.facts.batches.queries import Freshness, freshness
from anmin.kernel.facts.batches.signing.actions import check_signature
from anmin.kernel.facts.batches.uploads.actions import close_upload, whole_file
from anmin.kernel.facts.intake.reading import file_hash
from anmin.kernel.facts.lake.places import LAKE_TYPES, lake_home
from anmin.kernel.facts.sources.catalogue import Source, sources
from anmin.kernel.keys.signing import sign_file, signature_of
from anmin.lib.redaction import redacted
from anmin.policy.errors import PolicyError
from anmin.policy.facts import FactCatalogue

log = structlog.get_logger(__name__)
ROWS = 10_000
"""Rows that are held in memory at a time, and a row group of the lake."""
OWN = "own"
"""How a source is delivered that nobody delivers: it is drawn from our own books."""
LANDED, WATCHING = "alerts.batch_landed", "alerts.watch"
"""The job that a landing asks for, and the lock that lets one evaluation run at a time."""
LONG_NUMBER = re.compile(r"[0-9]{11}")


@dataclass
class Landing:
    """What a file did, or would do. `is_repeat` when the very same content had landed before."""

    source: Source
    period: str
    read: int = 0
    landed: int = 0
    bad: list[Bad] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    batch: SourceBatch | None = None
    is_repeat: bool = False


def take_in(
    *,
    by: Any,
    source: str,
    period: str,
    path: Path,
    facts: FactCatalogue,
    on: date,
    city: str = "",
    corrects: SourceBatch | None = None,
    dry_run: bool = False,
    signature: str = "",
) -> Landing:
    """Take in a file: every row lands in the lake or is quarantined; the same content a second time changes nothing.

    `corrects` takes rows of an earlier batch's quarantine, corrected, and joins them to it. `signature` is the SM2
    signature of a source that has registered a key, in hexadecimal or base64: see `signing.signed_message`.

    Raises:
        PolicyError: when the file is refused whole; nothing of it lands, and the refusal is kept with its reason.
    """
    known = sources().get(source)
    if known is None:
        raise PolicyError(
            "source", what=f"没有“{source}”这个来源", todo=f"可用的来源：{'、'.join(sources())}"
        )
    try:
        if known.delivery == OWN:
            raise PolicyError(
                "source", what=f"“{known.title}”由系统自己形成，不收文件", todo="请选择部门报送的来源"
            )
        true_on = last_day_of(period, known.frequency, on)
        content = _content(path, corrects)
        signed = check_signature(source, period, path, signature, on)
        earlier = SourceBatch.objects.filter(source=source, period=period, content=content).first()
        if earlier is not None:
            return Landing(known, period, earlier.read, earlier.landed, batch=earlier, is_repeat=True)
        landing = Landing(known, period)
        with _LakeFile(known, period, content) as file:
            for table in _tables(path, known, facts, landing, period, city, on):
                if not dry_run:
                    file.write(table)
            if dry_run:
                return landing
            if not landing.landed:
                raise PolicyError(
                    "nothing_landed",
                    what="没有一行可以落库",
                    where=path.name,
                    todo="先用试运行看原因，改好后重传",
                )
            file.close()
            return _keep(by, landing, path, file, content, true_on, corrects, signed)
    except PolicyError as trouble:
        if not dry_run:
            _keep_refusal(by, source, period, path, trouble)
        raise


def land_own(*, by: Any, source: str, table: pa.Table, on: date) -> SourceBatch | None:
    """Land what our own books say on a day as a batch of the source that stands for them, with the columns of the lake.

    None where they say what the newest batch says, or nothing when there never was a batch. Asks for no evaluation: the
    caller is about to make one.
    """
    known, period = sources()[source], on.isoformat()
    newest = (
        SourceBatch.objects.filter(source=source, deleted_at__isnull=True).order_by("-true_on", "-pk").first()
    )
    said = hashlib.sha256(b"".join(bytes(one.serialize()) for one in table.combine_chunks().to_batches()))
    mark = said.hexdigest()[:40]
    if newest.content.startswith(mark) if newest is not None else not len(table):
        return None
    content = f"{mark}{newest.pk if newest is not None else 0:024x}"
    landing = Landing(known, period, read=len(table), landed=len(table))
    with _LakeFile(known, period, hashlib.sha256(content.encode()).hexdigest()) as file:
        file.write(table)
        file.close()
        return _keep(by, landing, Path(source), file, content, on, None, "", asks=False).batch


def _content(path: Path, corrects: SourceBatch | None) -> str:
    mark = f"{file_hash(path)} {corrects.pk if corrects else ''}"
    return hashlib.sha256(mark.encode()).hexdigest()


def _tables(
    path: Path, source: Source, facts: FactCatalogue, landing: Landing, period: str, city: str, on: date
) -> Iterator[pa.Table]:
    rows: list[Row] = []
    for found in checked(opened(path, source), source, facts, period=period, city=city, on=on):
        landing.read += 1
        if isinstance(found, Bad):
            landing.bad.append(found)
            continue
        rows.append(found)
        if len(rows) >= ROWS:
            yield _table(rows, source, landing)
            rows = []
    if rows:
        yield _table(rows, source, landing)


def _table(rows: list[Row], source: Source, landing: Landing) -> pa.Table:
    landing.landed += len(rows)
    columns: dict[str, pa.Array] = {
        "person": pa.array([row.person for row in rows], pa.binary(16)),
        "name": pa.array([row.name for row in rows], pa.binary(8)),
        "line": pa.array([row.number for row in rows], pa.int32()),
    }
    for column in source.values:
        values = [row.values.get(column.name) for row in rows]
        columns[column.name] = pa.array(values, LAKE_TYPES[column.form])
        if column.form in ("money", "whole"):
            total = sum(value for value in values if value is not None)
            landing.totals[column.name] = landing.totals.get(column.name, 0) + total
    return pa.table(columns)


class _LakeFile:
    """A file of the lake that is complete or not there: written beside its place, renamed when all of it is."""

    def __init__(self, source: Source, period: str, content: str) -> None:
        self.target = lake_home() / source.key / period / f"{content[:16]}.parquet"
        self.temporary = self.target.with_suffix(".writing")
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> _LakeFile:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()
        self.temporary.unlink(missing_ok=True)

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        if self._writer is None:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self.temporary, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Write the footer; without it nobody can read the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def place(self) -> None:
        """Let it appear under its name in one step, signed."""
        self.temporary.replace(self.target)
        sign_file(self.target, str(self.target.relative_to(lake_home())))


def _keep(
    by: Any,
    landing: Landing,
    path: Path,
    file: _LakeFile,
    content: str,
    true_on: date,
    corrects: SourceBatch | None,
    signed: str,
    *,
    asks: bool = True,
) -> Landing:
    """The file is renamed first and the rows that speak of it are committed after: a crash between leaves an
    orphan file that the next attempt overwrites, never a batch without its file."""
    with transaction.atomic():
        row = SourceBatch.objects.create(
            source=landing.source.key,
            period=landing.period,
            true_on=true_on,
            content=content,
            file_name=_holdable(path.name)[:200],
            path=str(file.target.relative_to(lake_home())),
            sha256=file_hash(file.temporary),
            read=landing.read,
            landed=landing.landed,
            quarantined=len(landing.bad),
            totals=landing.totals,
            corrects=corrects,
            by_name=str(by)[:150],
            signature=signed,
        )
        SourceQuarantine.objects.bulk_create(
            [
                SourceQuarantine(
                    batch=row,
                    row=bad.number,
                    column=bad.trouble.column,
                    code=bad.trouble.code,
                    reason=_holdable(bad.trouble.reason)[:300],
                    cells=bad.cells,
                )
                for bad in landing.bad
            ],
            batch_size=2_000,
        )
        if corrects is not None:
            corrects.rows.filter(resubmitted__isnull=True).update(resubmitted=row)
        audit.record(
            by=by,
            act="facts.batch",
            subject=row,
            after={
                "source": row.source,
                "period": row.period,
                "landed": row.landed,
                "quarantined": row.quarantined,
            },
        )
        if asks and any(column.fact for column in landing.source.columns):
            app.configure_task(LANDED, lock=WATCHING).defer(batch=row.pk)
        file.place()
    landing.batch = row
    return landing


@transaction.atomic
def _keep_refusal(by: Any, source: str, period: str, path: Path, trouble: PolicyError) -> None:
    row = RefusedFile.objects.create(
        source=_holdable(source)[:40],
        period=_holdable(period)[:10],
        file_name=_holdable(path.name)[:200],
        code=trouble.code,
        reason=_without_people(str(trouble))[:500],
        by_name=str(by)[:150],
    )
    reason = _without_people(trouble.what)
    audit.record(by=by, act="facts.batch.refused", subject=row, reason=reason, result="refused")


def _without_people(text: str) -> str:
    """A file without headings has somebody's data where headings belong; what is kept of it names nobody."""
    plain = _holdable(text)
    return redacted(plain) if LONG_NUMBER.search(plain) else plain


def _holdable(text: str) -> str:
    """Without what no database can hold: the character nought and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def take_upload(
    *, by: Any, upload: Upload, facts: FactCatalogue, on: date, city: str = "", signature: str = ""
) -> Landing:
    """Take in a file that came in pieces; refused or taken, its pieces are gone afterwards.

    Raises:
        PolicyError: as `take_in`; `upload` when bytes are still missing, and then the upload can go on.
    """
    with whole_file(upload) as path:
        try:
            landing = take_in(
                by=by,
                source=upload.source,
                period=upload.period,
                path=path,
                facts=facts,
                on=on,
                city=city,
                signature=signature,
            )
        except PolicyError as trouble:
            close_upload(by=by, upload=upload, batch=None, reason=_without_people(str(trouble)))
            raise
    close_upload(by=by, upload=upload, batch=landing.batch)
    return landing


@transaction.atomic
def delete_overdue(*, by: Any, batch: SourceBatch, reason: str) -> SourceBatch:
    """Delete the rows of a batch that has been kept long enough; the record of the batch stays.

    Raises:
        PolicyError: `held`, when it is on legal hold.
    """
    if batch.held:
        raise PolicyError("held", what=f"这一批被留置：{batch.held}", todo="解除留置后再删除")
    batch.deleted_at = timezone.now()
    batch.save(update_fields=["deleted_at"])
    SourceQuarantine.objects.filter(batch=batch).delete()
    audit.record(by=by, act="facts.batch.delete", subject=batch, reason=reason)
    path = lake_home() / batch.path
    for part in (path, signature_of(path)):
        part.unlink(missing_ok=True)
    return batch


@transaction.atomic
def hold(*, by: Any, batch: SourceBatch, reason: str) -> SourceBatch:
    """Keep a batch beyond its time for a case or an audit (留置); an empty reason lets it go."""
    batch.held = reason
    batch.save(update_fields=["held"])
    audit.record(by=by, act="facts.batch.hold", subject=batch, reason=reason)
    return batch


@transaction.atomic
def raise_late(*, by: Any, on: date) -> list[Freshness]:
    """Raise the alarm for every source whose next period is overdue (来源逾期告警), once for each period that is missing.

    The alarm is an act in the book; the page of sources and `anmin doctor` show what is late until it comes.
    """
    raised = []
    for row in freshness(on):
        if not row.is_late or row.due is None:
            continue
        subject = f"{row.source.key} {row.due.isoformat()}"
        if audit_queries.has_act("facts.source.late", subject):
            continue
        after = {"source": row.source.key, "newest": row.newest, "due": row.due}
        audit.record(by=by, act="facts.source.late", subject=subject, after=after, result="late")
        log.warning("source.late", source=row.source.key, due=row.due.isoformat())
        raised.append(row)
    return raised
