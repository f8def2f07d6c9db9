"""后台任务进程：执行排队的任务和定时任务；由 run.py up 或 systemd 看护。"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from anmin.kernel.operations.working import run_worker


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)


def worker(
    concurrency: Annotated[int, typer.Option(help="同时执行几个任务")] = 2,
    once: Annotated[bool, typer.Option("--once", help="做完现有的任务就退出，不等新的")] = False,
) -> None:
    """执行后台任务，直到收到停止信号；正在做的任务先做完。"""
    os.environ["ANMIN_PROCESS"] = "worker"
    run_worker(concurrency=concurrency, wait=not once)
