"""Pairs that may be one person (疑似同一人): the clerks' queue, one pair side by side, the decision, the runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.console.matchpages import progress_of, row_of, sides_of
from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.fields import PURPOSES
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.people.matching import actions, queries
from anmin.kernel.people.matching.actions import ChangeRefused, PairDecided, ReasonMissing

ROWS = 25
STATES = queries.MatchPair.State


@needs("match.decide")
def pair_list(desk: Desk) -> HttpResponse:
    """Pairs in one state, the surest first, with how far the work has got."""
    state = desk.written("state")
    state = state if state in STATES.values else STATES.OPEN.value
    run = desk.written("of")
    number = int(run) if run.isdigit() and len(run) < 10 else None
    page = Paginator(queries.queue(desk.reader, state, number), ROWS).get_page(desk.request.GET.get("page"))
    keys = sorted({key for row in page.object_list for key in (row.person_id, row.other_id) if key})
    if keys:
        take(reader=desk.reader, klass="list", person_ids=keys)
        audit.record_reads(by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=["list"])
    counts = queries.queue_counts(desk.reader, number)
    return desk.page(
        "matches",
        "matching",
        page_of=page,
        rows=[row_of(row) for row in page.object_list],
        state=state,
        states=[(one.value, one.label, counts[one.value]) for one in STATES],
        progress=progress_of(counts),
        of=number,
    )


@needs("match.decide")
def run_list(desk: Desk) -> HttpResponse:
    """Runs of matching whose pairs the reader sees."""
    page = Paginator(queries.runs(desk.reader), ROWS).get_page(desk.request.GET.get("page"))
    return desk.page(
        "match_runs", "matching", page_of=page, rows=queries.run_lines(desk.reader, page.object_list)
    )


@needs("match.decide")
def pair_page(desk: Desk, pk: int) -> HttpResponse:
    """One pair: what agrees, what differs, how much each weighs."""
    return _page(desk, _pair(desk, pk))


@require_POST
@needs("match.decide")
def show_pair(desk: Desk, pk: int) -> HttpResponse:
    """Numbers, telephones and addresses of both sides in clear, for a purpose; written into the book of reads."""
    pair = _pair(desk, pk)
    known = {code: str(words) for code, words in PURPOSES}
    purpose = desk.request.POST.get("purpose", "")
    if not desk.reader.may("person.show") or purpose not in known:
        return _page(desk, pair, trouble=_("请先选择查阅目的，再显示。"))
    keys = _persons(pair)
    take(reader=desk.reader, klass="clear", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        purpose=known[purpose],
        fields=["number", "phone", "address"],
        division=pair.division,
    )
    return _page(desk, pair, is_open=True)


@require_POST
@needs("match.decide")
def decide_pair(desk: Desk, pk: int) -> HttpResponse:
    """Answer a pair and go on to the next one."""
    pair, given = _pair(desk, pk), desk.request.POST
    state, reason = given.get("state", ""), given.get("reason", "")
    if state not in (STATES.SAME, STATES.DIFFERENT, STATES.UNSURE):
        return _page(desk, pair, trouble=_("请选择是同一人、不是同一人，还是以后再看。"))
    if state == STATES.UNSURE and not reason.strip():
        reason = _("暂时不能确定，以后再看")
    following = queries.next_open(desk.reader, pk)
    try:
        row = actions.decide(
            by=desk.reader.user,  # type: ignore[arg-type]
            pair=pair,
            state=state,
            reason=reason,
            on=desk.today,
        )
    except (PairDecided, ReasonMissing) as trouble:
        return _page(desk, _pair(desk, pk), trouble=str(trouble), reason=reason)
    except ChangeRefused as trouble:
        return _page(desk, _pair(desk, pk), refusals=trouble.found, reason=reason)
    messages.success(desk.request, _said(row))
    if following is not None and following.pk != pk:
        return HttpResponseRedirect(reverse("console:match", args=[following.pk]))
    return HttpResponseRedirect(reverse("console:matching"))


def _said(row: Any) -> str:
    if row.request_id is not None:
        return _("已判定是同一人，合并申请已提交，等另一位工作人员审核。")
    return {
        STATES.SAME: _("已判定是同一人，这一行与登记簿里的人关联。"),
        STATES.DIFFERENT: _("已判定不是同一人，以后不再提出这一对。"),
    }.get(row.state, _("已放到“暂时不能确定”，以后再看。"))


def _page(
    desk: Desk,
    pair: Any,
    *,
    is_open: bool = False,
    trouble: str = "",
    refusals: list[tuple[str, str]] | None = None,
    reason: str = "",
) -> HttpResponse:
    keys = _persons(pair)
    take(reader=desk.reader, klass="page", person_ids=keys)
    audit.record_reads(
        by=desk.reader.user,
        person_ids=keys,
        via=desk.reader.via,
        fields=["matching"],
        division=pair.division,
    )
    waits = pair.state in queries.WAITING
    return desk.page(
        "match",
        "matching",
        pair=pair,
        sides=sides_of(pair, desk.today, is_open=is_open),
        is_open=is_open,
        may_show=desk.reader.may("person.show") and not is_open,
        may_decide=waits,
        purposes=PURPOSES,
        trouble=trouble,
        refusals=refusals or [],
        reason=reason,
        next=queries.next_open(desk.reader, pair.pk) if waits else None,
        progress=progress_of(queries.queue_counts(desk.reader)),
    )


def _pair(desk: Desk, pk: int) -> Any:
    row = queries.pair_numbered(desk.reader, pk)
    if row is None:
        raise Http404
    return row


def _persons(pair: Any) -> list[int]:
    return [key for key in (pair.person_id, pair.other_id) if key is not None]
