"""A partner's own page (本单位页面): what its keys may do, its calls, batches, slips and requests; nothing of others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.console.guide import examples
from anmin.console.partnerforms import SharingForm, SlipForm
from anmin.console.purposes import rows_to_correct
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.exchange.counter import actions, queries
from anmin.kernel.exchange.sharing import actions as sharing
from anmin.kernel.exchange.sharing.actions import SharingProblem
from anmin.kernel.exchange.slips import actions as slips
from anmin.kernel.exchange.slips.actions import SlipProblem
from anmin.kernel.facts.sources.catalogue import sources
from anmin.kernel.partners.shareable import shareable
from anmin.policy.errors import PolicyError

ROWS, LARGEST = 50, 200 * 1024 * 1024


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for partners' staff; the view gets the counter of their own department."""

    @needs("partner.own")
    @wraps(view)
    def seated(desk: Desk, *args: Any, **kwargs: Any) -> HttpResponse:
        counter = queries.counter_of(desk.reader)
        if counter is None:
            return desk.page("own_none", "own")
        return view(desk, counter, *args, **kwargs)

    return seated


@own
def overview(desk: Desk, counter: queries.Counter) -> HttpResponse:
    """What the department's keys may do, what waits for an answer, the newest batches and calls."""
    return desk.page(
        "own",
        "own",
        counter=counter,
        keys=counter.keys,
        slips=counter.slips_waiting,
        batches=list(counter.batches[:10]),
        refused=counter.refused_files,
        calls=list(counter.calls[:10]),
        requests=counter.requests,
        titles={key: one.title for key, one in sources().items()},
    )


@own
def call_list(desk: Desk, counter: queries.Counter) -> HttpResponse:
    """Every call made with the department's keys."""
    page = Paginator(counter.calls, ROWS).get_page(desk.request.GET.get("page"))
    return desk.page("own_calls", "own", counter=counter, page_of=page)


@own
def batch_page(desk: Desk, counter: queries.Counter, pk: int) -> HttpResponse:
    """One batch of the department's own: the rows that did not land and why; corrected rows come in here."""
    batch = counter.batch(pk)
    if batch is None:
        raise Http404
    trouble, file = None, desk.request.FILES.get("file") if desk.request.method == "POST" else None
    if file is not None and file.size > LARGEST:
        trouble = PolicyError("file_too_large", what=_("文件超过 200 MB"), todo=_("拆成几个文件再传"))
    elif file is not None:
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / (Path(file.name or "rows.csv").name or "rows.csv")
                with path.open("wb") as out:
                    for chunk in file.chunks():
                        out.write(chunk)
                landing = actions.send_corrections(by=counter.name, batch=batch, path=path, on=desk.today)
        except PolicyError as refused:
            trouble = refused
        else:
            messages.success(desk.request, _("改正的 %(n)d 行已并入。") % {"n": landing.landed})
            return HttpResponseRedirect(reverse("console:own_batch", args=[pk]))
    page = Paginator(queries.quarantine_of(batch), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "own_batch",
        "own",
        batch=batch,
        source=sources().get(batch.source),
        page_of=page,
        trouble=trouble,
        corrections=list(batch.corrections.order_by("pk")),
    )


@own
def batch_rows(desk: Desk, counter: queries.Counter, pk: int) -> HttpResponse:
    """The rows that did not land, in their own columns, to be corrected and sent again."""
    batch = counter.batch(pk)
    if batch is None:
        raise Http404
    mark = watermark(desk.reader, timezone.localtime())
    text = actions.taken_rows(by=desk.reader.user, batch=batch, mark=mark)
    answer = rows_to_correct(desk, pk, text, mark)
    answer["Cache-Control"] = "no-store"
    return answer


@own
def slip_page(desk: Desk, counter: queries.Counter, pk: int) -> HttpResponse:
    """One slip that was sent to the department: whom it is about, both values, and the answer."""
    slip = counter.slip(pk)
    if slip is None:
        raise Http404
    given = desk.request.POST if desk.request.method == "POST" else None
    form, refusals = SlipForm(given), []
    if given is not None and form.is_valid():
        try:
            slips.answer_slip(by=counter.sight, slip=slip, on=desk.today, **form.cleaned_data)
        except SlipProblem as trouble:
            refusals = [("slip", str(trouble))]
        else:
            messages.success(desk.request, _("已答复。"))
            return HttpResponseRedirect(reverse("console:own"))
    return desk.page(
        "own_slip",
        "own",
        slip=slip,
        about=actions.shown_about(by=counter.name, counter=counter, slip=slip),
        form=form,
        refusals=refusals,
    )


@own
def ask(desk: Desk, counter: queries.Counter) -> HttpResponse:
    """Ask for data on a legal basis."""
    given = desk.request.POST if desk.request.method == "POST" else None
    form = SharingForm(given, partner=counter.partner, initial={"first_day": desk.today})
    refusals: list[tuple[str, str]] = []
    if given is not None and form.is_valid():
        values = dict(form.cleaned_data)
        values["fields"] = values.pop("fields_")
        try:
            row = sharing.ask_sharing(by=desk.reader.user, partner=counter.partner, on=desk.today, **values)
        except SharingProblem as trouble:
            refusals = [("sharing", str(trouble))]
        else:
            messages.success(
                desk.request, _("已提交，%(day)s 前答复。") % {"day": row.answer_due.isoformat()}
            )
            return HttpResponseRedirect(reverse("console:own"))
    return desk.page("own_ask", "own", form=form, refusals=refusals)


@own
def guide(desk: Desk, counter: queries.Counter) -> HttpResponse:
    """How to call the interface, with examples that can be copied."""
    return desk.page(
        "own_guide",
        "own",
        counter=counter,
        examples=examples(desk.request.build_absolute_uri("/")),
        fields=list(shareable().values()),
    )
