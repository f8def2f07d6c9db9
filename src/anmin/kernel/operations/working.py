"""The worker: each try of a job in a process of its own, so that no job can stop, hang or starve the line."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.db import connections
from procrastinate import exceptions
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from anmin.kernel.operations import actions
from anmin.kernel.operations.apart import inside
from anmin.kernel.operations.jobs import CATALOGUE, Background

log = logging.getLogger(__name__)
LOOK_EVERY = 0.2
"""Seconds between two looks at how long a job has run and how much memory it holds."""
GRACE = 60.0
"""Seconds that running jobs get to finish when the worker is told to stop."""
STALLED = 60.0
"""Seconds without a sign of life after which a worker counts as dead and its jobs are taken up again."""


class JobFailed(RuntimeError):
    """A try of a job failed; the text is the cause, without personal data."""


def run_worker(*, concurrency: int, wait: bool = True) -> None:
    """Carry out jobs until told to stop; with `wait` off, until none is left."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector):
        asyncio.run(_work(concurrency, wait))


async def _work(concurrency: int, wait: bool) -> None:
    async with app.open_async():
        taking_up = asyncio.create_task(_take_up_stalled())
        try:
            await app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                name=f"{os.uname().nodename}-{os.getpid()}",
                fetch_job_polling_interval=2.0,
                shutdown_graceful_timeout=GRACE,
                stalled_worker_timeout=STALLED,
                worker_middleware=[_apart],
            )
        finally:
            taking_up.cancel()


async def _take_up_stalled() -> None:
    """Jobs that a dead worker left behind count that as a failed try and are tried again, or given up."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
                cause = "执行它的后台进程意外停止"
                await asyncio.to_thread(_record, job.id or 0, job.task_name, job.attempts + 1, cause, "")
                task = app.tasks.get(job.task_name)
                retry = task.get_retry_exception(JobFailed(cause), job) if task else None
                if retry is None:
                    await app.job_manager.finish_job(job, status=_failed(), delete_job=False)
                else:
                    await app.job_manager.retry_job(job, retry_at=retry.retry_decision.retry_at)
        except exceptions.ConnectorException:
            log.warning("stalled jobs could not be looked up: the database does not answer")
        await asyncio.sleep(STALLED / 2)


def _failed() -> Any:
    from procrastinate.jobs import Status

    return Status.FAILED


async def _apart(call_next: Any, context: JobContext, worker: Any) -> Any:
    """Instead of calling the task here, have a process of its own call it."""
    job = context.job
    if job.task_name.startswith("builtin:"):
        return await call_next()
    if job.task_name not in app.tasks:
        raise exceptions.TaskNotFound(job.task_name)
    limits = CATALOGUE.get(job.task_name, Background(job.task_name, job.task_name))
    trouble = await asyncio.to_thread(_carry_out, job.task_name, dict(job.task_kwargs), limits)
    if trouble is None:
        return None
    cause, trace = trouble
    await asyncio.to_thread(_record, job.id or 0, job.task_name, job.attempts + 1, cause, trace)
    raise JobFailed(cause)


def _carry_out(name: str, arguments: dict[str, Any], limits: Background) -> tuple[str, str] | None:
    """Run one try in a process; returns cause and trace when it failed."""
    context = multiprocessing.get_context("forkserver")
    # What is forked for each job has Django set up already; nothing of it has touched the database.
    context.set_forkserver_preload(["anmin.kernel.operations.setup"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=inside, args=(name, arguments, theirs), daemon=False)
    process.start()
    theirs.close()
    ended = _watched(process, ours, limits)
    if ended is not None:
        process.kill()
        process.join()
        return ended, ""
    try:
        answer: tuple[str, str] | None = ours.recv()
    except EOFError:
        process.join()
        code = process.exitcode or 0
        how = signal.Signals(-code).name if code < 0 else str(code)
        return f"执行它的进程意外结束（{how}）", ""
    finally:
        ours.close()
    process.join(timeout=10)
    if process.is_alive():
        process.kill()
    return answer


def _watched(process: Any, answer: Connection, limits: Background) -> str | None:
    """Wait for an answer; returns why the process must be ended, or None when it has answered or died."""
    deadline = time.monotonic() + limits.seconds
    while not answer.poll(LOOK_EVERY):
        if time.monotonic() > deadline:
            return f"超过 {limits.seconds:.0f} 秒没有做完，已中止"
        if _megabytes(process.pid) > limits.megabytes:
            return f"占用内存超过 {limits.megabytes} MB，已中止"
    return None


def _megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _record(job: int, task: str, attempt: int, cause: str, trace: str) -> None:
    try:
        actions.record_failure(by="系统", job=job, task=task, attempt=attempt, cause=cause[:500], trace=trace)
    finally:
        connections.close_all()
