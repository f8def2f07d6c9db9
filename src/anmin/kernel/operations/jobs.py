"""Background jobs (后台任务): how a function becomes one, how often it is tried, what it may use up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import procrastinate
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.retry import RetryDecision

Function = TypeVar("Function", bound=Callable[..., Any])
TRIES = 3
PAUSES = (30, 300)
"""Seconds before the second and the third try; after the third the job stays as failed, with its cause."""
BEIJING = 8
"""Hours that China's time is ahead of the worker's clock (UTC); there is no summer time."""


class ThreeTries(procrastinate.BaseRetryStrategy):
    """Try again after half a minute, then after five minutes, then stop."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None when the job is given up."""
        if job.attempts + 1 >= TRIES:
            return None
        return RetryDecision(retry_in={"seconds": PAUSES[job.attempts]})


@dataclass(frozen=True)
class Background:
    """What is known of a kind of job. `seconds` and `megabytes` are what one try may use up before it is ended."""

    name: str
    title: Any
    cron: str = ""
    rhythm: Any = ""
    seconds: float = 3600.0
    megabytes: int = 3072


CATALOGUE: dict[str, Background] = {}


def background(
    *,
    name: str,
    title: Any,
    cron: str = "",
    rhythm: Any = "",
    seconds: float = 3600.0,
    megabytes: int = 3072,
) -> Callable[[Function], Function]:
    """Register a function as a background job; with `cron` (UTC: see `daily`) it also runs periodically.

    The function is called by the worker in a process of its own, as the system and with the operator's access. It
    takes keyword arguments that JSON can hold; a periodic one takes none. Defer it by name:
    `app.configure_task(name).defer(batch=7)` inside the transaction that makes it necessary.
    """

    def register(function: Function) -> Function:
        lock = name if cron else None
        task = app.task(name=name, retry=ThreeTries(), queueing_lock=lock, lock=lock)(_timed(function, cron))
        if cron:
            app.periodic(cron=cron, periodic_id="")(task)
        CATALOGUE[name] = Background(name, title, cron, rhythm, seconds, megabytes)
        return function

    return register


def _timed(function: Callable[..., Any], cron: str) -> Callable[..., Any]:
    if not cron:
        return function

    def run(timestamp: int) -> Any:
        return function()

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def daily(hour: int, minute: int = 0) -> str:
    """The cron line of a time of day in China."""
    return f"{minute} {(hour - BEIJING) % 24} * * *"
