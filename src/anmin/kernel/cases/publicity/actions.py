"""Put up a sheet, take objections, settle them, take down what has run out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused, take_step
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.publicity.models import Objection, Publicity
from anmin.kernel.cases.publicity.queries import preview
from anmin.kernel.law.clocks import last_day_of_publicity


@transaction.atomic
def publish(*, by: Any, case: Case, on: date, seen: int) -> Step:
    """Put the sheet up (公示): generated from the allowlist and kept as it was shown."""
    case.refresh_from_db()
    sheet = preview(case, on=on)
    if sheet is None:
        raise StepRefused([Obstacle("publicity", _("审核意见不涉及公示的待遇，不公示，请直接上报"))])
    step = take_step(by=by, case=case, action="publish", on=on, seen=seen)
    row = Publicity(
        case=case,
        round=case.publicities.count() + 1,
        division=case.division,
        row=sheet.shown.as_data(),
        first_day=on,
        last_day=last_day_of_publicity(on, sheet.days),
    )
    row.save()
    audit.record(
        by=signature(by),
        act="cases.put_up",
        subject=row,
        after={"first_day": row.first_day, "last_day": row.last_day, "fields": sorted(row.row)},
        division=case.division,
    )
    return step


@transaction.atomic
def object_to(*, by: Any, case: Case, words: str, on: date, seen: int, objector: str = "") -> Objection:
    """Take an objection (登记异议): the case stands still and the sheet comes down. Who objected stays sealed."""
    user = user_of(by)
    if not words.strip():
        raise StepRefused([Obstacle("needs_reason", _("请写明异议内容"))])
    take_step(by=by, case=case, action="object", on=on, seen=seen, reason=_("收到异议，内容见异议登记"))
    _take_down(by, case, on)
    row = Objection(
        case=case, objector=objector.strip(), words=words.strip(), received_on=on, received_by=user
    )
    row.save()
    audit.record(by=signature(by), act="cases.object_to", subject=row, division=case.division)
    return row


@transaction.atomic
def settle(*, by: Any, objection: Objection, is_upheld: bool, answer: str, on: date, seen: int) -> Step:
    """Settle an objection after looking into it and hearing neighbours (异议核实与民主评议), with an answer in words."""
    row = Objection.objects.select_for_update(of=("self",)).select_related("case").get(pk=objection.pk)
    if row.settled_on is not None:
        raise StepRefused([Obstacle("settled", _("这条异议已经办结，请刷新页面"))])
    if not answer.strip():
        raise StepRefused([Obstacle("needs_reason", _("请写明核实情况和结论"))])
    step = take_step(
        by=by,
        case=row.case,
        action="settle_objection",
        on=on,
        seen=seen,
        reason=_("异议成立，重新提出意见") if is_upheld else _("异议不成立，维持原情况"),
    )
    row.is_upheld, row.answer, row.settled_on, row.settled_by = is_upheld, answer.strip(), on, user_of(by)
    row.save()
    audit.record(
        by=signature(by),
        act="cases.settle_objection",
        subject=row,
        after={"is_upheld": is_upheld},
        division=row.case.division,
    )
    return step


@transaction.atomic
def take_down_due(*, by: Any, on: date) -> int:
    """Take down what has run out: its names leave the record of the sheet (到期自动撤下). A decision rests on the days only."""
    count = 0
    for row in Publicity.objects.select_for_update().filter(last_day__lt=on, withdrawn_on__isnull=True):
        if row.row:
            row.row = {}
            row.save()
            count += 1
    if count:
        audit.record(
            by=signature(by), act="cases.take_down_due", subject="publicity", after={"sheets": count}
        )
    return count


def _take_down(by: Any, case: Case, on: date) -> None:
    for row in case.publicities.filter(withdrawn_on__isnull=True):
        row.withdrawn_on = on
        row.save()
        audit.record(
            by=signature(by), act="cases.take_down", subject=row, after={"on": on}, division=case.division
        )
