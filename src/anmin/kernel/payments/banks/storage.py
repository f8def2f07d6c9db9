"""Files to and from banks at rest (文件留存): sealed under a key of their own, signed, written once, opened only whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.keys.pieces import put
from anmin.kernel.keys.signing import sign_file
from anmin.kernel.payments.banks.models import PayFile, ReturnFile
from anmin.kernel.payments.problems import PaymentProblem
from anmin.lib.crypto import SealingKey, seal, unseal

Kept = PayFile | ReturnFile
FOLDERS = {PayFile: "pay", ReturnFile: "returns"}


def bank_home() -> Path:
    """The folder of all files to and from banks."""
    return Path(settings.ANMIN_HOME) / "bankfiles"


def keep(row: Kept, content: bytes) -> None:
    """Seal the content, write and sign it, and note path, hash and key in the row, which is saved by the caller.

    The file is on the disk before the row says so: a crash between leaves one that no row names.
    """
    row.secret = os.urandom(16).hex()
    row.path = f"{FOLDERS[type(row)]}/{row.pk}-{os.urandom(4).hex()}.sealed"
    row.sha256 = hashlib.sha256(content).hexdigest()
    path = bank_home() / row.path
    put(path.parent, path, seal(_key(row), content, _bound(row)))
    sign_file(path, f"bankfiles/{row.path}")


def content_of(row: Kept) -> bytes:
    """The content as it was written.

    Raises:
        PaymentProblem: `file_broken`, when it is gone or not as it was written.
    """
    try:
        content = unseal(lambda number: _key(row), (bank_home() / row.path).read_bytes(), _bound(row))
    except (OSError, ValueError) as trouble:
        raise PaymentProblem(
            "file_broken", _("文件不在或被改动过，不能使用；请系统管理员运行 anmin verify 核验")
        ) from trouble
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise PaymentProblem("file_broken", _("文件与生成时的校验值不符，不能使用"))
    return content


def kept_files() -> Iterator[tuple[Path, str, str]]:
    """Every file that is kept: where it lies, the name it was signed under, the SHA-256 of what lies there."""
    for table in (PayFile, ReturnFile):
        for row in table.objects.exclude(path="").order_by("pk").iterator():
            path = bank_home() / row.path
            yield path, f"bankfiles/{row.path}", _hash_at(path)


def _hash_at(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _key(row: Kept) -> SealingKey:
    return SealingKey(0, bytes.fromhex(row.secret))


def _bound(row: Kept) -> bytes:
    return f"{row._meta.db_table}|{row.pk}".encode()
