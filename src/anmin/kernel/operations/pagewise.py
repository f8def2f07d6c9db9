"""Every page of the cluster, read and compared with its checksum while the database runs (逐页校验).

pg_basebackup does it for each file that it sends, indexes of every kind, TOAST and system tables included, which
pg_amcheck alone does not; what it sends is thrown away.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from django.db import connection

from anmin.kernel.operations import programs

FAILED = re.compile(r'checksum verification failed in file "\.?/?([^"]+)", block (\d+)')
FILE_OF_OURS = re.compile(r"base/(\d+)/(\d+)(?:\.(\d+))?$")
BLOCKS = 131_072
"""Pages in a file of a gigabyte, the size at which PostgreSQL begins the next."""


@dataclass(frozen=True)
class BadPage:
    """A page that is not as it was written; `relation` is empty for another database's."""

    file: str
    block: int
    relation: str = ""

    def __str__(self) -> str:
        return f"{self.relation or self.file} 第 {self.block} 页"


def bad_pages() -> list[BadPage]:
    """Pages whose checksum does not hold; PostgreSQL names at most five of one file.

    Raises:
        ProgramFailed: when the pages could not be read at all.
    """
    done = subprocess.run(
        [
            *(programs.program("pg_basebackup"), "--pgdata=-", "--format=tar", "--wal-method=none"),
            *("--checkpoint=fast", "--no-manifest", "--no-password"),
        ],
        env=programs.reaching(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    found = [_named(file, int(block)) for file, block in FAILED.findall(done.stderr)]
    if done.returncode != 0 and not found:
        raise programs.ProgramFailed(f"没有读完全部数据页：{done.stderr.strip()[-500:]}")
    return found


def _named(file: str, block: int) -> BadPage:
    ours = FILE_OF_OURS.match(file)
    if ours is None:
        return BadPage(file, block)
    database, node, segment = int(ours[1]), int(ours[2]), int(ours[3] or 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_filenode_relation(0, %s)::regclass::text"
            " FROM pg_database WHERE datname = current_database() AND oid = %s",
            [node, database],
        )
        row = cursor.fetchone()
    relation = row[0] if row is not None and row[0] is not None else ""
    return BadPage(file, block + segment * BLOCKS, relation)
