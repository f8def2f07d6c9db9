"""人口快照：按登记簿和部门数据生成、列出。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer
from django.utils import timezone

from anmin.cli.running import out, progress_bar
from anmin.kernel.facts.lake.actions import make_snapshot, update_snapshot
from anmin.kernel.facts.queries import snapshots
from anmin.kernel.screening.rulebooks import rulebook

snapshot_app = typer.Typer(help="人口快照：按登记簿和部门数据生成、列出", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(snapshot_app, name="snapshot")


@snapshot_app.command("build")
def build(on: Annotated[str, typer.Option("--on", help="哪一天")] = "") -> None:
    """按登记簿和各来源在这一天的最新数据生成快照。"""
    day = date.fromisoformat(on) if on else timezone.localdate()
    with progress_bar() as progress:
        snapshot, feeds = make_snapshot(
            by="anmin snapshot", on=day, facts=rulebook().facts, progress=progress
        )
    out.print(
        f"快照 {snapshot.folder.name}：{snapshot.households:,} 户、{snapshot.persons:,} 人，{len(feeds)} 个来源"
    )


@snapshot_app.command("update")
def update(on: Annotated[str, typer.Option("--on", help="哪一天")] = "") -> None:
    """每日增量：在最近的快照上只重做有变动的部分；没有可用的旧快照时全部重做。"""
    day = date.fromisoformat(on) if on else timezone.localdate()
    snapshot, changed = update_snapshot(by="anmin snapshot", on=day, facts=rulebook().facts)
    how = "全部重做" if changed is None else f"{changed:,} 户有变动"
    out.print(f"快照 {snapshot.folder.name}：{snapshot.households:,} 户、{snapshot.persons:,} 人，{how}")


@snapshot_app.command("list")
def list_snapshots() -> None:
    """列出快照，新的在前。"""
    for row in snapshots():
        out.print(f"{row.folder.name}  {row.households:,} 户 {row.persons:,} 人")
