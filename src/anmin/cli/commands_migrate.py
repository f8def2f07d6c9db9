"""更新数据库结构并准备静态文件；升级程序以后、重新启动服务以前运行。先备份。"""

from __future__ import annotations

from typing import Annotated

import typer
from django.core.management import call_command

from anmin.cli.running import out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(
    quiet: Annotated[bool, typer.Option("--quiet", help="没有问题时什么也不说")] = False,
) -> None:
    """更新数据库结构并准备静态文件。中途失败时，已完成的步骤保留，未完成的那一步不留痕迹，可以再运行。"""
    call_command("migrate", verbosity=0 if quiet else 1)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not quiet:
        out.print("数据库结构和静态文件都是最新的。现在可以重新启动服务。")
