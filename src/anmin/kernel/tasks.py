"""The kernel's background jobs: which functions run by themselves, and when. Imported by the worker and the pages."""

from __future__ import annotations

import asyncio

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from anmin.kernel.access.login.actions import keep_house
from anmin.kernel.audit import keeping
from anmin.kernel.operations import verifying
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


@background(
    name="audit.anchor",
    title=_("操作记录存锚点"),
    cron="7 * * * *",
    rhythm=_("每小时"),
    seconds=300,
)
def anchor() -> None:
    """Sign how many acts there are and the last one's hash, and keep that outside the database."""
    keeping.anchor()


@background(
    name="audit.make_partitions",
    title=_("提前建好审计分区"),
    cron=daily(0, 20),
    rhythm=_("每天 0:20"),
    seconds=300,
)
def make_partitions() -> None:
    """The months to come have their partitions three months ahead."""
    keeping.make_partitions(timezone.localdate())


@background(
    name="operations.verify",
    title=_("完整性核验"),
    cron=daily(3, 30),
    rhythm=_("每天 3:30"),
    seconds=4 * 3600,
)
def verify() -> None:
    """The book of acts, rows of rights, pages of the database, files; the health page shows what was found."""
    verifying.verify(by="系统")


@background(
    name="access.keep_house",
    title=_("停用久未登录的账号，清理登录记录"),
    cron=daily(2, 10),
    rhythm=_("每天 2:10"),
    seconds=600,
)
def keep_accounts() -> None:
    """Accounts unused for 90 days sleep; ended sessions and yesterday's wrong tries are forgotten."""
    keep_house(by="系统")
