"""`anmin standards`: what was laid down in this place, and the file from which the rules read it, written anew."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from anmin.cli.running import out
from anmin.kernel.screening.standards import actions, queries


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("standards")(standards)


def standards(
    lay_out: Annotated[bool, typer.Option("--lay-out", help="按数据库重新写出规则读取的文件")] = False,
) -> None:
    """列出本地提出过的标准；从页面“规则”的“新标准”里提出和确认。"""
    if lay_out:
        out.print(f"已写出第 {actions.lay_out()} 版")
    table = Table("标准", "地方", "起始日", "终止日", "城镇", "农村", "文件", "状态")
    for row in queries.standard_changes():
        days = (row.first_day.isoformat(), row.last_day.isoformat() if row.last_day else "")
        values = (str(row.urban), str(row.rural))
        table.add_row(row.rate, row.division, *days, *values, row.law, row.get_state_display())
    out.print(table if table.row_count else "没有在本地提出过标准，用的是随系统带来的")
