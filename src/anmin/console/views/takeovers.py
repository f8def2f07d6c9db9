"""Running benefits taken over from an older system (在册待遇转入): lists, one list, its rejected rows, its steps."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anmin.console.attached import attached, table_attached
from anmin.console.places import full_name
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.taking.actions import take, watermark
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.takeover import actions, queries
from anmin.kernel.cases.takeover.actions import CONFIRM, PROPOSE, READ, TakeoverProblem
from anmin.kernel.cases.takeover.columns import sheet, template
from anmin.kernel.cases.upkeep import queries as upkeep
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.screening import queries as screening
from anmin.lib.sheets import FORMS
from anmin.policy.errors import PolicyError

POWERS = (PROPOSE, CONFIRM, READ)
MOST = 5_000
"""Rows that a page takes in; more are sent in parts or by the command."""
LARGEST = 10_000_000
ROWS = 50
SUFFIXES = (".csv", ".xlsx", ".xls")
VIEWS = {
    "differs": gettext_lazy("测算不同"),
    "rejected": gettext_lazy("退回的行"),
    "missing": gettext_lazy("不能测算"),
    "all": gettext_lazy("全部"),
}


@needs(*POWERS)
def takeover_list(desk: Desk) -> HttpResponse:
    """The lists of the reader's places, and where to send one."""
    if desk.request.method == "POST":
        return _sent(desk)
    page = Paginator(queries.batches(desk.reader), ROWS).get_page(desk.request.GET.get("page"))
    figures = queries.figures_of(desk.reader, page.object_list)
    rows = [
        {"row": row, "place": full_name(row.division), "figures": figures[row.pk]} for row in page.object_list
    ]
    return desk.page(
        "takeovers",
        "takeover",
        page_of=page,
        rows=rows,
        places=[(code, full_name(code)) for code in desk.reader.reach(PROPOSE).codes],
        columns=sheet().columns,
        most=MOST,
    )


@needs(PROPOSE)
def takeover_template(desk: Desk) -> HttpResponse:
    """The template with its explained header; it holds nothing about anybody."""
    return attached(template(with_example=True), FORMS["xlsx"], "在册待遇转入模板.xlsx", "")


@needs(*POWERS)
def takeover(desk: Desk, pk: int) -> HttpResponse:
    """One list: figures, differences by town, rows of one kind, what this reader may do with it."""
    batch = _batch(desk, pk)
    found = queries.figures(desk.reader, batch)
    view = desk.written("view")
    view = view if view in VIEWS else "rejected" if found.rejected and not found.differs else "differs"
    listed = {
        "differs": queries.differing,
        "rejected": queries.rejected,
        "missing": queries.missing,
        "all": queries.rows_of,
    }[view](desk.reader, batch)
    page = Paginator(listed, ROWS).get_page(desk.request.GET.get("page"))
    keys = [row.receiver_id for row in page.object_list if row.receiver_id is not None]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["takeover"])
    user = desk.reader.user
    mine = user is not None and batch.made_by_id == user.pk
    may_confirm = desk.reader.may(CONFIRM, batch.division)
    counts = {"differs": found.differs, "rejected": found.rejected, "missing": found.missing}
    run = screening.run_numbered(desk.scope, batch.run) if batch.run is not None else None
    return desk.page(
        "takeover",
        "takeover",
        batch=batch,
        place=full_name(batch.division),
        figures=found,
        towns=[{"row": one, "place": full_name(one.division)} for one in queries.by_town(desk.reader, batch)],
        codes=queries.codes(desk.reader, batch),
        view=view,
        views=[(key, words, counts.get(key, batch.read)) for key, words in VIEWS.items()],
        page_of=page,
        rows=[
            {
                "row": row,
                "title": title_of_benefit(row.benefit),
                "name": row.receiver.name if row.receiver is not None else "",
                "said": row.given.get("reason") or row.reason,
                "may_open": row.found == "differs"
                and row.entitlement is not None
                and upkeep.may_review(desk.reader, row.entitlement, desk.today),
            }
            for row in page.object_list
        ],
        compared=run,
        may_propose=mine and batch.state == "checked" and bool(found.accepted),
        may_confirm=may_confirm and not mine and batch.state == "proposed",
        is_own=may_confirm and mine and batch.state == "proposed",
        may_withdraw=batch.state != "withdrawn"
        and (may_confirm or (mine and batch.state in ("checked", "proposed"))),
        may_send=desk.reader.may(PROPOSE, batch.division),
    )


@require_POST
@needs(PROPOSE, CONFIRM)
def takeover_step(desk: Desk, pk: int) -> HttpResponse:
    """Propose a list, confirm it as somebody else, or take it back."""
    batch = _batch(desk, pk)
    given = desk.request.POST
    back = HttpResponseRedirect(reverse("console:takeover", args=[pk]))
    try:
        match given.get("step"):
            case "propose":
                actions.propose(by=desk.reader, batch=batch, on=desk.today)
                told = _("已提交，由另一人确认后生效。")
            case "confirm":
                actions.confirm(by=desk.reader, batch=batch, on=desk.today)
                told = _("已确认，正在后台转入，稍后刷新页面。")
            case "withdraw":
                reason = given.get("reason", "")[:500]
                actions.withdraw(by=desk.reader, batch=batch, on=desk.today, reason=reason)
                told = _("已撤回。")
            case _:
                raise Http404
    except TakeoverProblem as problem:
        messages.error(desk.request, str(problem))
        return back
    messages.success(desk.request, told)
    return back


@needs(*POWERS)
def takeover_rejected(desk: Desk, pk: int) -> HttpResponse:
    """The rows that came back, as a file that can be corrected and sent again."""
    batch = _batch(desk, pk)
    if not desk.reader.may(PROPOSE, batch.division):
        raise PermissionDenied
    rows = queries.rejected(desk.reader, batch)
    keys = [row.receiver_id for row in rows if row.receiver_id is not None]
    take(reader=desk.reader, klass="list", person_ids=keys)
    audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["takeover"])
    head, cells = queries.cells_of(rows)
    mark = watermark(desk.reader, timezone.localtime())
    audit.record(
        by=desk.reader.user,
        act="cases.takeover_rejected",
        subject=batch,
        after={"rows": len(cells), "watermark": mark},
        purpose=_("改正后重新发来"),
        division=batch.division,
    )
    return table_attached("xlsx", f"退回的行-{pk}", head, cells, mark)


def _sent(desk: Desk) -> HttpResponse:
    """A list handed in: checked at once, and shown with what came of it."""
    sent: Any = desk.request.FILES.get("file")
    given = desk.request.POST
    division = given.get("division", "")
    back = HttpResponseRedirect(reverse("console:takeovers"))
    suffix = Path(getattr(sent, "name", None) or "").suffix.lower()
    trouble = ""
    if not desk.reader.may(PROPOSE):
        raise PermissionDenied
    if sent is None:
        trouble = _("请先选择文件。")
    elif suffix not in SUFFIXES:
        trouble = _("请用 xlsx、xls 或 csv 文件。")
    elif sent.size > LARGEST:
        trouble = _("文件超过 10 MB；请按镇（街道）分成几份。")
    if trouble:
        messages.error(desk.request, trouble)
        return back
    corrects = given.get("corrects", "")
    former = queries.batch_numbered(desk.reader, int(corrects)) if corrects.isdigit() else None
    known = queries.batches(desk.reader).order_by("-pk").values_list("pk", flat=True).first() or 0
    with tempfile.TemporaryDirectory(prefix="anmin-") as folder:
        path = Path(folder) / f"list{suffix}"
        path.write_bytes(sent.read())
        try:
            batch = actions.take_list(
                by=desk.reader,
                division=division,
                path=path,
                name=sent.name,
                on=desk.today,
                corrects=former,
                most=MOST,
            )
        except (TakeoverProblem, PolicyError) as problem:
            messages.error(desk.request, str(problem))
            return back
    if batch.pk <= known:
        messages.success(desk.request, _("这份清单以前发来过，没有改变任何数据。"))
    else:
        messages.success(desk.request, _("检查完了，还没有给任何人起发待遇；看过结果再提交。"))
    return HttpResponseRedirect(reverse("console:takeover", args=[batch.pk]))


def _batch(desk: Desk, pk: int) -> Any:
    found = queries.batch_numbered(desk.reader, pk)
    if found is None:
        raise Http404
    return found
