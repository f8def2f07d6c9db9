"""模拟方案：改动标准后的花费、受益和受损户数，按区县，并找出收入悬崖。"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from anmin.cli.options import Day, SnapshotName, day_of, opened
from anmin.cli.running import out, progress_bar
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.screening.simulations import Simulated, run_simulation
from anmin.policy.simulate import read_scenarios


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Annotated[Path, typer.Argument(help="方案文件（TOML），写法见 docs/howto/simulate.md")],
    on: Day = "",
    snapshot: SnapshotName = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """模拟方案：改动标准后的花费、受益和受损户数，按区县，并找出收入悬崖。"""
    source = opened(snapshot)
    scenarios, settings = read_scenarios(scenario)
    day = day_of(on or str(settings.get("day", "")), source)
    with progress_bar() as progress:
        found = run_simulation(source, scenarios, on=day, progress=progress)
    if as_json:
        out.print_json(json.dumps(found.as_json(), ensure_ascii=False), indent=1)
        return
    _show(found)


def _show(found: Simulated) -> None:
    for scenario in found.simulation.scenarios:
        table = Table("区划", "每月合计（元）", "比现行（元）", "受益户", "受损户", title=scenario.name)
        for row in (row for row in found.simulation.effects if row.scenario == scenario.name):
            place = name_of(row.division, found.simulation.day) if row.division else "合计"
            total = row.sums[found.simulation.measure]
            change = row.gained - row.lost
            table.add_row(
                place, f"{total / 100:,.2f}", f"{change / 100:+,.2f}", f"{row.gainers:,}", f"{row.losers:,}"
            )
        out.print(table)
    for name, falls in found.cliffs.items():
        for before, after in falls:
            out.print(
                f"[yellow]收入悬崖（{name}）：月收入由 {before.income_month / 100:,.0f} 元增到 "
                f"{after.income_month / 100:,.0f} 元，合计反而少 {(before.together - after.together) / 100:,.2f} 元[/yellow]"
            )
