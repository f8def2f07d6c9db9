"""Verification (完整性核验): the book of acts, rows of rights, pages of the database, files; finds, never mends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from anmin.kernel.audit import queries as audit
from anmin.kernel.keys.rows import broken_rows
from anmin.kernel.keys.signing import problem_with_file
from anmin.kernel.operations import actions, pagewise, programs
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
    """The number of the first act that does not hold in itself; None when the chain is whole."""
    row = audit.broken_link()
    return None if row is None else row.number


def acts() -> Check:
    """核对操作记录和库外锚点"""
    verdict = audit.verification()
    if verdict.first is not None:
        return Check(
            "acts",
            "操作记录",
            BROKEN,
            f"第 {verdict.first.number} 号操作记录：{verdict.first.problem}",
            "有人绕过系统改了操作记录，或磁盘出错。",
            "不要再写入；封存数据库，从备份恢复后比较：anmin restore 备份目录 --drill",
        )
    found = f"{verdict.count} 条都与前一条相连，与 {verdict.anchors} 个库外锚点一致"
    why = "没有锚点就发现不了末尾被删去；落在备用分区的记录不能按月归档。"
    if not verdict.anchors:
        return Check("acts", "操作记录", WATCH, f"{found}；还没有锚点", why, "anmin audit anchor")
    if stray := audit.misplaced():
        return Check(
            "acts", "操作记录", WATCH, f"{found}；{stray} 条在备用分区", why, "anmin audit partitions"
        )
    return Check("acts", "操作记录", GOOD, found)


def rights() -> Check:
    """核对账号和授权的行校验码"""
    broken = [*broken_rows(), *audit.rows_against_the_book()]
    if not broken:
        return Check("rights", "账号与授权", GOOD, "每一行都是由系统写入的，没有改动")
    listed = "；".join(f"{row.table} 第 {row.key} 行{row.problem}" for row in broken[:3])
    return Check(
        "rights",
        "账号与授权",
        BROKEN,
        f"{len(broken)} 行不对：{listed}",
        "有人绕过系统改了账号或授权；这些授权已自动失效，这些账号不能登录。",
        "看原来的内容并放回：anmin repair row 表名 行号；放不回的，请安全管理员重新授权",
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
    if not is_superuser:
        if failures:
            return _pages_broken(f"数据库报告过 {failures} 次页校验失败")
        return Check(
            "pages",
            "数据库页",
            WATCH,
            "本账号不能逐页检查",
            "磁盘悄悄出错，要逐页读才会发现。",
            "请数据库管理员启用每周的 anmin-pages.timer：见 docs/howto/run-in-production.md",
        )
    try:
        if has_checksums and (bad := pagewise.bad_pages()):
            return _pages_broken(f"{len(bad)} 页校验不对：{'、'.join(map(str, bad[:3]))}")
        programs.run("pg_amcheck", "--install-missing", "--jobs=2")
    except programs.ProgramFailed as trouble:
        return _pages_broken(str(trouble)[-300:])
    if failures:
        return _pages_broken(f"现在每一页都对，但数据库以前报告过 {failures} 次页校验失败")
    noted = "" if has_checksums else "（没有开启页校验，只查了结构）"
    return Check("pages", "数据库页", GOOD, f"表和索引的每一页都读得出、对得上{noted}")


def _pages_broken(found: str) -> Check:
    return Check(
        "pages",
        "数据库页",
        BROKEN,
        found,
        "数据文件损坏：磁盘出错，或被绕过数据库改动。",
        "先复制数据目录；索引可以重建，表要从备份或归档恢复：见 docs/howto/repair.md",
    )


def files() -> Check:
    """核对数据文件和签名"""
    checked, wrong = 0, []
    for named in settings.KEPT_FILES:
        for path, name, digest in import_string(named)():
            checked += 1
            problem = problem_with_file(path, name)
            if not problem and hashed(path) != digest:
                problem = "与账上的校验值不同"
            if problem:
                wrong.append(f"{path.relative_to(settings.ANMIN_HOME)}（{problem}）")
    if wrong:
        return Check(
            "files",
            "数据文件",
            BROKEN,
            f"{len(wrong)} 个文件不对：{'、'.join(wrong[:3])}",
            "部门数据或附件被改动过，或磁盘出错；据此得出的结果不可靠。",
            "anmin repair file 文件 --backup 备份目录；没有备份的，请部门重新报送这一批",
        )
    return Check("files", "数据文件", GOOD, f"{checked} 个文件与入库时相同，签名都对")


STEPS: list[Step] = [acts, rights, pages, files]
"""In the order in which they are made."""
