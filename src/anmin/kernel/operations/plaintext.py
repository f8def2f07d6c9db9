"""The search for plaintext (明文检查): numbers and telephones of the register are looked for in every file that we keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import SystemRandom

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Max, Min

from anmin.kernel.operations.checks import BROKEN, GOOD, WATCH, Check
from anmin.kernel.people.models import Identifier, Person
from anmin.lib.traces import Finder, Trace

SHORTEST = 8
"""Shorter texts stand in files by chance."""
SHOWN = 3
KEY, TITLE = "plaintext", "明文"
WHY = "身份证号、银行卡号、电话只应以密文存放（GB/T 22239 存储保密性）。"


def plaintext(sample: int, say: Callable[[str], None] = lambda text: None) -> Check:
    """Look for so many random numbers and telephones of the register in the database's files, logs and the lake.

    The number itself is never told: only in which file, in which form, how often.
    """
    hidden = list(secrets_of_the_register(sample))
    if not hidden:
        return Check(KEY, TITLE, WATCH, "人员库里还没有号码，没有可查的", WHY, "有数据以后再运行")
    finder = Finder(hidden)
    folders, unread = _folders()
    found: dict[tuple[str, str], int] = {}
    for folder in folders:
        say(f"查找 {folder}")
        for trace in finder.in_folder(folder):
            _count(found, trace)
    say("查找数据库的全部表")
    for trace in _in_tables(finder):
        _count(found, trace)
    looked = f"{len(hidden)} 个号码，{len(folders)} 个目录和全部数据表"
    if found:
        first = "；".join(
            f"{place}（{form}，{times} 处）" for (place, form), times in list(found.items())[:SHOWN]
        )
        return Check(
            KEY,
            TITLE,
            BROKEN,
            f"查了{looked}，有 {len(found)} 个地方能读到：{first}",
            WHY,
            "删除或加密这些文件；是程序写出的，请报告缺陷",
        )
    if unread:
        return Check(
            KEY,
            TITLE,
            WATCH,
            f"查了{looked}，没有读到；但{unread}",
            WHY,
            "请在数据库所在的机器上以能读数据目录的账号再运行一次",
        )
    return Check(KEY, TITLE, GOOD, f"查了{looked}，没有一处能读到")


def secrets_of_the_register(sample: int) -> Iterator[str]:
    """Numbers and telephones of random persons."""
    ends = Person.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return
    dice = SystemRandom()
    keys = {dice.randint(ends["low"], ends["high"]) for _ in range(sample * 2)}
    for row in Identifier.objects.filter(person__in=keys)[:sample]:
        if len(row.value) >= SHORTEST:
            yield row.value
    for person in Person.objects.filter(pk__in=keys)[:sample]:
        if len(person.phone) >= SHORTEST:
            yield person.phone


def _folders() -> tuple[list[Path], str]:
    """What is searched, and a sentence when the database's own files cannot be."""
    folders, unread = [Path(settings.ANMIN_HOME)], ""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SHOW data_directory")
            data = Path(cursor.fetchone()[0])
        next(data.iterdir())
        if not data.is_relative_to(folders[0]):
            folders.append(data)
    except (Error, OSError, StopIteration):
        unread = "数据库的数据文件不在本机，或本账号读不到"
    return folders, unread


def _in_tables(finder: Finder) -> Iterator[Trace]:
    """What every table says, as text: long values lie compressed in the files."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        )
        for (table,) in cursor.fetchall():
            with cursor.copy(f"COPY {table} TO STDOUT") as stream:
                yield from finder.in_stream((bytes(chunk) for chunk in stream), table)


def _count(found: dict[tuple[str, str], int], trace: Trace) -> None:
    found[trace.place, trace.form] = found.get((trace.place, trace.form), 0) + 1
