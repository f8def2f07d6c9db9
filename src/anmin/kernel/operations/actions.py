"""Write down what failed and what was looked after; try a failed job again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from anmin.kernel.audit import actions as audit
from anmin.kernel.operations.models import JobFailure, Upkeep


class CannotRetry(ValueError):
    """A job was to be tried again that has not failed, or is gone."""


@transaction.atomic
def record_failure(*, by: Any, job: int, task: str, attempt: int, cause: str, trace: str = "") -> JobFailure:
    """Write down why a try of a job failed."""
    return JobFailure.objects.create(
        job=job, task=task, attempt=attempt, at=timezone.now(), cause=cause, trace=trace
    )


@transaction.atomic
def record_upkeep(
    *, by: Any, kind: str, is_good: bool, seconds: float, detail: dict[str, Any] | None = None
) -> Upkeep:
    """Write down a backup, a drill or a verification, in the book of acts too."""
    row = Upkeep.objects.create(
        kind=kind, at=timezone.now(), is_good=is_good, seconds=seconds, detail=detail or {}
    )
    audit.record(by=by, act=f"operations.{kind}", subject=row, after={"is_good": is_good, **(detail or {})})
    return row


@transaction.atomic
def retry_job(*, by: Any, job: int, reason: str) -> None:
    """Put a failed job back into the queue (重新执行), to be tried at once.

    Raises:
        CannotRetry: when there is no such job, or it has not failed.
    """
    row = ProcrastinateJob.objects.filter(pk=job).first()
    if row is None or row.status != "failed":
        raise CannotRetry(f"任务 {job} 不是失败状态，不能重新执行。请刷新页面看它现在的状态。")
    app.job_manager.retry_job_by_id(job, timezone.now())
    audit.record(
        by=by,
        act="operations.retry_job",
        subject=f"job {job}",
        before={"status": "failed", "attempts": row.attempts},
        after={"task": row.task_name},
        reason=reason,
    )
