"""生成导入模板：带下拉选项、填表说明和一户示例的 Excel 文件。"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anmin.cli.running import out
from anmin.kernel.facts.intake.quarantine import write_template
from anmin.kernel.facts.intake.sheets import sheets
from anmin.kernel.screening.rulebooks import rulebook


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("template")(template)


def template(
    path: Annotated[Path, typer.Argument(help="写到哪里")] = Path("导入模板.xlsx"),
    empty: Annotated[bool, typer.Option("--empty", help="不要示例行")] = False,
) -> None:
    """生成导入模板：带下拉选项、填表说明和一户示例的 Excel 文件。"""
    write_template(path, sheets(rulebook().facts), with_example=not empty)
    out.print(f"模板：{path}。填好后运行 anmin import {path}")
