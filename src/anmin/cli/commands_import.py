"""导入家庭和人员表（xlsx 或 csv），生成人口快照；不合格的行隔离，可改正后再导入。"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction
from django.utils import timezone
from rich.table import Table

from anmin.cli.running import out, progress_bar
from anmin.kernel.audit import actions as audit
from anmin.kernel.facts.intake.actions import ImportReport, import_population, quarantine_of
from anmin.kernel.facts.models import ImportBatch
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)
    app.command("quarantine")(quarantine)


def import_files(
    households: Annotated[Path, typer.Argument(help="家庭表；或同时含“家庭”“人员”两张工作表的 Excel")],
    persons: Annotated[
        Path | None, typer.Argument(help="人员表；省略时取同一个 Excel 的“人员”工作表")
    ] = None,
    on: Annotated[str, typer.Option("--on", help="数据的日期，例如 2026-11-01；默认今天")] = "",
    corrects: Annotated[str, typer.Option("--correct", help="在这一批的基础上补正，写快照名称")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查、出报告，不写入")] = False,
) -> None:
    """导入家庭和人员表（xlsx 或 csv），生成人口快照；不合格的行隔离，可改正后再导入。"""
    with progress_bar() as progress:
        report = import_population(
            by="anmin import",
            households=households,
            persons=persons or households,
            facts=rulebook().facts,
            on=date.fromisoformat(on) if on else timezone.localdate(),
            corrects=_batch(corrects) if corrects else None,
            dry_run=dry_run,
            progress=progress,
        )
    _show(report, dry_run)


def quarantine(
    name: Annotated[str, typer.Argument(help="快照名称，见导入时的输出")],
    to: Annotated[Path, typer.Argument(help="写到哪个 xlsx 文件")],
) -> None:
    """取出一次导入中被隔离的行，改正后用 anmin import --correct 再导入；文件含姓名和号码，用完请删除。"""
    batch = _batch(name)
    with transaction.atomic():
        audit.record(by="anmin quarantine", act="facts.quarantine.take_out", subject=batch)
    to.touch(0o600)
    to.write_bytes(quarantine_of(batch))
    out.print(f"已写到 {to}")


def _batch(name: str) -> ImportBatch:
    found = ImportBatch.objects.filter(snapshot=name).order_by("-pk").first()
    if found is None:
        raise PolicyError("no_batch", what=f"没有名为 {name} 的导入批次", todo="名称见导入时的输出")
    return found


def _show(report: ImportReport, dry_run: bool) -> None:
    if report.is_repeat and report.batch is not None:
        out.print(f"内容与已导入的 {report.batch.snapshot} 相同，没有改变任何数据")
        return
    verb = "可以导入" if dry_run else "已导入"
    out.print(f"{verb} {report.households:,} 户、{report.persons:,} 人；隔离 {len(report.quarantined):,} 行")
    for sheet, headings in report.unread.items():
        out.print(f"[yellow]“{sheet}”表里这些列不认识，没有读取：{'、'.join(headings)}[/yellow]")
    if report.held:
        out.print(f"[yellow]{len(report.held):,} 户因有成员行被隔离而暂不测算，补正后自动恢复[/yellow]")
    if report.quarantined:
        table = Table("表", "行", "列", "代码", "原因", title=f"隔离的行（前 {SHOWN} 行）")
        for row in report.quarantined[:SHOWN]:
            first = row.troubles[0]
            table.add_row(row.sheet, str(row.row), first.column, first.code, first.reason)
        out.print(table)
        out.print("按原因：" + "，".join(f"{code} {count}" for code, count in report.by_code.items()))
    if report.batch is not None:
        out.print(f"快照：{report.batch.snapshot}")
        if report.quarantined:
            out.print(
                f"取隔离的行：anmin quarantine {report.batch.snapshot} 隔离.xlsx（含姓名和号码，用完请删除）"
            )
