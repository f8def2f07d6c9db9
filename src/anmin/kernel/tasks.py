"""The kernel's background jobs: which functions run by themselves, and when. Imported by the worker and the pages."""

from __future__ import annotations

import asyncio

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from anmin.kernel.operations.jobs import background, daily

KEEP_DONE_HOURS = 72
KEEP_FAILED_HOURS = 24 * 180


@background(
    name="operations.clear_done_jobs",
    title=_("清理已完成的任务记录"),
    cron=daily(4, 10),
    rhythm=_("每天 4:10"),
    seconds=600,
)
def clear_done_jobs() -> None:
    """Forget jobs that went well three days ago and jobs that failed half a year ago."""

    async def clear() -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector):
            async with app.open_async():
                await app.job_manager.delete_old_jobs(nb_hours=KEEP_DONE_HOURS)
                await app.job_manager.delete_old_jobs(nb_hours=KEEP_FAILED_HOURS, include_failed=True)

    asyncio.run(clear())
