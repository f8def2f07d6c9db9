"""Checks of a household's economic status: ask, start, answer, report (家庭经济状况核对)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.checkpage import shown_rows
from anmin.console.exchangeforms import CheckForm, PaperAnswerForm
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.checks import actions, queries
from anmin.kernel.exchange.periods import periods
from anmin.kernel.people import queries as people
from anmin.kernel.screening.rulebooks import rulebook

ROWS = 50
STATES = ("open", "late", "done", "all")
POWERS = ("checks.read", "checks.ask", "checks.start")


@needs(*POWERS)
def check_list(desk: Desk) -> HttpResponse:
    """Checks in sight, those under way first; late ones are told apart."""
    shown = desk.written("show") if desk.written("show") in STATES else "open"
    late = set(queries.overdue(desk.reader, desk.today).values_list("pk", flat=True))
    rows = queries.orders_shown(desk.reader, desk.today, shown)
    page = Paginator(rows, ROWS).get_page(desk.request.GET.get("page"))
    return desk.page("checks", "checks", page_of=page, shown=shown, late=late)


@needs("checks.ask")
def check_new(desk: Desk, number: str) -> HttpResponse:
    """Ask for a check of a household; whose authorisation is missing is told by name."""
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    given = desk.request.POST if desk.request.method == "POST" else None
    chosen = [key for key, row in queries.check_sources().items() if row.needs_mandate]
    form = CheckForm(given, initial={"sources": chosen})
    if given is not None and form.is_valid():
        try:
            order = actions.ask_check(by=desk.reader, household=home, on=desk.today, **form.cleaned_data)
        except actions.NotAuthorised as trouble:
            _refusal(desk, home, trouble)
            form.add_error(None, str(trouble))
        except actions.CheckProblem as trouble:
            form.add_error(None, str(trouble))
        else:
            messages.success(desk.request, _("已发起核对，等县级核对员启动。"))
            return HttpResponseRedirect(reverse("console:check", args=[order.pk]))
    return desk.page("check_new", "checks", home=home, form=form)


@needs(*POWERS)
def check_page(desk: Desk, pk: int) -> HttpResponse:
    """One check: its clocks, what every source said, and the next step."""
    return _page(desk, _order(desk, pk))


@require_POST
@needs("checks.ask", "checks.start")
def check_step(desk: Desk, pk: int) -> HttpResponse:
    """Start, take answers from batches, end, or ask anew."""
    order, step = _order(desk, pk), desk.request.POST.get("step", "")
    try:
        if step in ("start", "lake") and not desk.reader.may("checks.start", order.division):
            raise actions.CheckProblem(_("您的岗位不能启动核对，请交给县级核对员。"))
        if step == "start":
            actions.start_check(by=desk.reader, order=order, on=desk.today)
            actions.answer_from_lake(by=desk.reader, order=order, on=desk.today)
            messages.success(desk.request, _("核对已启动，已收到批次的来源已经答复。"))
        elif step == "lake":
            found = actions.answer_from_lake(by=desk.reader, order=order, on=desk.today)
            messages.success(desk.request, _("新答复 %(n)d 个来源。") % {"n": len(found)})
        elif step == "cancel":
            actions.cancel_check(by=desk.reader, order=order, reason=desk.request.POST.get("reason", ""))
            messages.success(desk.request, _("核对已终止。"))
        elif step == "again":
            order = actions.ask_again(by=desk.reader, order=order, on=desk.today)
            messages.success(desk.request, _("已重新发起核对。"))
        else:
            raise actions.CheckProblem(_("没有这一步，请刷新页面再试。"))
    except actions.CheckProblem as trouble:
        if isinstance(trouble, actions.NotAuthorised):
            _refusal(desk, order.household, trouble)
        return _page(desk, _order(desk, pk), str(trouble))
    return HttpResponseRedirect(reverse("console:check", args=[order.pk]))


@needs("checks.start")
def check_answer(desk: Desk, pk: int, answer: int) -> HttpResponse:
    """Enter what a source answered on paper."""
    order = _order(desk, pk)
    row = queries.answer_numbered(order, answer)
    if row is None:
        raise Http404
    members = [
        (one.person_id, one.person.name)
        for one in people.members_on(desk.reader, order.household, desk.today)
    ]
    given = desk.request.POST if desk.request.method == "POST" else None
    form = PaperAnswerForm(given, members=members, initial={"as_of": desk.today})
    if given is not None and form.is_valid():
        try:
            actions.answer_by_hand(
                by=desk.reader,
                answer=row,
                lines=form.lines(),
                as_of=form.cleaned_data["as_of"],
                on=desk.today,
                document=form.cleaned_data["document"],
            )
        except actions.CheckProblem as trouble:
            form.add_error(None, str(trouble))
        else:
            messages.success(desk.request, _("答复已录入。"))
            return HttpResponseRedirect(reverse("console:check", args=[pk]))
    return desk.page(
        "check_answer", "checks", order=order, source=queries.check_sources().get(row.source), form=form
    )


def _order(desk: Desk, pk: int) -> Any:
    order = queries.order_numbered(desk.reader, pk)
    if order is None:
        raise Http404
    return order


def _refusal(desk: Desk, home: Any, trouble: actions.NotAuthorised) -> None:
    """A refused check leaves its trace, without names."""
    audit.record(
        by=desk.reader.user,
        act="exchange.check_refused",
        subject=home,
        after={"missing": [row.person for row in trouble.missing]},
        division=home.division,
        result="refused",
    )


def _page(desk: Desk, order: Any, trouble: str = "") -> HttpResponse:
    lines = queries.report(desk.reader, order, desk.today)
    keys = sorted({row.person for line in lines for row in line.rows if row.person})
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        purpose=_("家庭经济状况核对") + f"：{order.matter}",
        fields=["check_report"],
        division=order.division,
    )
    facts = rulebook().facts
    is_open = order.state in ("asked", "running")
    may_start = desk.reader.may("checks.start", order.division)
    may_ask = desk.reader.may("checks.ask", order.division)
    return desk.page(
        "check",
        "checks",
        order=order,
        lines=[(line, shown_rows(line, facts)) for line in lines],
        titles={key: row.title for key, row in queries.check_sources().items()},
        missing=queries.lacking(order.household, order.sources, desk.today) if is_open else [],
        may_start=may_start and order.state == "asked",
        may_fetch=may_start and order.state == "running",
        may_enter=may_start and order.state == "running",
        may_cancel=is_open and (may_start or may_ask),
        may_again=may_ask and order.state == "done" and order.valid_until < desk.today,
        may_slip=desk.reader.may("slips.manage", order.division),
        is_validity_verified=periods()["check_valid"].is_verified,
        trouble=trouble,
        watermark=watermark(desk.reader, timezone.localtime()),
    )
