"""测算一个快照：谁符合什么、多少钱；结果写入 Parquet 和数据库，可另存 Excel。"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anmin.cli.exporting import write_workbook
from anmin.cli.options import Day, SnapshotName, day_of, opened
from anmin.cli.running import out, progress_bar
from anmin.kernel.facts.queries import covered_city
from anmin.kernel.screening.actions import results_home, screen_city


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("screen")(screen)


def screen(
    snapshot: SnapshotName = "",
    on: Day = "",
    city: Annotated[str, typer.Option(help="快照覆盖的行政区划代码，例如 371000；默认由数据得出")] = "",
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="全部重算；默认在规则日期相同、快照是逐日增量时，只重算有变动的家庭，结果相同"
        ),
    ] = False,
    excel: Annotated[Path | None, typer.Option(help="同时把结果写成 Excel 文件")] = None,
) -> None:
    """测算一个快照：谁符合什么、多少钱；结果写入 Parquet 和数据库，可另存 Excel。"""
    source = opened(snapshot)
    with progress_bar() as progress:
        run = screen_city(
            by="anmin screen",
            snapshot=source,
            on=day_of(on, source),
            city=city or covered_city(source),
            progress=progress,
            whole=whole,
        )
    out.print(f"测算完成：{run.households:,} 户、{run.persons:,} 人，规则日期 {run.on}，运行编号 {run.pk}")
    if run.changed is not None:
        out.print(f"只重算了有变动的 {run.changed:,} 户，其余沿用上次结果（要全部重算，加 --whole）")
    if run.broken:
        out.print(
            f"[yellow]有 {run.broken} 户无法测算，原因见结果文件夹中的 broken.parquet 或控制台“运行”页[/yellow]"
        )
    out.print(f"结果：{results_home() / run.results}")
    if excel is not None:
        write_workbook(run, excel)
        out.print(f"Excel：{excel}")
