"""Background jobs about rules and rates: what another threshold or a new standard would bring; the standards laid out."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.kernel.alerts.trials import actions as trials
from anmin.kernel.entitlements.rerating import actions as rerating
from anmin.kernel.operations.jobs import background
from anmin.kernel.screening.standards import actions as standards


@background(name=trials.JOB, title=_("试算预警阈值"), seconds=1800)
def try_threshold(trial: int) -> None:
    """A threshold that somebody wants to see tried: the rule is compiled where it never was, and counted twice."""
    trials.carry_out_trial(trial=trial, on=timezone.localdate())


@background(name=standards.JOB, title=_("测算新标准的差异"), seconds=3600)
def work_out_standard(change: int) -> None:
    """Whom a proposed standard would touch, and what it would cost."""
    rerating.work_out(by="系统", change=change)


@background(
    name="standards.lay_out",
    title=_("核对已确认的标准"),
    cron="20 * * * *",
    rhythm=_("每小时"),
    seconds=60,
)
def lay_out_standards() -> None:
    """The rules read what the database says, also after a backup was put back."""
    standards.lay_out()
