"""备份数据库和数据文件到一个目录；--keys 另外备份密钥（用口令封存，分开保管）。"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anmin.cli.running import err, out
from anmin.cli.secrets import passphrase
from anmin.kernel.operations.backups import Refused, back_up_keys, make_backup
from anmin.kernel.operations.programs import ProgramFailed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)


def backup(
    into: Annotated[Path, typer.Argument(help="备份放在哪个目录；最好是另一块磁盘")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="另外备份密钥到这个目录；不要与数据备份放在一起")
    ] = None,
) -> None:
    """备份数据库和数据文件到一个目录；--keys 另外备份密钥（用口令封存，分开保管）。"""
    try:
        folder = make_backup(by="anmin backup", into=into, say=lambda text: err.print(text))
        out.print(f"备份完成：{folder}")
        if keys is not None:
            secret = passphrase("密钥备份的口令", twice=True)
            out.print(f"密钥备份：{back_up_keys(by='anmin backup', into=keys, passphrase=secret)}")
        else:
            err.print(
                "[yellow]没有备份密钥。没有密钥，备份里的身份证号、姓名读不出来：加 --keys 目录[/yellow]"
            )
    except (Refused, ProgramFailed) as told:
        err.print(f"[red]没有备份：[/red]{told}")
        raise typer.Exit(2) from told
