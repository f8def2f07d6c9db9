"""The work table (办件): what waits, in views and by filters."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse

from anmin.console.casetable import HELD, filters_of, rows_of
from anmin.console.casewords import CHANNELS
from anmin.console.places import places_below
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases import matters
from anmin.kernel.cases.table import named, queries

ROWS = 50


@needs("case.read")
def case_list(desk: Desk) -> HttpResponse:
    """Cases under way by view and filter, the most pressing first."""
    asked = filters_of(desk.request.GET)
    if asked.division and not desk.reaches(asked.division):
        raise Http404
    page = Paginator(queries.filtered(desk.reader, asked, desk.today), ROWS).get_page(
        desk.request.GET.get("page")
    )
    keys = [row.applicant_id for row in page.object_list]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["cases"])
    views = named.views_for(desk.reader)
    counted = queries.counts(desk.reader, [view.key for view in views], desk.today)
    return desk.page(
        "cases",
        "cases",
        asked=asked,
        page_of=page,
        rows=rows_of(page.object_list, desk.today, urlencode(asked.as_query())),
        views=[(view, counted[view.key]) for view in views],
        view=named.VIEWS.get(asked.view),
        reviews=named.reviews(desk.reader),
        matters=matters.matters(desk.home, desk.today) if desk.home else [],
        places=places_below(desk.home),
        channels=CHANNELS.items(),
        helds=HELD,
        is_filtered=bool(asked.as_query()),
    )
