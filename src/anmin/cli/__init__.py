"""The command line: everything the console can do and what only an operator needs.

One file `commands_<name>.py` is one command (or one group of commands); it defines `register(app)`. A file is
imported only when its command runs, so that `anmin --help` is quick.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click
import typer
from typer.core import TyperGroup

HERE = Path(__file__).parent


class Commands(TyperGroup):
    """Finds commands by file name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        return sorted(
            path.stem.removeprefix("commands_").replace("_", "-") for path in HERE.glob("commands_*.py")
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command and give it out; None for a name there is no file for."""
        stem = f"commands_{cmd_name.replace('-', '_')}"
        if not (HERE / f"{stem}.py").exists():
            return None
        from anmin.cli.running import use_django

        use_django()
        app = typer.Typer(add_completion=False)
        importlib.import_module(f"{__name__}.{stem}").register(app)
        found: Any = typer.main.get_command(app)
        # A group of commands comes inside the application's own. Typer's groups are no longer click's.
        found = getattr(found, "commands", {}).get(cmd_name, found)
        found.name = cmd_name
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with the first sentence of each file, without importing any."""
        rows = []
        for name in self.list_commands(ctx):
            text = (HERE / f"commands_{name.replace('-', '_')}.py").read_text("utf-8")
            rows.append((name, (ast.get_docstring(ast.parse(text)) or "").split("\n", 1)[0]))
        with formatter.section("命令"):
            formatter.write_dl(rows)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Plain help."""
        formatter.write_usage("anmin", "命令 [选项]", "用法：")
        formatter.write_paragraph()
        formatter.write_text("安民：民政系统的命令行。每个命令加 --help 看说明。")
        self.format_commands(ctx, formatter)


def build() -> typer.Typer:
    """The application."""
    app = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)

    @app.callback(invoke_without_command=True)
    def anmin(ctx: typer.Context) -> None:
        """安民：民政系统的命令行。"""
        if ctx.invoked_subcommand is None:
            typer.echo(ctx.get_help())

    return app


def main() -> None:
    """Run the command line; a refusal is one clear message and exit code 2, never a stack of calls."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from anmin.cli.running import run

    sys.exit(run(build()))
