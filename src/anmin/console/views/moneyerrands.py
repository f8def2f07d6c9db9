"""Errands about money (资金事项): what waits for a second person, what the worker does, and the forms that ask for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console import moneyasking
from anmin.console.moneywords import POWERS, page_of, shown
from anmin.console.views.desk import Desk, needs
from anmin.kernel.payments.errands import actions, queries
from anmin.kernel.payments.problems import PaymentProblem

ASK = ("payments.prepare", "payments.approve", "payments.decide")


@needs(*POWERS)
def money_errands(desk: Desk) -> HttpResponse:
    """What waits for this reader to agree, and everything that was asked for, the newest first."""
    page = page_of(desk, queries.errands(desk.reader))
    return desk.page(
        "money_errands",
        "money",
        tab="errands",
        waiting=shown(desk, queries.waiting(desk.reader)),
        page_of=page,
        rows=shown(desk, page.object_list),
    )


@require_POST
@needs(*ASK)
def money_ask(desk: Desk, kind: str) -> HttpResponse:
    """Ask for something; the worker does it, or it waits for a second person."""
    try:
        asked = moneyasking.read(desk, kind)
        row = actions.ask(
            by=desk.reader,
            kind=kind,
            division=asked.division,
            run=asked.run,
            subject=asked.subject,
            values=asked.values,
            words=desk.request.POST.get("words", "").replace("\x00", "")[:500],
            content=asked.content,
            level=asked.level,
            on=desk.today,
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        said = _("已提出，等另一人复核。") if row.needs_second else _("正在后台办理，稍后刷新页面看结果。")
        messages.success(desk.request, said)
    return HttpResponseRedirect(back_from(desk))


@require_POST
@needs(*ASK)
def money_errand(desk: Desk, pk: int) -> HttpResponse:
    """Agree, do not agree, or take back what one asked for."""
    row = queries.errand_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    given = desk.request.POST
    try:
        if given.get("step") == "second":
            actions.second(by=desk.reader, errand=row, on=desk.today)
            told = _("已复核同意，正在后台办理，稍后刷新页面看结果。")
        elif given.get("step") == "decline":
            actions.decline(by=desk.reader, errand=row, on=desk.today, reason=given.get("reason", "")[:400])
            told = _("已退回，没有办理。")
        elif given.get("step") == "withdraw":
            actions.withdraw(by=desk.reader, errand=row, on=desk.today)
            told = _("已撤回。")
        else:
            raise Http404
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, told)
    return HttpResponseRedirect(back_from(desk))


def back_from(desk: Desk, usual: str = "console:money_errands") -> str:
    """The page that a form stood on."""
    back = desk.request.POST.get("back", "")
    return (
        back if back.startswith("/money/") and url_has_allowed_host_and_scheme(back, None) else reverse(usual)
    )
