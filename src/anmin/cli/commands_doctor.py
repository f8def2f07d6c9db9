"""检查安装和运行状况：每项一行，说明为什么要紧、该输入什么命令；有 ✘ 时退出码为 1。"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anmin.cli.running import out
from anmin.cli.showing import show_checks
from anmin.kernel.operations.checks import BROKEN, GOOD, all_of, as_json, overall
from anmin.kernel.operations.health import HEALTH
from anmin.kernel.operations.installation import INSTALLATION

BROKEN_EXIT = 1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    as_text: Annotated[bool, typer.Option("--json", help="输出 JSON，内容相同")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="有 △ 时退出码也为 1")] = False,
) -> None:
    """检查安装和运行状况，只看不改。没有 ✘ 时退出码为 0。"""
    found = list(all_of([*INSTALLATION, *HEALTH]))
    if as_text:
        out.print_json(json.dumps(as_json(found), ensure_ascii=False))
    else:
        show_checks(found)
    state = overall(found)
    if state == BROKEN or (strict and state != GOOD):
        raise typer.Exit(BROKEN_EXIT)
