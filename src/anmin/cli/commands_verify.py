"""核验完整性：操作记录链、数据库页、数据文件；发现问题时退出码为 1。"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anmin.cli.running import err, out
from anmin.cli.showing import show_checks
from anmin.kernel.operations.checks import BROKEN, as_json, overall
from anmin.kernel.operations.verifying import verify as verify_all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(as_text: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """核验完整性：操作记录链、数据库页、数据文件；发现问题时退出码为 1。"""
    found = verify_all(by="anmin verify", say=lambda text: err.print(f"{text} …"))
    if as_text:
        out.print_json(json.dumps(as_json(found), ensure_ascii=False))
    else:
        show_checks(found)
    if overall(found) == BROKEN:
        raise typer.Exit(1)
