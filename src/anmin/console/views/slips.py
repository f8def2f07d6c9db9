"""Correction slips between us and the departments: open, answer, look again, close (校核单)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.exchangeforms import SlipAnswerForm, SlipForm
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.checks.queries import check_sources
from anmin.kernel.exchange.periods import days_left
from anmin.kernel.exchange.slips import actions, queries
from anmin.kernel.partners.queries import partners
from anmin.kernel.people import queries as people

ROWS = 50
SHOWN = ("open", "late", "answered", "all")
PREFILLED = ("source", "field", "theirs", "batch")


@needs("slips.manage")
def slip_list(desk: Desk) -> HttpResponse:
    """Slips in sight, the first due first."""
    shown = desk.written("show") if desk.written("show") in SHOWN else "open"
    rows = queries.slips_shown(desk.reader, desk.today, shown)
    page = Paginator(rows, ROWS).get_page(desk.request.GET.get("page"))
    left = {row.pk: days_left(row.due, desk.today) for row in page.object_list if row.state == "open"}
    return desk.page("slips", "slips", page_of=page, shown=shown, left=left)


@needs("slips.manage")
def slip_new(desk: Desk, number: str) -> HttpResponse:
    """Doubt a value that a department sent about a household."""
    home = people.household(desk.reader, number)
    if home is None:
        raise Http404
    given = desk.request.POST if desk.request.method == "POST" else None
    choices = [(row.pk, row.name) for row in partners()]
    initial = {name: desk.written(name)[:100] for name in PREFILLED}
    form = SlipForm(given, partners=choices, initial=initial)
    if given is not None and form.is_valid():
        values = form.cleaned_data
        partner = next(row for row in partners() if row.pk == values.pop("partner"))
        try:
            row = actions.send_slip(by=desk.reader, partner=partner, household=home, on=desk.today, **values)
        except actions.SlipProblem as trouble:
            form.add_error(None, str(trouble))
        else:
            messages.success(desk.request, _("校核单已发出。"))
            return HttpResponseRedirect(reverse("console:slip", args=[row.pk]))
    return desk.page("slip_new", "slips", home=home, form=form, has_partners=bool(choices))


@needs("slips.manage")
def slip_page(desk: Desk, pk: int) -> HttpResponse:
    """One slip: both values, the answer, what used the value, and the next step."""
    return _page(desk, _slip(desk, pk))


@require_POST
@needs("slips.manage")
def slip_step(desk: Desk, pk: int) -> HttpResponse:
    """Answer, write down what looking again came to, or close."""
    row, given = _slip(desk, pk), desk.request.POST
    step, form = given.get("step", ""), None
    try:
        if step == "answer":
            form = SlipAnswerForm(given)
            if not form.is_valid():
                return _page(desk, row, form=form)
            actions.answer_slip(by=desk.reader, slip=row, on=desk.today, **form.cleaned_data)
            messages.success(desk.request, _("答复已记下。"))
        elif step == "review":
            key = given.get("review", "")
            review = queries.review_numbered(row, int(key)) if key.isdigit() and len(key) < 19 else None
            if review is None:
                raise Http404
            actions.review_use(by=desk.reader, review=review, finding=given.get("finding", ""), on=desk.today)
            messages.success(desk.request, _("复核结论已记下。"))
        elif step == "close":
            actions.close_slip(by=desk.reader, slip=row, outcome=given.get("outcome", ""), on=desk.today)
            messages.success(desk.request, _("校核单已办结。"))
        else:
            raise actions.SlipProblem(_("没有这一步，请刷新页面再试。"))
    except actions.SlipProblem as trouble:
        return _page(desk, _slip(desk, pk), str(trouble), form)
    return HttpResponseRedirect(reverse("console:slip", args=[pk]))


def _slip(desk: Desk, pk: int) -> Any:
    row = queries.slip_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _page(desk: Desk, row: Any, trouble: str = "", form: SlipAnswerForm | None = None) -> HttpResponse:
    keys = [row.person_id] if row.person_id else []
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["slip"], division=row.division
    )
    reviews = queries.reviews_of(row)
    source = check_sources().get(row.source)
    return desk.page(
        "slip",
        "slips",
        row=row,
        form=form or SlipAnswerForm(),
        source=source,
        reviews=reviews,
        waiting=[one for one in reviews if one.reviewed_on is None],
        left=days_left(row.due, desk.today),
        trouble=trouble,
    )
