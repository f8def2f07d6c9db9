"""Read background jobs (后台任务): what waits, runs, failed and why, and what runs by itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from anmin.kernel.operations.checks import Check, all_of, overall
from anmin.kernel.operations.health import HEALTH
from anmin.kernel.operations.jobs import CATALOGUE, TRIES
from anmin.kernel.operations.models import JobFailure, Upkeep

__all__ = ["JobRow", "PeriodicRow", "counts", "health", "jobs", "overall", "periodic", "upkeep"]

ROWS = 50
STATES = {
    "failed": "失败",
    "doing": "正在执行",
    "todo": "等待",
    "succeeded": "已完成",
    "cancelled": "已取消",
    "aborted": "已中止",
}


@dataclass(frozen=True)
class JobRow:
    """One job as the page shows it. Its arguments are not shown: they may point to people."""

    pk: int
    title: Any
    state: str
    attempts: int
    at: datetime | None
    due: datetime | None
    failures: tuple[JobFailure, ...]

    @property
    def tries_left(self) -> int:
        """How many tries remain before it is given up."""
        return max(TRIES - self.attempts, 0)


@dataclass(frozen=True)
class PeriodicRow:
    """Something that runs by itself: how often, when last and how that went, when next."""

    name: str
    title: Any
    rhythm: Any
    last: datetime | None
    last_state: str
    next: datetime


def counts() -> dict[str, int]:
    """How many jobs are in each state."""
    rows = ProcrastinateJob.objects.values_list("status").annotate(number=Count("pk"))
    found = dict(rows)
    return {state: found.get(state, 0) for state in STATES}


def jobs(state: str, rows: int = ROWS) -> list[JobRow]:
    """The jobs in a state, newest first."""
    found = list(ProcrastinateJob.objects.filter(status=state).order_by("-pk")[:rows])
    keys = [job.pk for job in found]
    moments = dict(
        ProcrastinateEvent.objects.filter(job__in=keys).values_list("job").annotate(last=Max("at"))
    )
    failures: dict[int, list[JobFailure]] = {}
    for failure in JobFailure.objects.filter(job__in=keys).order_by("at"):
        failures.setdefault(failure.job, []).append(failure)
    return [
        JobRow(
            job.pk,
            CATALOGUE[job.task_name].title if job.task_name in CATALOGUE else job.task_name,
            job.status,
            job.attempts,
            moments.get(job.pk),
            job.scheduled_at,
            tuple(failures.get(job.pk, ())),
        )
        for job in found
    ]


def periodic() -> list[PeriodicRow]:
    """All that runs by itself, soonest first."""
    names = [name for name, job in CATALOGUE.items() if job.cron]
    last = {
        job.task_name: job
        for job in ProcrastinateJob.objects.filter(task_name__in=names)
        .exclude(status="todo")
        .order_by("task_name", "-pk")
        .distinct("task_name")
    }
    keys = [job.pk for job in last.values()]
    moments = dict(
        ProcrastinateEvent.objects.filter(job__in=keys).values_list("job").annotate(last=Max("at"))
    )
    rows = []
    for (name, _), registered in app.periodic_registry.periodic_tasks.items():
        if name not in CATALOGUE:
            continue
        job = last.get(name)
        coming = registered.croniter.get_next(ret_type=float, start_time=time.time())
        rows.append(
            PeriodicRow(
                name,
                CATALOGUE[name].title,
                CATALOGUE[name].rhythm,
                moments.get(job.pk) if job else None,
                job.status if job else "",
                datetime.fromtimestamp(coming, UTC),
            )
        )
    return sorted(rows, key=lambda row: row.next)


def health() -> list[Check]:
    """How the installation is, line by line."""
    return list(all_of(HEALTH))


def upkeep(rows: int = 20) -> list[Upkeep]:
    """What was done to look after the installation, newest first."""
    return list(Upkeep.objects.order_by("-at")[:rows])
