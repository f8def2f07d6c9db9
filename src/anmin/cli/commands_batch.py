"""部门数据批次：接收、重传隔离行、到期删除。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out
from anmin.kernel.facts.batches import actions, queries
from anmin.kernel.facts.batches.signing import actions as signing
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

batch_app = typer.Typer(help="部门数据批次：接收、隔离、到期删除", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(batch_app, name="batch")


@batch_app.command("take")
def take(
    path: Annotated[Path, typer.Argument(help="CSV、XLSX 或 Parquet 文件")],
    source: Annotated[str, typer.Option(help="来源代码，见 anmin sources")],
    period: Annotated[str, typer.Option(help="期间，如 2026-10、2026Q3、2025")],
    city: Annotated[str, typer.Option(help="本市代码，用于核对区划列")] = "",
    corrects: Annotated[int, typer.Option(help="改正哪一批的隔离行（批号）")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不落库")] = False,
    signature: Annotated[str, typer.Option(help="SM2 签名，十六进制或 Base64（来源登记了公钥时必填）")] = "",
) -> None:
    """接收一个部门文件；列不对整个退回，坏行隔离，同一内容重传不重复。"""
    earlier = queries.batch(corrects) if corrects else None
    if corrects and earlier is None:
        raise PolicyError("batch", what=f"没有第 {corrects} 批", todo="用 anmin batch list 查看批号")
    found = actions.take_in(
        by="anmin batch",
        source=source,
        period=period,
        path=path,
        facts=rulebook().facts,
        on=timezone.localdate(),
        city=city,
        corrects=earlier,
        dry_run=dry_run,
        signature=signature,
    )
    if found.is_repeat and found.batch is not None:
        out.print(f"与第 {found.batch.pk} 批内容相同，没有新增")
        return
    word = "可以落库" if dry_run else "已落库"
    out.print(f"读 {found.read:,} 行，{word} {found.landed:,} 行，隔离 {len(found.bad):,} 行")
    for bad in found.bad[:20]:
        out.print(f"  第 {bad.number} 行 {bad.trouble.column}：{bad.trouble.reason}")
    if len(found.bad) > 20:
        out.print(f"  另有 {len(found.bad) - 20} 行，见网页“部门数据”")
    if found.batch is not None:
        out.print(f"批号 {found.batch.pk}")


@batch_app.command("list")
def list_batches() -> None:
    """列出最近的批次。"""
    for row in queries.batches()[:50]:
        out.print(
            f"{row.pk:>6} {row.source:<14}{row.period:<11}落库 {row.landed:,} 隔离 {row.quarantined:,} {row.by_name}"
        )


@batch_app.command("overdue")
def overdue(delete: Annotated[bool, typer.Option("--delete", help="删除列出的批次")] = False) -> None:
    """列出超过保存期限的批次；加 --delete 删除（留置的除外）。"""
    rows = queries.overdue(timezone.localdate())
    for row in rows:
        if delete:
            actions.delete_overdue(by="anmin batch", batch=row, reason="超过保存期限")
        out.print(f"{row.pk:>6} {row.source} {row.period}{' 已删除' if delete else ''}")
    if not rows:
        out.print("没有超期的批次")


@batch_app.command("signer")
def signer(
    source: Annotated[str, typer.Argument(help="来源代码，见 anmin sources")],
    public: Annotated[str, typer.Argument(help="SM2 公钥，64 字节十六进制")],
    first_day: Annotated[str, typer.Option(help="从哪天起必须签名；默认今天")] = "",
    end: Annotated[bool, typer.Option("--end", help="停用这个公钥（从明天起）")] = False,
) -> None:
    """登记或停用来源的签名公钥；登记后，没有签名或签名不符的文件整个退回。"""
    today = timezone.localdate()
    if not end:
        day = date.fromisoformat(first_day) if first_day else today
        row = signing.register_signer(by="anmin batch", source=source, public=public, first_day=day)
        out.print(f"已登记：{source} 从 {row.first_day} 起必须签名")
        return
    known = next((row for row in queries.signers() if row.source == source and row.public == public), None)
    if known is None:
        raise PolicyError("signer", what="没有登记过这个公钥", todo="用 anmin batch signers 查看")
    signing.end_signer(by="anmin batch", signer=known, last_day=today, reason="停用")
    out.print(f"已停用：{source}，今天是最后一天")


@batch_app.command("signers")
def list_signers() -> None:
    """列出来源的签名公钥。"""
    for row in queries.signers():
        span = f"{row.first_day} – {row.last_day or '长期'}"
        out.print(f"{row.source:<16}{span}  {row.public}")
