"""Files that come in pieces (断点续传): begun, gone on with, taken in whole, or thrown away; pieces lie sealed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
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
from anmin.kernel.keys.queries import installation_secret
from anmin.lib.crypto import SealingKey, derived, seal, unseal
from anmin.policy.errors import PolicyError

LARGEST = 4 * 1024**3
LARGEST_PIECE = 8 * 1024**2
FORGOTTEN = timedelta(hours=48)
"""An upload that nobody went on with for so long is thrown away."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@transaction.atomic
def begin_upload(*, by: Any, source: str, period: str, file_name: str, size: int, sha256: str) -> Upload:
    """Announce a file, or take up again where the same file of the same sender stopped: `received` says where.

    Raises:
        PolicyError: `source` or `upload`, when what is announced cannot be.
    """
    if source not in sources():
        raise PolicyError("source", what=f"没有“{source[:40]}”这个来源", todo="从来源目录里选择")
    if not 0 < size <= LARGEST:
        raise PolicyError("upload", what="文件是空的，或超过 4 GB", todo="核对文件，大文件请拆分")
    if not SHA256.fullmatch(sha256):
        raise PolicyError("upload", what="没有给出文件的 SHA-256", todo="用系统的上传页面，或按接口说明计算")
    row, is_new = Upload.objects.get_or_create(
        source=source,
        period=period[:10],
        sha256=sha256,
        by_name=str(by)[:150],
        state=Upload.State.OPEN,
        defaults={"file_name": _clean(file_name), "size": size},
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
    if offset + len(piece) <= row.received and offset >= 0:
        return row
    if offset != row.received:
        raise PolicyError(
            "upload",
            what=f"已收到 {row.received} 字节，这一片从 {offset} 开始，接不上",
            todo=f"从第 {row.received} 字节继续传",
        )
    if not piece or len(piece) > LARGEST_PIECE or row.received + len(piece) > row.size:
        raise PolicyError("upload", what="这一片是空的、太大，或超出了文件大小", todo="每片不超过 8 MB")
    _keep(row, offset, piece)
    row.received += len(piece)
    row.save(update_fields=["received", "touched_at"])
    return row


@contextmanager
def whole_file(upload: Upload) -> Iterator[Path]:
    """The file of a complete upload, readable while it is taken in; gone afterwards.

    Raises:
        PolicyError: `upload`, when bytes are missing or the sum differs; the upload stays and can go on or be dropped.
    """
    if upload.received < upload.size:
        raise PolicyError(
            "upload",
            what=f"文件只收到 {upload.received}/{upload.size} 字节，没有落库",
            todo="选同一个文件继续上传，或丢弃",
        )
    with tempfile.TemporaryDirectory(prefix="anmin-") as folder:
        path, digest = Path(folder) / upload.file_name, hashlib.sha256()
        with path.open("wb") as out:
            for piece in _pieces(upload):
                digest.update(piece)
                out.write(piece)
        if digest.hexdigest() != upload.sha256:
            raise PolicyError(
                "upload", what="收到的文件与原文件不一致，没有落库", todo="丢弃这次上传，重新上传"
            )
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
    folders = {path.name: path for path in (Path(settings.ANMIN_HOME) / "uploads").glob("*") if path.is_dir()}
    still = {str(pk) for pk in Upload.objects.filter(state=Upload.State.OPEN).values_list("pk", flat=True)}
    for name in folders.keys() - still:
        shutil.rmtree(folders[name], ignore_errors=True)


def _open(by: Any, upload: Upload) -> Upload:
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.state != Upload.State.OPEN:
        raise PolicyError("upload", what="这次上传已经结束", todo="重新选择文件上传")
    return row


def _folder(upload: Upload) -> Path:
    return Path(settings.ANMIN_HOME) / "uploads" / str(upload.pk)


def _key() -> SealingKey:
    return SealingKey(0, derived(installation_secret(), "anmin upload", 16))


def _bound(upload: Upload, offset: int) -> bytes:
    return f"upload|{upload.pk}|{offset}".encode()


def _keep(upload: Upload, offset: int, piece: bytes) -> None:
    """On disk before the row says so: a crash between leaves a piece that the next try writes again."""
    folder = _folder(upload)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{offset:015d}.sealed"
    temporary = path.with_suffix(".writing")
    with temporary.open("wb") as out:
        out.write(seal(_key(), piece, _bound(upload, offset)))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _pieces(upload: Upload) -> Iterator[bytes]:
    at = 0
    while at < upload.size:
        path = _folder(upload) / f"{at:015d}.sealed"
        try:
            piece = unseal(lambda number: _key(), path.read_bytes(), _bound(upload, at))
        except (OSError, ValueError) as trouble:
            raise PolicyError(
                "upload", what="收到的片断缺失或损坏，没有落库", todo="丢弃这次上传，重新上传"
            ) from trouble
        yield piece
        at += len(piece)


def _clean(name: str) -> str:
    plain = Path(name.replace("\x00", "").replace("\\", "/")).name
    return plain[-200:] or "batch.csv"
