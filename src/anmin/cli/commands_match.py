"""比对人员：一张表和人员库（或另一张表）里谁是同一个人；也可查人员库内部的重复。只提建议，由人决定。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import err, out, progress_bar
from anmin.kernel.people.matching.engine import Matching, match
from anmin.kernel.people.matching.evidence import REASONS, STEPS
from anmin.kernel.people.matching.files import read_persons, write_proposals
from anmin.kernel.people.matching.loading import queue_proposals
from anmin.kernel.people.matching.preparing import MatchingRefused
from anmin.kernel.people.matching.queries import register_table, told_apart
from anmin.policy.errors import PolicyError

REGISTER = "register"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match")(match_persons)


def match_persons(
    left: Annotated[Path | None, typer.Option("--left", help="要比对的表（CSV 或 Parquet）")] = None,
    right: Annotated[str, typer.Option("--right", help="register 表示人员库；或另一张表的文件名")] = REGISTER,
    within: Annotated[bool, typer.Option("--register", help="查人员库内部的重复，不需要表")] = False,
    to: Annotated[Path | None, typer.Option("--out", help="比对结果写到哪个文件（CSV 或 Parquet）")] = None,
    source: Annotated[str, typer.Option("--source", help="来源名称，写入待核对队列；默认用文件名")] = "",
    queue: Annotated[bool, typer.Option("--queue/--no-queue", help="是否把需核对的放进“疑似同一人”")] = True,
) -> None:
    """比对人员：先按证件号码，再按修复后的号码，最后按姓名、生日、住址、电话综合判断。只提建议，不关联、不合并。"""
    if within == (left is not None):
        raise typer.BadParameter("请写 --left 文件，或者写 --register 查人员库内部，二者选一")
    try:
        with progress_bar() as progress:
            rows, others, found = _matched(left, right, within, progress)
            if to is not None:
                write_proposals(to, found, rows, others)
    except MatchingRefused as trouble:
        raise PolicyError(trouble.code, what=str(trouble)) from trouble
    except OSError as trouble:
        raise PolicyError(
            "match_out",
            what=f"结果写不进“{to}”：{trouble.strerror or trouble}",
            todo="换一个有空间、可写的位置再运行；原有文件未改动",
        ) from trouble
    _show(found)
    if to is not None:
        out.print(f"结果：{to}")
    if queue and (within or right == REGISTER):
        name = source or ("人员库查重" if within else left.name if left else "")
        run = queue_proposals(by="anmin match", source=name, found=found, left=rows, within_register=within)
        out.print(f"放进“疑似同一人”待核对：{run.counts['queued']:,} 对（以前提出过的不再重复提出）")


def _matched(left: Path | None, right: str, within: bool, progress: Any) -> tuple[Any, Any, Matching]:
    say: Callable[[str, int, int], None] = progress
    today = timezone.localdate()
    if within:
        people = register_table(today)
        return people, people, match(people, apart=told_apart(), progress=say)
    rows = read_persons(left) if left else None
    others = register_table(today) if right == REGISTER else read_persons(Path(right))
    return rows, others, match(rows, others, progress=say)


def _show(found: Matching) -> None:
    counts = found.counts()
    out.print(f"比对 {found.left_rows:,} 行，对方 {found.right_rows:,} 人；打分 {found.scored_pairs:,} 对")
    table = Table("步骤", "建议关联（把握大）", "需人工核对", title="每一行按最好的结果计")
    for step, title in STEPS.items():
        table.add_row(
            str(title), f"{counts.get(f'{step}_safe', 0):,}", f"{counts.get(f'{step}_review', 0):,}"
        )
    out.print(table)
    out.print(f"没有找到：{counts['unmatched']:,} 行")
    reasons: dict[str, int] = {}
    for reason, verdict in zip(
        found.pairs["reason"].to_pylist(), found.pairs["verdict"].to_pylist(), strict=True
    ):
        if verdict == "review":
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, number in sorted(reasons.items(), key=lambda row: -row[1]):
        err.print(f"  {number:>7,} 对  {REASONS[reason]}")
