"""Files that come in pieces (断点续传): begun, gone on with, taken in whole, or thrown away; pieces lie sealed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.batches.models import SourceBatch, Upload
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.keys.pieces import Shelf, check_announced, keep_piece, pieces, plain_name, sweep
from anmin.kernel.keys.queries import installation_secret
from anmin.lib.crypto import SealingKey, derived
from anmin.policy.errors import PolicyError

LARGEST = 4 * 1024**3
LARGEST_PIECE = 8 * 1024**2
FORGOTTEN = timedelta(hours=48)
"""An upload that nobody went on with for so long is thrown away."""


@transaction.atomic
def begin_upload(*, by: Any, source: str, period: str, file_name: str, size: int, sha256: str) -> Upload:
    """Announce a file, or take up again where the same file of the same sender stopped: `received` says where.

    Raises:
        PolicyError: `source` or `upload`, when what is announced cannot be.
    """
    if source not in sources():
        raise PolicyError("source", what=f"没有“{source[:40]}”这个来源", todo="从来源目录里选择")
    check_announced(size, sha256, largest=LARGEST, words="4 GB")
    row, is_new = Upload.objects.get_or_create(
        source=source,
        period=period[:10],
        sha256=sha256,
        by_name=str(by)[:150],
        state=Upload.State.OPEN,
        defaults={"file_name": plain_name(file_name, "batch.csv"), "size": size},
    )
    if row.size != size:
        raise PolicyError("upload", what="同一文件报了两个不同的大小", todo="丢弃没传完的，再重新上传")
    if is_new:
        after = {"source": source, "period": row.period, "size": size}
        audit.record(by=by, act="facts.upload.begin", subject=row, after=after)
    return row


@transaction.atomic
def add_piece(*, by: Any, upload: Upload, offset: int, piece: bytes) -> Upload:
    """Keep the next piece. The same piece again, after a cut line, changes nothing.

    Raises:
        PolicyError: `upload`, saying how far the file has come, for a piece that does not follow.
    """
    row = _open(by, upload)
    if keep_piece(row, _shelf(row), offset, piece, largest=LARGEST_PIECE, words="8 MB"):
        row.save(update_fields=["received", "touched_at"])
    return row


@contextmanager
def whole_file(upload: Upload) -> Iterator[Path]:
    """The file of a complete upload, readable while it is taken in; gone afterwards.

    Raises:
        PolicyError: `upload`, when bytes are missing or the sum differs; the upload stays and can go on or be dropped.
    """
    with tempfile.TemporaryDirectory(prefix="anmin-") as folder:
        path = Path(folder) / upload.file_name
        with path.open("wb") as out:
            for piece in pieces(upload, _shelf(upload)):
                out.write(piece)
        yield path


@transaction.atomic
def close_upload(*, by: Any, upload: Upload, batch: SourceBatch | None, reason: str = "") -> Upload:
    """Say what became of a complete upload (接收或退回) and throw its pieces away."""
    row = _open(by, upload)
    row.state = Upload.State.TAKEN if batch is not None else Upload.State.DROPPED
    row.batch, row.reason = batch, reason[:300]
    row.save(update_fields=["state", "batch", "reason", "touched_at"])
    after = {"state": row.state, "batch": batch.pk if batch is not None else None}
    audit.record(by=by, act="facts.upload.close", subject=row, after=after, reason=row.reason)
    transaction.on_commit(_sweep)
    return row


@transaction.atomic
def drop_upload(*, by: Any, upload: Upload, reason: str) -> Upload:
    """Throw a half upload away (丢弃); nothing of it ever landed."""
    return close_upload(by=by, upload=upload, batch=None, reason=reason)


def drop_forgotten(*, by: Any, now: datetime) -> list[Upload]:
    """Throw away what nobody went on with (清理没有传完的文件)."""
    _sweep()
    rows = Upload.objects.filter(state=Upload.State.OPEN, touched_at__lt=now - FORGOTTEN)
    return [drop_upload(by=by, upload=row, reason="超过 48 小时没有继续上传") for row in rows]


def _sweep() -> None:
    """Take away the pieces of every upload that is over, also of those whose process died before it could."""
    still = {str(pk) for pk in Upload.objects.filter(state=Upload.State.OPEN).values_list("pk", flat=True)}
    sweep(_root(), still)


def _open(by: Any, upload: Upload) -> Upload:
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.state != Upload.State.OPEN:
        raise PolicyError("upload", what="这次上传已经结束", todo="重新选择文件上传")
    return row


def _root() -> Path:
    return Path(settings.ANMIN_HOME) / "uploads"


def _shelf(upload: Upload) -> Shelf:
    key = SealingKey(0, derived(installation_secret(), "anmin upload", 16))
    return Shelf(_root() / str(upload.pk), key, f"upload|{upload.pk}")
