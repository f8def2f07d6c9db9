"""Restore (恢复): into a database beside the present one, checked there, and only then put in its place."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone
from psycopg import sql

from anmin.kernel.access.residency import ROLE
from anmin.kernel.access.rls import APP, RESIDENT_ROLE, WEB_ROLE
from anmin.kernel.audit.models import Act
from anmin.kernel.operations import actions, manifests, programs
from anmin.kernel.operations.backups import NOT_FILES, Refused, described_now
from anmin.kernel.operations.manifests import DUMP, FILES, BadBackup, Manifest, hashed
from anmin.kernel.operations.models import Upkeep
from anmin.kernel.operations.verifying import broken_act

MAKING = "_restoring"
SWAPS = 50
"""How often connections are ended and the names changed before giving up: others may connect in between."""


def drill(*, by: Any, folder: Path, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Restore on trial (恢复演练) beside the present database, check, write a signed record, drop it again.

    Raises:
        BadBackup, Refused: with what is wrong with the backup.
    """
    started = time.monotonic()
    manifest = manifests.read(folder)
    name = _beside()
    try:
        _fill(name, folder, manifest, say)
        found = _compared(name, manifest)
    finally:
        _drop(name)
    detail = {"folder": str(folder), "acts": manifest.head.rows, "found": found}
    actions.record_upkeep(
        by=by, kind=Upkeep.Kind.DRILL, is_good=not found, seconds=time.monotonic() - started, detail=detail
    )
    if found:
        raise Refused(f"演练没有通过：{found}。这个备份不能用来恢复，请马上另做一份。")
    return detail


def restore(
    *, by: Any, folder: Path, replace: bool, any_signer: bool, say: Callable[[str], None] = print
) -> str:
    """Restore a backup in place of the present database; returns the name under which the present one is kept.

    Raises:
        BadBackup, Refused: nothing has been changed then.
    """
    started = time.monotonic()
    manifest = manifests.read(folder, any_signer=any_signer)
    _refuse_over_newer(manifest, replace)
    name = _beside()
    try:
        _fill(name, folder, manifest, say)
        if found := _compared(name, manifest):
            raise Refused(f"恢复出来的数据与清单不符：{found}。现有数据未改动，请换一个备份。")
        say("放回数据文件")
        _put_files(folder / FILES, Path(settings.ANMIN_HOME))
        say("换上恢复好的数据库")
        kept = _swap(name)
    except BaseException:
        _drop(name)
        raise
    actions.record_upkeep(
        by=by,
        kind=Upkeep.Kind.RESTORE,
        is_good=True,
        seconds=time.monotonic() - started,
        detail={"folder": str(folder), "made_at": manifest.made_at, "acts": manifest.head.rows, "kept": kept},
    )
    return kept


def note_refusal(*, by: Any, folder: Path, why: str) -> None:
    """Write a restore or drill that was refused into the present database's book of acts, where there is one."""
    if "kernel_act" in connection.introspection.table_names():
        with transaction.atomic():
            actions.audit.record(
                by=by, act="operations.restore", subject=folder.name, reason=why, result="refused"
            )


def is_empty() -> bool:
    """Whether the present database holds nothing that a restore could cost."""
    if "kernel_act" not in connection.introspection.table_names():
        return True
    return not Act.objects.exists()


def _refuse_over_newer(manifest: Manifest, replace: bool) -> None:
    if is_empty():
        return
    rows = Act.objects.count()
    newer = rows - manifest.head.rows
    if not replace:
        what = f"比备份多 {newer} 条操作记录" if newer > 0 else f"已有 {rows} 条操作记录"
        raise Refused(
            f"现有数据库{what}，恢复会使它们不再可见，没有执行。先备份现在的数据；确实要用备份替换，请加 --replace。"
        )


def _beside() -> str:
    database = connection.settings_dict["NAME"]
    with _administering() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s",
            [f"{database}{MAKING}%".replace("_", "\\_")],
        )
        for (leftover,) in cursor.fetchall():
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(leftover)))
        name = f"{database}{MAKING}_{timezone.localtime():%H%M%S}"
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
        )
    return name


def _fill(name: str, folder: Path, manifest: Manifest, say: Callable[[str], None]) -> None:
    with _administering() as cursor:
        for role in manifest.roles:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        if {WEB_ROLE, RESIDENT_ROLE} <= set(manifest.roles):
            cursor.execute(APP + ROLE)
    say("把备份装入一个新的数据库（现有数据不动）")
    programs.run(
        *("pg_restore", "--exit-on-error", "--no-owner", "--jobs=2", f"--dbname={name}"),
        str(folder / DUMP),
        database=name,
    )
    say("核对恢复出来的数据")


def _compared(name: str, manifest: Manifest) -> str:
    """What differs between a restored database and its list; empty when nothing does."""
    with _looking_at(name):
        now = described_now()
        for key, written in (("migrations", manifest.migrations), ("head", manifest.head)):
            if now[key] != written:
                return f"{key} 不同"
        wrong = [
            f"{table}（{now['counts'].get(table)} 行，应为 {rows} 行）"
            for table, rows in manifest.counts.items()
            if now["counts"].get(table) != rows
        ]
        if wrong:
            return "行数不同：" + "、".join(wrong[:5])
        broken = broken_act()
        return f"操作记录从第 {broken} 条起对不上" if broken is not None else ""


@contextmanager
def _looking_at(name: str) -> Iterator[None]:
    """Let queries read another database of the same server for a while."""
    settings_dict = connections["default"].settings_dict
    present = settings_dict["NAME"]
    connections["default"].close()
    settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections["default"].close()
        settings_dict["NAME"] = present


@contextmanager
def _administering() -> Iterator[psycopg.Cursor[Any]]:
    """A connection to the server itself, outside any transaction."""
    params = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in ("host", "port", "user", "password") and value
    }
    with psycopg.connect(dbname="postgres", autocommit=True, **params) as server, server.cursor() as cursor:
        yield cursor


def _swap(name: str) -> str:
    """Give the restored database the name of the present one, both in one transaction."""
    database = connection.settings_dict["NAME"]
    kept = f"{database}_before_{timezone.localtime():%Y%m%d%H%M%S}"
    connections["default"].close()
    with _administering() as cursor:
        for left in range(SWAPS, 0, -1):
            try:
                with cursor.connection.transaction():
                    cursor.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (%s, %s)",
                        [database, name],
                    )
                    time.sleep(0.05)
                    for old, new in ((database, kept), (name, database)):
                        cursor.execute(
                            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                                sql.Identifier(old), sql.Identifier(new)
                            )
                        )
                return kept
            except psycopg.errors.ObjectInUse:
                if left == 1:
                    raise Refused(
                        "总有程序连着现有数据库，换不上。请先停止网页服务和后台任务，再运行一次；现有数据未改动。"
                    ) from None
                time.sleep(0.2)
    return kept


def _drop(name: str) -> None:
    with _administering() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _put_files(source: Path, home: Path) -> None:
    """Put files of data back. They are written once, so those that are there stay; one that differs is set aside."""
    if not source.exists():
        return
    stamp = f"{timezone.localtime():%Y%m%d%H%M%S}"
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        name = path.relative_to(source)
        if name.parts[0] in NOT_FILES:
            raise BadBackup(f"备份里不应有 {name}。请换一个备份。")
        target = home / name
        if target.is_file():
            if hashed(target) == hashed(path):
                continue
            target.rename(target.with_name(f"{target.name}.before-{stamp}"))
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming = target.with_name(f"{target.name}.making")
        shutil.copyfile(path, incoming)
        incoming.replace(target)
