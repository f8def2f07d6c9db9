"""修复：把一行数据或一个文件放回系统最后写下的样子；先显示，加 --apply 才写入。"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anmin.cli.running import err, out
from anmin.kernel.operations import repairing
from anmin.kernel.operations.backups import Refused
from anmin.kernel.operations.manifests import BadBackup
from anmin.kernel.operations.programs import ProgramFailed

app = typer.Typer(help="修复一行数据或一个文件", no_args_is_help=True)
NOT_SHOWN = ("\\x", "argon2")
"""How sealed and secret values begin: the operator needs no look at them."""


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="repair")


@app.command()
def row(
    table: Annotated[str, typer.Argument(help="表名，照抄 anmin verify 的报告，如 kernel_grant")],
    number: Annotated[int, typer.Argument(help="行号")],
    backup: Annotated[Path | None, typer.Option(help="从这个备份目录取回")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="写入；不加只显示会改什么")] = False,
    reason: Annotated[str, typer.Option(help="原因，写进操作记录")] = "",
) -> None:
    """一行数据：显示哪些列与系统最后写下的不同、凭什么证明；--apply 放回，并写进操作记录。"""
    try:
        found = repairing.plan(table, number, backup)
        out.print(f"{table} 第 {number} 行{'已不在，整行放回' if found.is_gone else '：'}", markup=False)
        for name, value in found.columns.items():
            out.print(f"  {name} → {_shown(value)}", markup=False)
        out.print(f"  依据：{found.proof}", markup=False)
        if not apply:
            out.print("还没有写入。确认后加 --apply --reason 原因")
            return
        repairing.mend_row(by="anmin repair", repair=found, reason=reason)
    except (Refused, BadBackup, ProgramFailed) as told:
        err.print(f"[red]没有修复：[/red]{told}")
        raise typer.Exit(2) from told
    out.print("已放回。请再运行 anmin verify 确认。")


@app.command()
def file(
    name: Annotated[str, typer.Argument(help="数据目录下的路径，照抄 anmin verify 的报告，如 lake/…")],
    backup: Annotated[Path, typer.Option(help="从这个备份目录取回")],
    reason: Annotated[str, typer.Option(help="原因，写进操作记录")] = "",
) -> None:
    """一个数据文件：从备份取回，核对签名后放回；坏的那个改名留在旁边。"""
    try:
        path = repairing.mend_file(by="anmin repair", name=name, backup=backup, reason=reason)
    except (Refused, BadBackup) as told:
        err.print(f"[red]没有修复：[/red]{told}")
        raise typer.Exit(2) from told
    out.print(f"已放回 {path}。请再运行 anmin verify 确认。")


def _shown(value: str | None) -> str:
    if value is None:
        return "（空）"
    return "〔密文〕" if value.startswith(NOT_SHOWN) else value
