"""Payments one by one (发放明细): the lines of a run, how they differ from last month, a payment's life, what came back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.moneywords import POWERS, noted, page_of, shown, told
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.fields import PURPOSES, masked
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.entitlements.takingover.queries import MATTER, told_of
from anmin.kernel.payments.banks import queries as banks
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.checks.codes import CODES
from anmin.kernel.payments.checks.queries import exceptions, words_of
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.lives import life
from anmin.kernel.payments.runs import queries
from anmin.kernel.payments.runs.causes import CAUSES
from anmin.kernel.payments.runs.differences import differences, total_before
from anmin.kernel.payments.runs.models import PayLine

MOST = 2_000
"""Differences that a page counts out; a month of a county has a few hundred."""


@needs(*POWERS)
def money_lines(desk: Desk, pk: int) -> HttpResponse:
    """The payments of a run, or those in one state or of one benefit."""
    run = queries.run_of_lines(desk.reader, pk)
    if run is None:
        raise Http404
    state, benefit = desk.written("state"), desk.written("benefit")
    state = state if state in (*PayLine.State.values, queries.COUNTED) else ""
    benefit = benefit if benefit in run.benefits else ""
    page = page_of(desk, queries.lines(desk.reader, run, state, benefit))
    noted(desk, [row.person_id for row in page.object_list], "money")
    return desk.page(
        "money_lines",
        "money",
        tab="runs",
        pay=run,
        is_own=desk.scope.contains(run.division),
        page_of=page,
        rows=[(row, title_of_benefit(row.benefit)) for row in page.object_list],
        state=state,
        benefit=benefit,
        states=[*PayLine.State.choices, (queries.COUNTED, _("计入合计的"))],
        benefits=[(key, title_of_benefit(key)) for key in run.benefits],
    )


@needs(*POWERS)
def money_differences(desk: Desk, pk: int) -> HttpResponse:
    """Every difference to last month behind one figure, or behind all of them."""
    run = _run(desk, pk)
    cause = desk.written("cause")
    cause = cause if cause in CAUSES else ""
    found = [one for one in differences(run, cause, limit=MOST) if desk.scope.contains(one.division)]
    page = page_of(desk, found)
    lines = queries.lines_of_entitlements(desk.reader, run, [one.entitlement for one in page.object_list])
    noted(desk, [line.person_id for line in lines.values()], "money")
    rows = [
        {
            "one": one,
            "line": lines.get(one.entitlement),
            "words": CAUSES[one.cause],
            "title": title_of_benefit(one.benefit),
        }
        for one in page.object_list
    ]
    return desk.page(
        "money_differences",
        "money",
        tab="runs",
        pay=run,
        cause=cause,
        words=CAUSES[cause] if cause else "",
        page_of=page,
        rows=rows,
        change=sum(one.fen for one in found),
        before=total_before(run),
        is_cut=len(found) == MOST,
    )


@needs(*POWERS)
def money_line(desk: Desk, pk: int) -> HttpResponse:
    """A payment's life: entitlement, run, exceptions, signatures, file, bank, return, again."""
    line = queries.line_numbered(desk.reader, pk)
    if line is None:
        raise Http404
    noted(desk, [line.person_id], "money", klass="page")
    orders = list(banks.orders_open(desk.reader).filter(pay_line=line))
    return desk.page(
        "money_line",
        "money",
        tab="runs",
        line=line,
        is_own=desk.scope.contains(line.run.division),
        title=title_of_benefit(line.benefit),
        told=told_of(line.entitlement),
        is_taken_over=line.entitlement.begun_by.matter == MATTER,
        parts=[(part, queries.words_of_part(part)) for part in queries.parts_of(line)],
        moments=[(one, told(one.code, one.told)) for one in life(desk.reader, line)],
        orders=[
            (row, form_named(row.file.form).codes, form_named(row.file.form).bank in banks.BY_HAND)
            for row in orders
        ],
        today=desk.today,
        stands=[
            (CODES[row.code].title, words_of(row), row.code)
            for row in exceptions(desk.reader, line.run).filter(line=line)
        ],
        done=shown(
            desk,
            errands.errands(desk.reader, line.run, "reissue", "give_up", "settle_by_paper").filter(
                subject__in=[line.pk, *[row.pk for row in orders]]
            ),
        ),
        may=desk.reader.may("payments.prepare", line.run.division),
    )


@needs(*POWERS)
def money_returned(desk: Desk) -> HttpResponse:
    """Payments that came back, by reason, with whom to call; telephones are covered until a purpose is given."""
    return _returned(desk, {})


@require_POST
@needs(*POWERS)
def money_returned_show(desk: Desk) -> HttpResponse:
    """One telephone in clear, for a purpose; counted and written down."""
    purpose = {code: str(words) for code, words in PURPOSES}.get(desk.request.POST.get("purpose", ""), "")
    asked = desk.request.POST.get("line", "")
    rows = {str(one.line.pk): one for one in banks.returned(desk.reader)}
    if asked not in rows:
        raise Http404
    if not purpose:
        return _returned(desk, {}, _("请先选择查阅目的，再显示。"))
    found = rows[asked]
    noted(desk, [found.line.person_id], "phone", klass="clear", purpose=purpose)
    return _returned(desk, {found.line.pk: found.phone})


MENDS = {
    "account": gettext_lazy("更正账户并复核后重发"),
    "same": gettext_lazy("可按原账户重发"),
    "ask": gettext_lazy("先向银行或本人核实"),
}


def _returned(desk: Desk, opened: dict[int, str], trouble: str = "") -> HttpResponse:
    found = list(banks.returned(desk.reader))
    chosen = desk.written("code")
    counts: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.order.code, one.code.title if one.code else one.order.code)
        counts[key] = counts.get(key, 0) + 1
    page = page_of(desk, [one for one in found if not chosen or one.order.code == chosen])
    noted(desk, [one.line.person_id for one in page.object_list], "money")
    asked = errands.errands(desk.reader, None, "reissue", "give_up").filter(state__in=["asked", "queued"])
    under_way = {row.subject: row for row in asked}
    rows: list[dict[str, Any]] = [
        {
            "line": one.line,
            "order": one.order,
            "name": one.name,
            "why": one.code.title if one.code else one.order.code,
            "mend": str(MENDS[one.code.mend if one.code else "ask"]),
            "phone": opened.get(one.line.pk) or masked("phone", one.phone),
            "is_open": one.line.pk in opened,
            "has_phone": bool(one.phone),
            "errand": under_way.get(one.line.pk),
            "may": desk.reader.may("payments.prepare", one.line.run.division),
        }
        for one in page.object_list
    ]
    return desk.page(
        "money_returned",
        "money",
        tab="returned",
        rows=rows,
        page_of=page,
        counts=[(code, title, number) for (code, title), number in sorted(counts.items())],
        code=chosen,
        total=len(found),
        purposes=PURPOSES,
        trouble=trouble,
    )


def _run(desk: Desk, pk: int) -> Any:
    row = queries.run_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row
