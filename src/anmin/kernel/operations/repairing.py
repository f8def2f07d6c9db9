"""Repair (修复): one row, or one file, put back as the system last wrote it; shown first, written only when asked for.

A row of rights is put back when its code proves the older content. Any other row comes from a backup, and only while
the history knows no change of it since: nobody's work is undone by a repair.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from anmin.kernel.audit import actions as audit
from anmin.kernel.audit.queries import history_of, version_in_the_book
from anmin.kernel.keys.rows import CodedModel, coded_models, holds
from anmin.kernel.keys.signing import problem_with_file, signature_of
from anmin.kernel.operations import manifests, programs
from anmin.kernel.operations.backups import Refused
from anmin.kernel.operations.manifests import DUMP, FILES, Manifest

TABLE = re.compile(r"kernel_[a-z_]+")
ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


@dataclass(frozen=True)
class Repair:
    """What a repair would do: the row, the columns that differ (all of them when the row is gone), and what proves it."""

    table: str
    row: int
    columns: dict[str, str | None]
    is_gone: bool
    proof: str


def plan(table: str, row: int, backup: Path | None = None) -> Repair:
    """What would make a row whole again.

    Raises:
        BadBackup, Refused: when it is whole, or nothing proves what it should hold; the text says what to do.
    """
    if not TABLE.fullmatch(table) or table not in connection.introspection.table_names():
        raise Refused(f"没有表 {table}。请照抄 anmin verify 报告里的表名，例如 kernel_grant。")
    now = _row(table, row)
    model = next((one for one in coded_models() if one._meta.db_table == table), None)
    if (
        model is not None
        and now is not None
        and _is_proved(model, row, now)
        and not _is_behind(model, row, now)
    ):
        raise Refused(f"{table} 第 {row} 行的校验码是对的，不需要修复。")
    if backup is not None:
        return _from_backup(table, row, now, model, backup)
    if model is None or now is None or (found := _from_history(model, row, now)) is None:
        raise Refused(f"历史版本证明不了 {table} 第 {row} 行原来的内容。请加 --backup 备份目录，从备份取回。")
    return found


@transaction.atomic
def mend_row(*, by: Any, repair: Repair, reason: str) -> None:
    """Write the row back, and the repair into the book of acts; the wrong content stays in the history.

    Raises:
        Refused: without a reason.
    """
    if not reason.strip():
        raise Refused("没有修复：请写明原因，例如 --reason '核验发现被 SQL 改动'。")
    names, values = list(repair.columns), list(repair.columns.values())
    quoted = [connection.ops.quote_name(name) for name in names]
    casts = [f"%s::{kind}" for kind in (_types(repair.table)[name] for name in names)]
    target = connection.ops.quote_name(repair.table)
    with connection.cursor() as cursor:
        if repair.is_gone:
            cursor.execute(
                f"INSERT INTO {target} ({', '.join(quoted)}) OVERRIDING SYSTEM VALUE VALUES ({', '.join(casts)})",
                values,
            )
        else:
            sets = ", ".join(f"{name} = {cast}" for name, cast in zip(quoted, casts, strict=True))
            cursor.execute(f"UPDATE {target} SET {sets} WHERE id = %s", [*values, repair.row])
    audit.record(
        by=by,
        act="operations.repair_row",
        subject=f"{repair.table}/{repair.row}",
        after={"columns": names, "proof": repair.proof},
        reason=reason,
    )


def _from_history(model: type[CodedModel], row: int, now: Mapping[str, str | None]) -> Repair | None:
    """Walk back through the changes until the code holds: it was written by the system over that very content."""
    past: dict[str, Any] = {}
    for change in history_of(model._meta.db_table, row):
        past |= change.old
        if _is_proved(model, row, now, past):
            columns = {name: _text(past[name]) for name in past if name in model.CODED}
            columns = {name: value for name, value in columns.items() if now[name] != value}
            at = f"{timezone.localtime(change.at):%Y-%m-%d %H:%M:%S}"
            return Repair(model._meta.db_table, row, columns, False, f"{at} 之前的历史版本，校验码证明无误")
    return None


def _from_backup(
    table: str, row: int, now: Mapping[str, str | None] | None, model: type[CodedModel] | None, folder: Path
) -> Repair:
    manifest = manifests.read(folder)
    held = _row_in_dump(folder / DUMP, table, row)
    if held is None:
        raise Refused(f"备份里没有 {table} 第 {row} 行：它是备份之后才有的。请换一个更新的备份。")
    if model is not None:
        if not _is_proved(model, row, held):
            raise Refused(f"备份里的 {table} 第 {row} 行校验码也不对。请换一个更早的备份。")
        if _is_behind(model, row, held):
            raise Refused(
                "账本记有更新的一版，备份里的是旧内容。请换一个更新的备份，或由安全管理员重新办理。"
            )
    elif changes := _changes_since(table, row, manifest):
        raise Refused(
            f"备份之后这一行改过 {changes} 次，备份里的不是最新内容。请换一个更新的备份，或按历史版本人工更正。"
        )
    columns = (
        dict(held) if now is None else {name: text for name, text in held.items() if now.get(name) != text}
    )
    if not columns:
        raise Refused(f"{table} 第 {row} 行与备份里的相同，不需要修复。")
    return Repair(table, row, columns, now is None, f"{manifest.made_at} 的备份")


def _changes_since(table: str, row: int, manifest: Manifest) -> int:
    return history_of(table, row).filter(at__gt=manifest.made_at).count()


def _is_behind(model: type[CodedModel], row: int, held: Mapping[str, str | None]) -> bool:
    """Whether the book of acts knows a newer version than the one held."""
    return int(held["row_version"] or 0) < version_in_the_book(model, row)


def _is_proved(
    model: type[CodedModel], row: int, now: Mapping[str, str | None], past: Mapping[str, Any] | None = None
) -> bool:
    """Whether the code holds over the columns as they are, or as they were where `past` names them."""
    texts = {name: _text((past or {}).get(name, now[name])) for name in model.CODED}
    values = [_value(model, name, text) for name, text in texts.items()]
    code = now["row_code"]
    found = bytes.fromhex(code.removeprefix("\\x")) if code else None
    return holds(model._meta.db_table, row, int(now["row_version"] or 0), values, found)


def _value(model: type[CodedModel], name: str, text: str | None) -> Any:
    """A column's text as Python has it: what the code was made over."""
    if text is None:
        return None
    field = next(one for one in model._meta.concrete_fields if one.attname == name)
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, models.BooleanField):
        return text in ("t", "true")
    value = json.loads(text) if isinstance(kind, models.JSONField) else kind.to_python(text)
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _text(value: Any) -> str | None:
    """A value of the history's JSON as PostgreSQL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(value)


def _row(table: str, row: int) -> dict[str, str | None] | None:
    """A row as the database writes it in text."""
    names = list(_types(table))
    columns = ", ".join(f"{connection.ops.quote_name(name)}::text" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(table)} WHERE id = %s", [row])
        found = cursor.fetchone()
    return None if found is None else dict(zip(names, found, strict=True))


def _types(table: str) -> dict[str, str]:
    """The columns of a table that are written, with their types."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return dict(cursor.fetchall())


def _row_in_dump(dump: Path, table: str, row: int) -> dict[str, str | None] | None:
    """One row out of a backup's dump, read as it streams past: nothing is restored anywhere."""
    command = [programs.program("pg_restore"), "--data-only", f"--table={table}", "--file=-", str(dump)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            for names, cells in _copied(process.stdout):
                if cells[names.index("id")] == str(row):
                    return dict(zip(names, map(_unescaped, cells), strict=True))
        finally:
            process.kill()
    return None


def _copied(lines: Iterator[str]) -> Iterator[tuple[list[str], list[str]]]:
    names: list[str] = []
    for line in lines:
        if line.startswith("COPY "):
            names = [name.strip().strip('"') for name in line.split("(", 1)[1].split(")", 1)[0].split(",")]
        elif line.startswith("\\."):
            names = []
        elif names:
            yield names, line.rstrip("\n").split("\t")


def _unescaped(cell: str) -> str | None:
    if cell == "\\N":
        return None
    return re.sub(r"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), cell)


@transaction.atomic
def mend_file(*, by: Any, name: str, backup: Path, reason: str) -> Path:
    """Put one file back from a backup; the wrong one is kept beside it.

    Raises:
        BadBackup, Refused: when it is whole, unknown, or not whole in the backup either.
    """
    if not reason.strip():
        raise Refused("没有修复：请写明原因，例如 --reason '核验发现磁盘出错'。")
    home = Path(settings.ANMIN_HOME)
    kept = {str(path.relative_to(home)): (path, known) for path, known, _sha in _kept_files()}
    if name not in kept:
        raise Refused(f"账上没有文件 {name}。请照抄 anmin verify 报告里的路径，例如 lake/…。")
    path, known = kept[name]
    if not problem_with_file(path, known):
        raise Refused(f"{name} 与入库时相同，不需要修复。")
    manifests.read(backup)
    source = backup / FILES / name
    if problem := problem_with_file(source, known):
        raise Refused(f"备份里的 {name} {problem}。请换一个备份。")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(path.with_name(f"{path.name}.before-{timezone.localtime():%Y%m%d%H%M%S}"))
    for origin, target in ((source, path), (signature_of(source), signature_of(path))):
        making = target.with_name(f"{target.name}.making")
        shutil.copyfile(origin, making)
        making.replace(target)
    audit.record(
        by=by, act="operations.repair_file", subject=name, after={"backup": backup.name}, reason=reason
    )
    return path


def _kept_files() -> Iterator[tuple[Path, str, str]]:
    for named in settings.KEPT_FILES:
        yield from import_string(named)()
