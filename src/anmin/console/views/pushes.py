"""Pushes to departments after recognition, and what they returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.pushes import actions, queries
from anmin.kernel.cases.pushes.needs import pushing
from anmin.kernel.cases.table import find
from anmin.lib.money import parse_yuan

ROWS = 50
OUTCOMES = (
    ("given", "已救助"),
    ("in_hand", "正在办理"),
    ("not_eligible", "不符合该项条件"),
    ("not_wanted", "本人不需要"),
)


@needs(*actions.POWERS)
def push_list(desk: Desk) -> HttpResponse:
    """What was told to departments, what waits for an answer first."""
    page = Paginator(queries.pushes(desk.reader), ROWS).get_page(desk.request.GET.get("page"))
    rows = _rows(list(page.object_list), desk)
    late = queries.overdue(desk.reader, desk.today).count()
    return desk.page("pushes", "pushes", page_of=page, rows=rows, late=late)


@needs(*actions.POWERS)
def push_page(desk: Desk, pk: int) -> HttpResponse:
    """One push: whom, what for, and the form for the return."""
    row = queries.push_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    refusals: list[tuple[str, str]] = []
    given = desk.request.POST
    if desk.request.method == "POST":
        try:
            written = given.get("yuan", "").strip()
            actions.note_return(
                by=desk.reader,
                push=row,
                outcome=given.get("outcome", ""),
                on=desk.today,
                words=given.get("words", ""),
                fen=parse_yuan(written) if written else None,
            )
            messages.success(desk.request, _("已记下。"))
            return HttpResponseRedirect(reverse("console:push", args=[pk]))
        except ValueError as trouble:
            refusals = [("outcome", str(trouble))]
    (shown,) = _rows([row], desk)
    return desk.page(
        "push",
        "pushes",
        push=row,
        shown=shown,
        given=given,
        refusals=refusals,
        outcomes=OUTCOMES,
        verified=pushing()["verified"],
        may=row.outcome in ("", "in_hand"),
    )


def _rows(pushes: Sequence[Any], desk: Desk) -> list[dict[str, Any]]:
    """Rows with the name of the household's head; they are noted as read."""
    heads = find.heads_of([row.household for row in pushes], desk.today)
    keys = [key for key, _name in heads.values()]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["pushes"])
    rows = []
    for row in pushes:
        department, what = queries.department_of(row)
        rows.append(
            {
                "row": row,
                "name": heads.get(row.household_id, (0, "—"))[1],
                "place": full_name(row.division),
                "department": department,
                "what": what,
                "late": not row.outcome and row.due < desk.today,
            }
        )
    return rows
