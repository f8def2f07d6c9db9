"""数据目录：每一列是什么、为什么收、依据、存多久、怎么遮盖；数一数超期没有处理的。"""

from __future__ import annotations

import csv
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import out
from anmin.kernel.access.datamap import queries

HEADINGS = ("表", "名称", "列", "级别", "遮盖", "目的", "依据", "保存期限", "期限依据", "已核实")


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("datamap")(datamap)


def datamap(
    table: Annotated[str, typer.Argument(help="只看这张表，例如 kernel_person；不写为全部")] = "",
    path: Annotated[Path | None, typer.Option("--csv", help="写成 CSV 文件")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="数超过保存期限的行；有就以 1 退出")] = False,
) -> None:
    """显示或导出数据目录；--overdue 数超期没有处理的行。"""
    if overdue:
        _overdue()
        return
    chosen = [one for one in (*queries.entries(), *queries.api_entries()) if table in ("", one.table)]
    if not chosen:
        raise typer.BadParameter(f"数据目录里没有 {table}；不带参数运行可以看到全部表名")
    if path is not None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *(_row(one) for one in chosen)])
        out.print(f"已写入 {path}：{len(chosen)} 行")
    else:
        for _name, rows in groupby(chosen, key=lambda one: one.table):
            _show(list(rows))
    if missing := queries.unmapped():
        out.print("没有登记的列：" + "、".join(f"{name}.{column}" for name, column in missing))
        raise typer.Exit(1)


def _overdue() -> None:
    rows = queries.overdue(timezone.localdate())
    if not rows:
        out.print("没有超过保存期限的行。")
        return
    shown = Table("表", "名称", "期限", "早于", "行数")
    for one in rows:
        shown.add_row(one.table, one.title, one.keeping.words, one.before.isoformat(), str(one.rows))
    out.print(shown)
    raise typer.Exit(1)


def _show(rows: list[queries.Entry]) -> None:
    head = rows[0]
    mark = "" if head.keeping.verified else "（待核实）"
    out.print(f"\n[b]{head.title}[/b] {head.table}\n目的：{head.purpose}\n依据：{head.basis}")
    out.print(f"保存期限：{head.keeping.words}{mark}")
    shown = Table("列", "级别", "遮盖")
    for one in rows:
        shown.add_row(one.column, one.klass, one.mask or "—")
    out.print(shown)


def _row(one: queries.Entry) -> tuple[str, ...]:
    keeping = one.keeping
    verified = "是" if keeping.verified else "待核实"
    head = (one.table, one.title, one.column, one.klass, one.mask or "—", one.purpose, one.basis)
    return (*head, keeping.words, keeping.law, verified)
