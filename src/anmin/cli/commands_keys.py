"""密钥：查看、轮换、销毁。"""

from __future__ import annotations

import typer
from django.db import transaction

from anmin.cli.running import out, progress_bar
from anmin.kernel.audit import actions as audit
from anmin.kernel.keys import actions
from anmin.kernel.keys.providers import KeyProblem
from anmin.kernel.keys.queries import key_provider, ring

app = typer.Typer(help="密钥：查看、轮换、销毁", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="keys")


@app.command("list")
def list_keys() -> None:
    """列出密钥的用途、编号和状态；不显示密钥本身。"""
    out.print(f"密钥提供者：{key_provider().name}")
    words = {"active": "在用", "readable": "只读", "destroyed": "已销毁"}
    for key in ring().keys:
        out.print(f"{key.purpose:<8}{key.number:>4}  {words[key.state]}  {key.made_at}")


@app.command()
def rotate(new: bool = typer.Option(True, help="先生成新密钥；--no-new 只继续上次没做完的")) -> None:
    """换用新密钥，并把旧密文分批重新加密；可以中断，再运行接着做；期间照常使用。"""
    if new:
        key = actions.new_key()
        with transaction.atomic():
            audit.record(by="anmin keys", act="keys.rotate", subject=f"data/{key.number}")
        out.print(f"新密钥第 {key.number} 号已启用")
    total = 0
    with progress_bar() as progress:
        for column, done in actions.reseal():
            progress(f"重新加密 {column}", done, done + 1)
            total = max(total, done)
    out.print("全部密文都已用新密钥加密")


@app.command()
def retire(number: int = typer.Argument(help="要销毁的密钥编号")) -> None:
    """销毁一把不再使用的旧密钥；还有密文用它时拒绝。"""
    try:
        actions.destroy(number)
    except (actions.KeyInUse, KeyProblem) as trouble:
        out.print(f"[red]{trouble}[/red]")
        raise typer.Exit(2) from None
    with transaction.atomic():
        audit.record(by="anmin keys", act="keys.destroy", subject=f"data/{number}")
    out.print(f"第 {number} 号密钥已销毁")
