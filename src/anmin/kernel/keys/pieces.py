"""Files that come in pieces (断点续传): what was announced, which piece follows, and pieces that lie sealed on the disk."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import models

from anmin.lib.crypto import SealingKey, seal, unseal
from anmin.policy.errors import PolicyError

SHA256 = re.compile(r"[0-9a-f]{64}")


class InPieces(models.Model):
    """The base of tables of files on their way: what was announced, and how many bytes have come."""

    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    received = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Shelf:
    """Where the pieces of one file lie, the key that seals them, and the name of the file that each is bound to."""

    folder: Path
    key: SealingKey
    name: str

    def bound(self, offset: int) -> bytes:
        """What a piece is bound to: it opens in no other file and at no other place."""
        return f"{self.name}|{offset}".encode()

    def place(self, offset: int) -> Path:
        """The file of a piece."""
        return self.folder / f"{offset:015d}.sealed"


def check_announced(size: int, sha256: str, *, largest: int, words: str) -> None:
    """Refuse what cannot be announced; `words` name the largest size. Raises PolicyError `upload`."""
    if not 0 < size <= largest:
        raise PolicyError("upload", what=f"文件是空的，或超过 {words}", todo="核对文件，大文件请拆分")
    if not SHA256.fullmatch(sha256):
        raise PolicyError("upload", what="没有给出文件的 SHA-256", todo="用系统的上传页面，或按接口说明计算")


def keep_piece(row: InPieces, shelf: Shelf, offset: int, piece: bytes, *, largest: int, words: str) -> bool:
    """Keep the next piece and count it in `row.received`; False for one that is here already, after a cut line.

    Raises:
        PolicyError: `upload`, saying how far the file has come, for a piece that does not follow.
    """
    if offset + len(piece) <= row.received and offset >= 0:
        return False
    if offset != row.received:
        raise PolicyError(
            "upload",
            what=f"已收到 {row.received} 字节，这一片从 {offset} 开始，接不上",
            todo=f"从第 {row.received} 字节继续传",
        )
    if not piece or len(piece) > largest or row.received + len(piece) > row.size:
        raise PolicyError("upload", what="这一片是空的、太大，或超出了文件大小", todo=f"每片不超过 {words}")
    put(shelf.folder, shelf.place(offset), seal(shelf.key, piece, shelf.bound(offset)))
    row.received += len(piece)
    return True


def put(folder: Path, path: Path, content: bytes) -> None:
    """On disk before the row says so: a crash between leaves a file that the next try writes again."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".writing")
    with temporary.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def pieces(row: InPieces, shelf: Shelf) -> Iterator[bytes]:
    """The pieces of a file in order, opened, and at the end compared with the sum that was announced.

    Raises:
        PolicyError: `upload`, when bytes are missing, a piece is broken, or the sum differs.
    """
    if row.received < row.size:
        raise PolicyError(
            "upload",
            what=f"文件只收到 {row.received}/{row.size} 字节，没有收下",
            todo="选同一个文件继续上传，或丢弃",
        )
    at, digest = 0, hashlib.sha256()
    while at < row.size:
        try:
            piece = unseal(lambda number: shelf.key, shelf.place(at).read_bytes(), shelf.bound(at))
        except (OSError, ValueError) as trouble:
            raise PolicyError(
                "upload", what="收到的片断缺失或损坏，没有收下", todo="丢弃这次上传，重新上传"
            ) from trouble
        digest.update(piece)
        yield piece
        at += len(piece)
    if digest.hexdigest() != row.sha256:
        raise PolicyError("upload", what="收到的文件与原文件不一致，没有收下", todo="丢弃这次上传，重新上传")


def sweep(root: Path, still: set[str]) -> None:
    """Take away the folders of files that are over, also of those whose process died before it could."""
    for path in root.glob("*"):
        if path.is_dir() and path.name not in still:
            shutil.rmtree(path, ignore_errors=True)


def plain_name(name: str, fallback: str) -> str:
    """A file's name without folders, at most 200 characters."""
    return Path(name.replace("\x00", "").replace("\\", "/")).name[-200:] or fallback
