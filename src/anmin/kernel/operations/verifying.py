"""Verification (完整性核验): the book of acts, the pages of the database, the files of snapshots; finds, never mends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from anmin.kernel.audit import queries as audit
from anmin.kernel.operations import actions, programs
from anmin.kernel.operations.checks import BROKEN, GOOD, WATCH, Check
from anmin.kernel.operations.manifests import hashed
from anmin.kernel.operations.models import Upkeep

Step = Callable[[], Check]


def verify(*, by: Any, say: Callable[[str], None] = lambda text: None) -> list[Check]:
    """Check everything that can be checked while the system runs, and write down what was found."""
    started = time.monotonic()
    found = []
    for step in STEPS:
        say(step.__doc__ or "")
        found.append(step())
    broken = [check for check in found if check.state == BROKEN]
    actions.record_upkeep(
        by=by,
        kind=Upkeep.Kind.VERIFICATION,
        is_good=not broken,
        seconds=time.monotonic() - started,
        detail={"found": "；".join(check.found for check in broken)[:500]},
    )
    return found


def broken_act() -> int | None:
    """The number of the first act that does not hold; None when the book is whole."""
    row = audit.broken_link()
    return None if row is None else row.pk


def acts() -> Check:
    """核对操作记录链"""
    broken = broken_act()
    if broken is None:
        return Check("acts", "操作记录", GOOD, "每一条都与前一条相连，没有改动")
    return Check(
        "acts",
        "操作记录",
        BROKEN,
        f"操作记录从第 {broken} 条起对不上",
        "有人绕过系统改了操作记录，或磁盘出错。",
        "不要再写入；封存数据库，从备份恢复后比较：anmin restore 备份目录 --drill",
    )


def pages() -> Check:
    """核对数据库的每一页"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('data_checksums') = 'on', "
            "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user), "
            "(SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database)"
        )
        has_checksums, is_superuser, failures = cursor.fetchone()
    if failures:
        return _pages_broken(f"数据库报告过 {failures} 次页校验失败")
    if not is_superuser:
        return Check(
            "pages",
            "数据库页",
            WATCH,
            "本账号不能逐页检查",
            "磁盘悄悄出错，要逐页读才会发现。",
            "请数据库管理员每周运行：pg_amcheck --install-missing 数据库名",
        )
    try:
        programs.run("pg_amcheck", "--install-missing", "--jobs=2")
    except programs.ProgramFailed as trouble:
        return _pages_broken(str(trouble)[-300:])
    noted = "" if has_checksums else "（没有开启页校验，只查了结构）"
    return Check("pages", "数据库页", GOOD, f"表和索引的每一页都读得出、对得上{noted}")


def _pages_broken(found: str) -> Check:
    return Check(
        "pages",
        "数据库页",
        BROKEN,
        found,
        "数据文件损坏：磁盘出错，或被绕过数据库改动。",
        "先复制数据目录，再从备份恢复：anmin restore 备份目录",
    )


def files() -> Check:
    """核对快照文件"""
    checked, wrong = 0, []
    for manifest in sorted(Path(settings.ANMIN_HOME).glob("lake/**/sha256.json")):
        for name, digest in _digests(manifest).items():
            checked += 1
            path = manifest.parent / name
            if not path.is_file() or hashed(path) != digest:
                wrong.append(str(path.relative_to(settings.ANMIN_HOME)))
    if wrong:
        return Check(
            "files",
            "数据文件",
            BROKEN,
            f"{len(wrong)} 个文件与入库时不同：{wrong[0]}",
            "部门数据被改动过，或磁盘出错；据此得出的结果不可靠。",
            "从备份取回这些文件，或请部门重新报送这一批",
        )
    return Check("files", "数据文件", GOOD, f"{checked} 个文件与入库时相同")


def _digests(manifest: Path) -> dict[str, str]:
    return {str(name): str(digest) for name, digest in json.loads(manifest.read_text("utf-8")).items()}


STEPS: list[Step] = [acts, pages, files]
"""Other packages' checks are added here as they come: row codes, anchors."""
