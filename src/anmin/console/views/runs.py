"""The runs: when, by which rules, over how many, and which households could not be calculated."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse

from anmin.console.places import place_name
from anmin.console.views.desk import Desk, desk
from anmin.kernel.screening import queries as screening

ROWS = 50


@desk
def run_list(desk: Desk) -> HttpResponse:
    """All runs (运行记录)."""
    return desk.page("runs", "runs", runs=list(screening.runs(desk.scope)[:ROWS]))


@desk
def run_page(desk: Desk, number: int) -> HttpResponse:
    """One run and its broken households."""
    run = screening.run_numbered(desk.scope, number)
    if run is None:
        raise Http404
    broken = Paginator(screening.broken_households(run, desk.scope), ROWS)
    return desk.page(
        "run",
        "runs",
        run=run,
        city=place_name(run.city),
        page_of=broken.get_page(desk.request.GET.get("page")),
    )
