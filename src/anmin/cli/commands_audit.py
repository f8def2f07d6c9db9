"""审计账本：核验、存锚点、建分区、归档、历史版本。"""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.audit import keeping
from anmin.kernel.audit.queries import history_of, misplaced, verification
from anmin.kernel.audit.receipts import problem_with_archive, receipts
from anmin.kernel.people.protection.queries import minors_report

app = typer.Typer(help="审计账本：核验、存锚点、建分区、归档、历史版本", no_args_is_help=True)


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
def archive(
    month: Annotated[str, typer.Argument(help="月份，如 2023-01")],
    remove: Annotated[bool, typer.Option("--remove", help="核对归档文件后，把这个月移出数据库")] = False,
) -> None:
    """把满三年的一个月另存为 Parquet 并签发归档回执；加 --remove 才把记录移出数据库。"""
    try:
        first = date.fromisoformat(f"{month}-01")
        if remove:
            keeping.remove_month(by="anmin audit", first=first, on=timezone.localdate())
            out.print(f"{month} 已移出数据库，账本从下个月开始")
            return
        path = keeping.archive_month(first, timezone.localdate())
    except ValueError as trouble:
        out.print(f"[red]{trouble}[/red]")
        raise typer.Exit(2) from None
    out.print(f"已归档到 {path}；核对：anmin audit archives")


@app.command()
def archives() -> None:
    """核对全部归档：回执的签名、文件、逐条记录；发现问题时退出码 1。"""
    wrong = 0
    for receipt in receipts():
        problem = problem_with_archive(receipt, keeping.archive_home())
        wrong += bool(problem)
        out.print(
            f"[red]✘ {problem}[/red]"
            if problem
            else f"✔ {receipt.month}：第 {receipt.first:,}–{receipt.last:,} 号完整"
        )
    if wrong:
        raise typer.Exit(1)
    if not receipts():
        out.print("还没有归档的月份")


@app.command()
def history(
    table: Annotated[str, typer.Argument(help="表名，如 kernel_grant")],
    row: Annotated[int, typer.Argument(help="行号")],
) -> None:
    """一行数据的历史版本：每次改动之前是什么、谁在哪个事务里改的；加密的列仍是密文。"""
    rows = list(history_of(table, row))
    if not rows:
        out.print("没有历史版本：这一行没有改过，或不留历史")
    words = {"U": "改动前", "D": "删除前"}
    for one in rows:
        old = json.dumps(one.old, ensure_ascii=False)
        out.print(
            f"{one.at:%Y-%m-%d %H:%M:%S}  用户 {one.by_id or '—'}  {words[one.change]}  {old}", markup=False
        )


@app.command()
def minors(
    year: Annotated[int, typer.Argument(help="年度，如 2026")],
    path: Annotated[Path | None, typer.Option("--csv", help="写成 CSV 文件")] = None,
) -> None:
    """未成年人信息查阅年度清单：谁、凭什么、看了几次；总数与查阅记录一致。"""
    rows = minors_report(date(year, 1, 1), date(year, 12, 31))
    if path is not None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("人员编号", "读者编号", "读者", "凭据", "次数"))
            writer.writerows((row.person, row.reader or "", row.name, row.leave, row.looks) for row in rows)
    children = len({row.person for row in rows})
    out.print(f"{year} 年：{children} 名受保护未成年人被查阅 {sum(row.looks for row in rows)} 次")
    for leave in sorted({row.leave for row in rows}):
        out.print(f"  {leave}：{sum(row.looks for row in rows if row.leave == leave)} 次")
