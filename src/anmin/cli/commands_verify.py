"""核验完整性：操作记录与锚点、账号与授权、数据库页、数据文件、明文；发现问题时退出码为 1。"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from anmin.cli.running import err, out
from anmin.cli.showing import show_checks
from anmin.kernel.operations.actions import record_upkeep
from anmin.kernel.operations.checks import BROKEN, as_json, overall
from anmin.kernel.operations.plaintext import plaintext
from anmin.kernel.operations.verifying import verify as verify_all


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    as_text: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    recovered: Annotated[str, typer.Option(hidden=True, help="刚从这个归档恢复：另记一次恢复")] = "",
    plain: Annotated[int, typer.Option("--plaintext", help="另查明文：随机取这么多号码，在所有文件里找")] = 0,
) -> None:
    """核验完整性：操作记录与锚点、账号与授权、数据库页、数据文件；发现问题时退出码为 1。"""

    def say(text: str) -> None:
        err.print(f"{text} …")

    if recovered:
        record_upkeep(
            by="run.py recover", kind="restore", is_good=True, seconds=0, detail={"folder": recovered}
        )
    found = verify_all(by="anmin verify", say=say)
    if plain:
        found.append(plaintext(plain, say))
    if as_text:
        out.print_json(json.dumps(as_json(found), ensure_ascii=False))
    else:
        show_checks(found)
    if overall(found) == BROKEN:
        raise typer.Exit(1)
