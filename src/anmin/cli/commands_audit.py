"""审计账本：核验、存锚点、建分区、归档。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.audit import keeping
from anmin.kernel.audit.queries import misplaced, verification

app = typer.Typer(help="审计账本：核验、存锚点、建分区、归档", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="audit")


@app.command()
def verify() -> None:
    """逐条核验审计账本并与库外锚点比对；发现问题时指出第一条，退出码 1。"""
    found = verification()
    if found.first is not None:
        out.print(f"[red]✘ 第 {found.first.number} 号记录：{found.first.problem}[/red]")
        out.print("不要再写入；请保留现场，用锚点之前的备份比对，按《应急手册》上报。")
        raise typer.Exit(1)
    out.print(f"✔ {found.count:,} 条记录完整，与 {found.anchors} 个锚点一致")
    if not found.anchors:
        out.print("△ 还没有锚点：没有锚点就发现不了末尾被删去。运行 anmin audit anchor")
    if stray := misplaced():
        out.print(f"△ 有 {stray} 条记录落在备用分区：运行 anmin audit partitions")


@app.command()
def anchor() -> None:
    """把账本现在的条数和链头签名后存到库外。"""
    path = keeping.anchor()
    out.print(f"已存锚点 {path.name}" if path else "上次锚点之后没有新记录")


@app.command()
def partitions(months: Annotated[int, typer.Option(help="提前建几个月")] = 3) -> None:
    """提前建好按月分区。"""
    made = keeping.make_partitions(timezone.localdate(), months)
    out.print(f"新建 {len(made)} 个分区：{'、'.join(made)}" if made else "分区已齐")


@app.command()
def archive(month: Annotated[str, typer.Argument(help="月份，如 2023-01")]) -> None:
    """把满三年的一个月另存为 Parquet；库内记录不删除。"""
    try:
        first = date.fromisoformat(f"{month}-01")
        path = keeping.archive_month(first, timezone.localdate())
    except ValueError as trouble:
        out.print(f"[red]{trouble}[/red]")
        raise typer.Exit(2) from None
    out.print(f"已归档到 {path}")
