"""To and from banks (银行往来): files of runs, calls, answers and their quarantine, statements, three-way reconciliation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.attached import attached
from anmin.console.moneywords import POWERS, noted, page_of, shown
from anmin.console.purposes import ask_purpose, purpose_of
from anmin.console.views.desk import Desk, needs
from anmin.console.views.moneyerrands import back_from
from anmin.kernel.access.taking.actions import watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.banks import queries
from anmin.kernel.payments.banks.layouts import form_named
from anmin.kernel.payments.banks.models import PayFileLine
from anmin.kernel.payments.banks.outbox import actions as outbox
from anmin.kernel.payments.banks.ports.choosing import port_of
from anmin.kernel.payments.banks.reconciling.actions import Difference
from anmin.kernel.payments.banks.returning.actions import RELEASABLE
from anmin.kernel.payments.banks.storage import content_of
from anmin.kernel.payments.errands import queries as errands
from anmin.kernel.payments.problems import PaymentProblem
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.queries import lines as lines_of
from anmin.kernel.payments.runs.queries import run_numbered
from anmin.lib.divisions import DivisionLevel, level_of

ENDINGS = dict.fromkeys(queries.BY_HAND, "csv")
"""Sheets that people open and sign, not banks' machines: how their files end, so that a double click opens them."""
FILE_KINDS = ("make_files", "deliver", "resend", "declare_refused", "reconcile", "reissue", "settle_by_paper")
SHOWN = 100


@needs(*POWERS)
def money_banks(desk: Desk) -> HttpResponse:
    """What is open with the banks, answers in quarantine, and where answers and statements are handed in."""
    calls = list(queries.calls_open(desk.reader)[:SHOWN])
    page = page_of(desk, queries.returns(desk.reader))
    unknown = queries.orders_unknown(desk.reader)
    noted(desk, [row.pay_line.person_id for row in unknown[:SHOWN]], "money")
    return desk.page(
        "money_banks",
        "money",
        tab="banks",
        calls=[_call(desk, call) for call in calls],
        unknown=[(row, row.file.batch) for row in unknown[:SHOWN]],
        unknown_number=unknown.count(),
        page_of=page,
        places=places_of(desk),
        forms=[(key, title) for key, title, _verified in queries.form_keys()],
        usual=queries.usual_form(desk.reader),
        day=desk.today,
        statements=queries.statements(desk.reader)[:12],
        done=shown(desk, errands.errands(desk.reader, None, "receive", "take_statement", "compare_day")[:8]),
    )


@needs(*POWERS)
def money_files(desk: Desk, pk: int) -> HttpResponse:
    """The files of one run: make, hand over, ask, send again, and what reconciliations found."""
    run = run_numbered(desk.reader, pk)
    if run is None:
        raise Http404
    found = queries.reconciliations(desk.reader, run).first()
    return desk.page(
        "money_files",
        "money",
        tab="runs",
        pay=run,
        files=[
            {
                "row": file,
                "name": file.batch,
                "calls": [_call(desk, call) for call in queries.calls_of(desk.reader, file)],
            }
            for file in queries.files(desk.reader, run)
        ],
        reconciliation=found,
        differences=_differences(desk, run, found.differences[:SHOWN]) if found else [],
        more=max(len(found.differences) - SHOWN, 0) if found else 0,
        done=shown(desk, errands.errands(desk.reader, run, *FILE_KINDS)[:10]),
        may=desk.reader.may("payments.prepare", run.division),
        may_make=run.state in ("approved", "filed", "settled"),
        left_to_make=lines_of(desk.reader, run, "due").count(),
    )


@needs(*POWERS)
def money_file(desk: Desk, pk: int) -> HttpResponse:
    """One file: how it went out, what the bank said, and its payments one by one."""
    file = queries.file_numbered(desk.reader, pk)
    if file is None:
        raise Http404
    rows, answer = queries.orders_of(desk.reader, file), desk.written("answer")
    states, state = queries.states_in(file, desk.reader), desk.written("state")
    state = state if state in PayFileLine.State.values else ""
    if answer.isdigit() and len(answer) < 19:
        page = page_of(desk, queries.answered(desk.reader, file, int(answer), state))
    else:
        page = page_of(desk, rows.filter(state=state) if state else rows)
    noted(desk, [row.pay_line.person_id for row in page.object_list], "money")
    return desk.page(
        "money_file",
        "money",
        tab="banks",
        file=file,
        name=file.batch,
        form=form_named(file.form),
        calls=[_call(desk, call) for call in queries.calls_of(desk.reader, file)],
        page_of=page,
        rows=[(row, queries.why_returned(row)) for row in page.object_list],
        returns=file.returns.order_by("pk"),
        state=state,
        states=[(key, words, states.get(key, 0)) for key, words in PayFileLine.State.choices],
        all_number=sum(states.values()),
        by_hand=port_of(form_named(file.form), file.division) is None,
        is_whole=sum(states.values()) == file.lines_number,
        may=desk.reader.may("payments.prepare", file.division),
    )


@needs("payments.prepare")
def money_file_take(desk: Desk, pk: int) -> HttpResponse:
    """The file as it was written, for a bank that is reached by hand: for a purpose, and only by who may see everybody in it."""
    file = queries.file_numbered(desk.reader, pk)
    if file is None:
        raise Http404
    page = reverse("console:money_file", args=[pk])
    purpose = purpose_of(desk.request.GET)
    if not purpose:
        return ask_purpose(desk, "money", title=_("导出代发文件"), usual="pay", back=page)
    persons = list(queries.orders_of(desk.reader, file).values_list("pay_line__person", flat=True))
    if len(persons) != file.lines_number:
        messages.error(desk.request, _("文件里有您无权查看的人员，请由有权限的人员导出。"))
        return HttpResponseRedirect(page)
    noted(desk, persons, "money_file", purpose=purpose)
    try:
        content = content_of(file)
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
        return HttpResponseRedirect(page)
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="payments.take_file",
        subject=file,
        after={"batch": file.batch, "lines": file.lines_number, "watermark": mark},
        purpose=purpose,
        division=file.division,
    )
    ending = ENDINGS.get(form_named(file.form).bank, "pay")
    return attached(content, "application/octet-stream", f"{file.batch}.{ending}", mark)


@require_POST
@needs("payments.prepare")
def money_hand_over(desk: Desk, pk: int) -> HttpResponse:
    """Note that a file was brought to the bank, with the receipt."""
    file = queries.file_numbered(desk.reader, pk)
    if file is None:
        raise Http404
    try:
        outbox.hand_over(
            by=desk.reader,
            file=file,
            reference=desk.request.POST.get("reference", ""),
            on=desk.today,
            at=timezone.now(),
        )
    except PaymentProblem as problem:
        messages.error(desk.request, str(problem))
    else:
        messages.success(desk.request, _("已登记送交。"))
    return HttpResponseRedirect(back_from(desk, "console:money_banks"))


@needs(*POWERS)
def money_return(desk: Desk, pk: int) -> HttpResponse:
    """One answer of a bank: taken in whole, or quarantined whole with every reason."""
    row = queries.return_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    own = getattr(desk.reader.user, "pk", None)
    return desk.page(
        "money_return",
        "money",
        tab="banks",
        row=row,
        name=row.file.batch if row.file else "",
        reasons=row.reasons,
        outcomes=queries.outcomes_of(desk.reader, row),
        is_sound={one["code"] for one in row.reasons} <= RELEASABLE,
        may=desk.reader.may("payments.prepare", row.division) and row.state == "quarantined",
        may_release={one["code"] for one in row.reasons} <= RELEASABLE and row.receiver_id != own,
        is_mine=row.receiver_id == own,
        done=shown(
            desk, errands.errands(desk.reader, None, "release_return", "reject_return").filter(subject=pk)
        ),
    )


def places_of(desk: Desk) -> list[str]:
    """Counties in which the reader prepares payments."""
    return [c for c in desk.reader.reach("payments.prepare").codes if level_of(c) is DivisionLevel.COUNTY]


def _call(desk: Desk, call: Any) -> dict[str, Any]:
    """A call with what may be done about it."""
    file = call.file
    by_hand = file is not None and port_of(form_named(file.form), call.division) is None
    may = desk.reader.may("payments.prepare", call.division)
    return {
        "row": call,
        "file": file,
        "by_hand": by_hand,
        "may_deliver": may and not by_hand and call.state in ("waiting", "unsure"),
        "may_hand_over": may and by_hand and call.state == "waiting",
        "may_declare": may and call.state == "unsure",
    }


def _differences(desk: Desk, run: PayRun, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Differences with the payments they are about, where the reader may see them."""
    found = [Difference(**one) for one in told]
    lines = {
        line.pk: line for line in lines_of(desk.reader, run).filter(pk__in=[one.pay_line for one in found])
    }
    return [{"one": one, "line": lines.get(one.pay_line or 0)} for one in found]
