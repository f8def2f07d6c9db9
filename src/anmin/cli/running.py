"""How commands run: Django when they need it, progress on long work, one clear message when they are refused."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from anmin.lib.starting import loading

PIPE = 200
# Whoever reads from a file or a pipe gets whole figures: without a terminal there is no width to cut them to.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE)
err = Console(stderr=True, highlight=False, soft_wrap=True)
REFUSED, INTERRUPTED = 2, 130


def run(app: typer.Typer) -> int:
    """Run the application and turn what goes wrong into a message and an exit code."""
    try:
        left = app(standalone_mode=False)
    except KeyboardInterrupt:
        err.print("[yellow]已中断。没有写到一半的结果，以前的结果未改动。[/yellow]")
        return INTERRUPTED
    except typer.Exit as exit_:
        return exit_.exit_code
    except Exception as trouble:  # the edge: everything becomes a message here
        return _told(trouble)
    # Outside standalone mode an exit code comes back as the value.
    return left if isinstance(left, int) else 0


def _told(trouble: Exception) -> int:
    from anmin.policy.errors import PolicyError

    if isinstance(trouble, PolicyError):
        err.print(f"[red]无法继续：[/red]{trouble}")
        return REFUSED
    if type(trouble).__module__.startswith(("click", "typer")):
        err.print(f"[red]命令写得不对：[/red]{getattr(trouble, 'message', trouble)}。加 --help 看用法。")
        return REFUSED
    name = f"{type(trouble).__module__}.{type(trouble).__name__}"
    if name in ("django.db.utils.OperationalError", "psycopg.OperationalError"):
        err.print(
            f"[red]连不上数据库：[/red]{str(trouble).splitlines()[0]}\n"
            "请先运行 python3 run.py up，或检查环境变量 DATABASE_URL。以前的结果未改动。"
        )
        return REFUSED
    if name == "django.db.utils.ProgrammingError" and (behind := _steps_behind()):
        err.print(
            f"[red]数据库结构比程序旧：[/red]还差 {behind} 步更新。请先备份，再运行 python3 run.py anmin migrate。"
            "以前的结果未改动。"
        )
        return REFUSED
    raise trouble


def _steps_behind() -> int:
    """How many migrations the database has not seen yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def use_django() -> None:
    """Load Django for a command that reads or writes the database."""
    import django

    with loading():
        django.setup()


@contextmanager
def progress_bar() -> Iterator[object]:
    """A progress bar on the error stream; lines instead of a bar when nobody is watching. Output stays clean."""
    if not err.is_terminal:
        yield _Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as bar:
        tasks: dict[str, object] = {}

        def report(text: str, done: int, total: int) -> None:
            group = text.split(" ", 1)[0]
            if group not in tasks:
                tasks[group] = bar.add_task(text, total=total)
            bar.update(tasks[group], description=text, completed=done, total=total)  # type: ignore[arg-type]

        yield report


class _Lines:
    """Progress for logs: a line when a step begins and when it ends."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}

    def __call__(self, text: str, done: int, total: int) -> None:
        group = text.split(" ", 1)[0]
        if group not in self.started:
            self.started[group] = time.monotonic()
            sys.stderr.write(f"{group} …\n")
        if done >= total:
            sys.stderr.write(f"{group} 完成（{time.monotonic() - self.started[group]:.1f} 秒）\n")
        sys.stderr.flush()
