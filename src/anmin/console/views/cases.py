"""The work table (办件): what waits, in views and by filters."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.attached import table_attached
from anmin.console.casetable import HELD, chosen_in, filters_of, outcome_in, rows_of, sheet
from anmin.console.casewords import CHANNELS
from anmin.console.places import places_below
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases import matters
from anmin.kernel.cases.table import actions, named, queries
from anmin.kernel.cases.table.bulk import TITLES

ROWS, MOST = 50, 5_000


@needs("case.read")
def case_list(desk: Desk) -> HttpResponse:
    """Cases under way by view and filter, the most pressing first."""
    asked = filters_of(desk.request.GET)
    if asked.division and not desk.reaches(asked.division):
        raise Http404
    wanted = queries.keys_of(desk.reader, asked, desk.today)
    page = Paginator(wanted, ROWS).get_page(desk.request.GET.get("page"))
    rows = queries.rows_with(desk.reader, list(page.object_list))
    keys = [row.applicant_id for row in rows]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["cases"])
    views = named.views_for(desk.reader)
    counted = queries.counts(desk.reader, [view.key for view in views], desk.today)
    mine = queries.saved_views(desk.reader)
    return desk.page(
        "cases",
        "cases",
        asked=asked,
        page_of=page,
        rows=rows_of(rows, desk.today, urlencode(asked.as_query())),
        views=[(view, counted[view.key]) for view in views],
        saved=[(row, urlencode(found.as_query()), found == asked) for row, found in mine],
        view=named.VIEWS.get(asked.view),
        reviews=named.reviews(desk.reader),
        query=urlencode(asked.as_query()),
        bulks=TITLES.items() if set(named.TOWN) & desk.reader.powers else (),
        may_batch=bool({"case.confirm", "case.confirm_in_town"} & desk.reader.powers),
        chosen=set(chosen_in(desk.request)),
        outcome=outcome_in(desk.request),
        matters=matters.matters(desk.home, desk.today) if desk.home else [],
        places=places_below(desk.home),
        channels=CHANNELS.items(),
        helds=HELD,
        is_filtered=bool(asked.as_query()),
        may_open=any(desk.reader.may(power) for power in ("case.accept", "case.file")),
    )


@require_POST
@needs("case.read")
def view_save(desk: Desk) -> HttpResponse:
    """Keep the filters of this page as a view of one's own."""
    asked = filters_of(desk.request.POST)
    back = f"{reverse('console:cases')}?{urlencode(asked.as_query())}"
    try:
        actions.save_view(by=desk.reader, name=desk.request.POST.get("name", ""), filters=asked)
        messages.success(desk.request, _("视图已保存。"))
    except actions.ViewProblem as trouble:
        messages.error(desk.request, str(trouble))
    return HttpResponseRedirect(back)


@require_POST
@needs("case.read")
def view_drop(desk: Desk, pk: int) -> HttpResponse:
    """Delete a view of one's own."""
    actions.drop_view(by=desk.reader, pk=pk)
    messages.success(desk.request, _("视图已删除。"))
    return HttpResponseRedirect(reverse("console:cases"))


@require_POST
@needs("case.read")
def case_file(desk: Desk) -> HttpResponse:
    """The list as a file, for a purpose: who took it and when stand in its last line."""
    given = desk.request.POST
    asked, kind, purpose = filters_of(given), given.get("kind", ""), given.get("purpose", "").strip()[:200]
    if not purpose or kind not in ("csv", "xlsx"):
        messages.error(desk.request, _("请先写明导出做什么用。"))
        return HttpResponseRedirect(f"{reverse('console:cases')}?{urlencode(asked.as_query())}")
    cases = list(queries.filtered(desk.reader, asked, desk.today)[:MOST])
    keys = [row.applicant_id for row in cases]
    take(reader=desk.reader, klass="list", person_ids=keys)
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="cases.file",
        subject="cases",
        after={"rows": len(cases), "filters": sorted(asked.as_query()), "watermark": mark},
        purpose=purpose,
    )
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, purpose=purpose, fields=["cases_file"]
    )
    heading, cells = sheet(rows_of(cases, desk.today))
    return table_attached(kind, f"cases-{timezone.localtime():%Y%m%d-%H%M}", heading, cells, mark)
