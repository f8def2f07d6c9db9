"""从备份恢复：先装入旁边的新数据库，核对无误才换上；原来的留着。--drill 只演练。"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection

from anmin.cli.running import err, out
from anmin.cli.secrets import passphrase
from anmin.kernel.operations.backups import Refused, restore_keys
from anmin.kernel.operations.manifests import BadBackup
from anmin.kernel.operations.programs import ProgramFailed
from anmin.kernel.operations.restoring import drill, is_empty, note_refusal, restore


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(restore_backup)


def restore_backup(
    source: Annotated[Path, typer.Argument(help="备份目录；加 --keys 时是密钥备份文件")],
    keys: Annotated[bool, typer.Option("--keys", help="恢复密钥；换机器时先做这一步")] = False,
    only_drill: Annotated[
        bool, typer.Option("--drill", help="只演练：装入、核对、记录、删去，不动现有数据")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="现有数据库不是空的，也用备份替换它")] = False,
    confirm: Annotated[
        str, typer.Option(help="与 --replace 一起用：写出现有数据库的名称，表示看清楚了")
    ] = "",
    any_signer: Annotated[bool, typer.Option("--any-signer", help="接受别的密钥签名的备份")] = False,
) -> None:
    """从备份恢复：先装入旁边的新数据库，核对无误才换上；原来的留着。--drill 只演练。"""
    try:
        if keys:
            names = restore_keys(
                source=source, passphrase=passphrase("密钥备份的口令"), into=settings.ANMIN_HOME
            )
            out.print(f"密钥已恢复：{len(names)} 个文件")
            return
        if only_drill:
            drill(by="anmin restore", folder=source, say=lambda text: err.print(text))
            out.print("演练通过：备份完整，恢复出来的数据与清单一致。记录见“系统健康”页。")
            return
        if replace and not is_empty():
            _confirmed(confirm)
        kept = restore(
            by="anmin restore",
            folder=source,
            replace=replace,
            any_signer=any_signer,
            say=lambda text: err.print(text),
        )
    except (Refused, BadBackup, ProgramFailed) as told:
        if not keys:
            note_refusal(by="anmin restore", folder=source, why=str(told))
        err.print(f"[red]没有恢复：[/red]{told}")
        raise typer.Exit(2) from told
    out.print(f"恢复完成。原来的数据库改名为 {kept}，确认无误后可以删除。")


def _confirmed(confirm: str) -> None:
    name = connection.settings_dict["NAME"]
    if not confirm and sys.stdin.isatty():
        confirm = input(f"将用备份替换现有数据库。输入它的名称 {name} 继续：").strip()
    if confirm != name:
        raise Refused(f"没有确认。请加 --confirm {name}，表示知道现有数据会被替换。")
