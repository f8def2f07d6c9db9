"""首次设置：给出建立三位管理员的一次性口令。"""

from __future__ import annotations

import typer

from anmin.cli.running import out
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.setup.actions import begin_setup


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(quiet: bool = typer.Option(False, "--quiet", help="已有账号时不报错，什么也不输出")) -> None:
    """首次设置：给出建立三位管理员的一次性口令，24 小时内有效；已有账号时拒绝。"""
    try:
        secret = begin_setup(by="anmin init")
    except LoginProblem as trouble:
        if quiet:
            return
        out.print(f"[red]{trouble}[/red]")
        raise typer.Exit(2) from None
    out.print(f"首次设置口令（24 小时内有效，只显示这一次）：[bold]{secret}[/bold]")
    out.print("打开网页的 /setup/，用它建立系统、安全、审计三位管理员。")
