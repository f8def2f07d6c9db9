"""Lists of alerts on paper and as files: for a village meeting without any reason, for those who go and look with it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console import alertpage
from anmin.console.attached import table_attached
from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.console.views.monitoring import chosen_in, note_read
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.alerts import queries
from anmin.kernel.audit import actions as audit
from anmin.lib.sheets import FORMS

PRINTED = 300
MOST = 2_500


@needs("alert.handle")
def alert_print(desk: Desk) -> HttpResponse:
    """A list on paper. For a village meeting: name, household number and place, no child, no recognition, no reason.

    With `for=visit` it is for those who go and look: what is asked and why, never to be shown or put up.
    """
    is_internal = desk.written("for") == "visit"
    chosen = chosen_in(desk)
    found = (
        queries.view(desk.reader, desk.written("view") or "open", desk.today, **chosen)
        if is_internal
        else queries.for_meeting(desk.reader, desk.today, **chosen)
    )
    shown = alertpage.rows_of(list(found[:PRINTED]), desk.today)
    note_read(desk, alertpage.people_of(shown))
    mark = watermark(desk.reader, timezone.localtime()) if is_internal else ""
    return desk.page(
        "alert_print", "alerts", rows=shown, place=full_name(desk.home), is_internal=is_internal, mark=mark
    )


@require_POST
@needs("alert.read")
def alert_file(desk: Desk) -> HttpResponse:
    """A list of alerts as a file, for a purpose: who took it and when stand in its last line."""
    given = desk.request.POST
    name, kind, purpose = desk.written("view"), given.get("kind", ""), given.get("purpose", "").strip()[:200]
    chosen = chosen_in(desk)
    if not purpose or kind not in FORMS:
        messages.error(desk.request, _("请先写明导出做什么用。"))
        back = {"view": name, **{key: value for key, value in chosen.items() if value}}
        return HttpResponseRedirect(f"{reverse('console:alerts')}?{urlencode(back)}")
    rows = alertpage.rows_of(list(queries.view(desk.reader, name, desk.today, **chosen)[:MOST]), desk.today)
    keys = alertpage.people_of(rows)
    take(reader=desk.reader, klass="list", person_ids=keys)
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="alerts.file",
        subject="alerts",
        after={"rows": len(rows), "view": name, "filters": sorted(key for key in chosen if chosen[key])},
        purpose=purpose,
    )
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, purpose=purpose, fields=["alerts_file"]
    )
    heading, cells = alertpage.sheet(rows)
    return table_attached(kind, f"alerts-{timezone.localtime():%Y%m%d-%H%M}", heading, cells, mark)
