"""The system's own pages: how it is, and its background jobs; for the system administrator."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.views.desk import Desk, desk
from anmin.kernel.operations import actions, queries

STATES = {
    "failed": gettext_lazy("失败"),
    "doing": gettext_lazy("正在执行"),
    "todo": gettext_lazy("等待"),
    "succeeded": gettext_lazy("已完成"),
    "cancelled": gettext_lazy("已取消"),
    "aborted": gettext_lazy("已中止"),
}
WORDS = {"good": gettext_lazy("正常"), "watch": gettext_lazy("注意"), "broken": gettext_lazy("故障")}


def needs(power: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let only readers with a power through."""

    def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(desk: Desk, *args: Any, **kwargs: Any) -> HttpResponse:
            if not desk.reader.may(power):
                raise PermissionDenied(power)
            return view(desk, *args, **kwargs)

        return checked

    return guarded


@desk
@needs("health.read")
def health_page(desk: Desk) -> HttpResponse:
    """How the installation is (系统健康)."""
    checks = queries.health()
    return desk.page(
        "system",
        "system",
        checks=[(check, WORDS[check.state]) for check in checks],
        worst=WORDS[queries.overall(checks)],
        state=queries.overall(checks),
        upkeep=queries.upkeep(),
    )


@desk
@needs("jobs.manage")
def job_list(desk: Desk) -> HttpResponse:
    """Background jobs (后台任务)."""
    counts = queries.counts()
    state = desk.written("state")
    if state not in STATES:
        state = next((one for one in ("failed", "doing", "todo") if counts[one]), "succeeded")
    return desk.page(
        "jobs",
        "system",
        state=state,
        state_word=STATES[state],
        counts=[(one, word, counts[one]) for one, word in STATES.items() if counts[one] or one == state],
        jobs=queries.jobs(state),
        periodic=[(row, STATES.get(row.last_state, "")) for row in queries.periodic()],
        may_retry=state == "failed",
        most=queries.ROWS,
    )


@require_POST
@desk
@needs("jobs.manage")
def job_retry(desk: Desk, number: int) -> HttpResponse:
    """Try a failed job again, with a reason that stands in the book of acts."""
    request: HttpRequest = desk.request
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:200]
    if not reason:
        messages.error(
            request, _("任务 %(number)s 没有重新执行：请写明原因，例如“网络已恢复”。") % {"number": number}
        )
    else:
        try:
            actions.retry_job(by=request.user, job=number, reason=reason)
            messages.success(request, _("任务 %(number)s 已重新排队。") % {"number": number})
        except actions.CannotRetry:
            messages.error(
                request,
                _("任务 %(number)s 已不是失败状态，没有重新执行。下面是最新的情况。") % {"number": number},
            )
    return HttpResponseRedirect(reverse("console:jobs"))
