"""Back up (备份): a dump of the database and all files beside it, with a signed list; keys apart, under a passphrase."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

import anmin
from anmin.kernel.audit.models import Act
from anmin.kernel.operations import actions, manifests, programs
from anmin.kernel.operations.manifests import DUMP, FILES, Head, Manifest
from anmin.kernel.operations.models import Upkeep
from anmin.lib.crypto import SealBroken, SealingKey, seal, unseal

NOT_FILES = {"postgres", "static", "keys", "secret", "metrics", "test", "backups", "archive"}
"""In the home, but no data: made again, or backed up apart."""
COUNTED = (
    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname LIKE 'kernel\\_%' ORDER BY relname"
)
SHORTEST_PASSPHRASE = 12


class Refused(RuntimeError):
    """A backup or restore cannot be made; the text says why and what to do."""


def make_backup(*, by: Any, into: Path, say: Callable[[str], None] = print) -> Path:
    """Make a backup in a new folder below `into`, and return the folder. A half-made one has another name.

    Raises:
        Refused: when there is no room or the folder cannot be written.
    """
    started = time.monotonic()
    now = timezone.localtime()
    folder = into.resolve() / f"anmin-{now:%Y%m%d-%H%M%S}"
    making = folder.with_name(folder.name + ".making")
    _check_room(into)
    making.mkdir(parents=True, mode=0o700)
    try:
        with _standing_still() as (snapshot, described):
            say("转储数据库")
            programs.run(
                *("pg_dump", "--format=custom", "--compress=6", "--no-owner"),
                *(f"--snapshot={snapshot}", f"--file={making / DUMP}"),
            )
        say("复制数据文件")
        copy_files(Path(settings.ANMIN_HOME), making / FILES)
        say("计算校验值并签名")
        manifest = Manifest(
            made_at=now.isoformat(timespec="seconds"),
            version=anmin.__version__,
            files=manifests.listed(making),
            **described,
        )
        manifests.write(making, manifest)
        _flush(making)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    actions.record_upkeep(
        by=by,
        kind=Upkeep.Kind.BACKUP,
        is_good=True,
        seconds=time.monotonic() - started,
        detail={"folder": str(folder), "bytes": manifest.bytes, "acts": manifest.head.rows},
    )
    return folder


def copy_files(home: Path, into: Path) -> None:
    """Copy what lies in the home and is data. Files there are written once and never changed."""
    into.mkdir(parents=True, exist_ok=True)
    for entry in sorted(home.iterdir()):
        is_data = entry.name not in NOT_FILES and not entry.name.startswith(("postgres", "test-", "."))
        if entry.is_dir() and is_data and not entry.name.endswith((".making", ".writing")):
            ignore = shutil.ignore_patterns("*.writing", "*.making", "*.tmp")
            shutil.copytree(entry, into / entry.name, dirs_exist_ok=True, ignore=ignore)


def described_now() -> dict[str, Any]:
    """Where the database stands, in the transaction in which this is asked."""
    last = Act.objects.order_by("-pk").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_database()")
        server, database = cursor.fetchone()
        cursor.execute(COUNTED)
        tables = [row[0] for row in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        migrations = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT grantee::text FROM information_schema.role_table_grants WHERE table_schema = 'public' "
            "AND grantee NOT IN ('PUBLIC', current_user) "
            "UNION SELECT rolname::text FROM pg_policy JOIN pg_roles ON pg_roles.oid = ANY (polroles) ORDER BY 1"
        )
        roles = [row[0] for row in cursor.fetchall()]
    head = Head(Act.objects.count(), last.pk if last else 0, _hash_of(last))
    return {
        "server": server.split()[0],
        "database": database,
        "head": head,
        "migrations": migrations,
        "counts": counts,
        "roles": roles,
    }


def _hash_of(act: Act | None) -> str:
    if act is None:
        return ""
    return bytes(act.hash).hex() if isinstance(act.hash, bytes | memoryview) else str(act.hash)


@contextmanager
def _standing_still() -> Iterator[tuple[str, dict[str, Any]]]:
    """One view of the database for the dump and for what the list says of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        yield snapshot, described_now()


def _check_room(into: Path) -> None:
    try:
        into.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(into).free
    except OSError as trouble:
        raise Refused(f"备份目录 {into} 不能写：{trouble.strerror}。请换一个目录或改它的权限。") from trouble
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        needed = cursor.fetchone()[0] // 2
    if free < needed:
        raise Refused(
            f"{into} 只剩 {free / 1e9:.1f} GB，这次备份大约需要 {needed / 1e9:.1f} GB。请先清理，或换一个目录。"
        )


def _flush(folder: Path) -> None:
    """Have the disk keep what was written before the folder gets its final name."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def back_up_keys(*, by: Any, into: Path, passphrase: str) -> Path:
    """Seal the key ring, the development master key if there is one, and the secret of sessions under a passphrase.

    Kept apart from the data: who finds one of the two can read nothing.

    Raises:
        Refused: for a passphrase that is too short, or when the file exists.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(f"口令至少要 {SHORTEST_PASSPHRASE} 个字符。请用一句只有您们知道的话，并记在保险柜里。")
    packed = io.BytesIO()
    home = Path(settings.ANMIN_HOME)
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in ("keys", "secret"):
            if (home / name).exists():
                archive.add(home / name, arcname=name)
    salt = os.urandom(16)
    sealed = seal(_from_passphrase(passphrase, salt), packed.getvalue(), b"anmin keys")
    target = into.resolve() / f"anmin-keys-{timezone.localtime():%Y%m%d-%H%M%S}.sealed"
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as opened:
        json.dump({"salt": salt.hex(), "sealed": sealed.hex()}, opened)
    with transaction.atomic():
        actions.audit.record(by=by, act="operations.back_up_keys", subject=target.name)
    return target


def restore_keys(*, source: Path, passphrase: str, into: Path) -> list[str]:
    """Put sealed keys back into a home that has none; returns the files written.

    Raises:
        Refused: for a wrong passphrase, a damaged file, or when keys are there already.
    """
    if (into / "keys" / "ring.json").exists():
        raise Refused(f"{into / 'keys'} 已有密钥，不会覆盖。确实要换，请先把它移到别处。")
    try:
        held = json.loads(source.read_text("utf-8"))
        key = _from_passphrase(passphrase, bytes.fromhex(held["salt"]))
        plain = unseal(lambda number: key, bytes.fromhex(held["sealed"]), b"anmin keys")
    except (OSError, ValueError, KeyError, SealBroken) as trouble:
        raise Refused(f"{source.name} 打不开：口令不对，或文件损坏。没有写入任何东西。") from trouble
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        archive.extractall(into, filter="data")
        return archive.getnames()


def _from_passphrase(passphrase: str, salt: bytes) -> SealingKey:
    secret = Scrypt(salt=salt, length=16, n=2**15, r=8, p=1).derive(passphrase.encode())
    return SealingKey(1, secret)
