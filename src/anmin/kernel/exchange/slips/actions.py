"""Send, receive, answer and close correction slips. No action here changes a value anywhere else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from anmin.kernel.access.queries import Reader
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.periods import due
from anmin.kernel.exchange.slips.models import Slip, SlipReview
from anmin.kernel.exchange.slips.queries import uses_of
from anmin.kernel.partners.models import Partner
from anmin.kernel.people.models import Household, Person


class SlipProblem(ValueError):
    """A slip cannot go this step; the message says why and what to do."""


@transaction.atomic
def send_slip(
    *,
    by: Reader,
    partner: Partner,
    source: str,
    field: str,
    ours: str,
    theirs: str,
    evidence: str,
    on: date,
    person: Person | None = None,
    household: Household | None = None,
    batch: str = "",
) -> Slip:
    """Ask the providing department to look at a value (发出校核单), with evidence.

    Raises:
        SlipProblem: without somebody it is about, without evidence, or when both values are the same.
    """
    return _open(
        by, Slip.Way.OUT, partner, source, field, ours, theirs, evidence, on, person, household, batch
    )


@transaction.atomic
def receive_slip(
    *,
    by: Reader,
    partner: Partner,
    field: str,
    ours: str,
    theirs: str,
    evidence: str,
    on: date,
    person: Person | None = None,
    household: Household | None = None,
) -> Slip:
    """Take up a department's doubt about a value of ours (收到校核单)."""
    return _open(by, Slip.Way.IN, partner, "", field, ours, theirs, evidence, on, person, household, "")


def _open(
    by: Reader,
    way: str,
    partner: Partner,
    source: str,
    field: str,
    ours: str,
    theirs: str,
    evidence: str,
    on: date,
    person: Person | None,
    household: Household | None,
    batch: str,
) -> Slip:
    about = person or household
    if about is None:
        raise SlipProblem("校核单要写明是谁或哪一户的数据")
    if not field.strip() or ours.strip() == theirs.strip():
        raise SlipProblem("请写明有疑问的数据项，以及双方不同的值；两边相同就不用发校核单")
    if not evidence.strip():
        raise SlipProblem("请写明依据，例如“现场查看车辆已于 2026-03 报废，有回收证明”")
    row = Slip(
        way=way,
        partner=partner,
        source=source[:40],
        person=person,
        household=household,
        division=about.division,
        level=about.level,
        field=field.strip()[:60],
        ours=ours.strip(),
        theirs=theirs.strip(),
        evidence=evidence.strip(),
        batch=batch[:80],
        asked_by=by.name[:150],
        asked_on=on,
        due=due("slip_answer", on),
    )
    row.save()
    _record(by, f"exchange.slip_{way}", row, {"partner": partner.key, "field": row.field, "due": row.due})
    return row


@transaction.atomic
def answer_slip(
    *, by: Reader, slip: Slip, answer: str, on: date, corrected: str = "", note: str = ""
) -> Slip:
    """Say what came of looking at the value (答复校核单). When it was wrong, what used it is listed for review.

    Raises:
        SlipProblem: for a slip that was answered already, or an error without the right value.
    """
    row = Slip.objects.select_for_update().get(pk=slip.pk)
    if row.state != Slip.State.OPEN:
        raise SlipProblem("这张校核单已经答复过了，不能再改；有新情况请另发一张")
    if answer not in Slip.Answer.values:
        raise SlipProblem("答复只能是：原值有误、原值无误、无法核实")
    if answer == Slip.Answer.ERROR and not corrected.strip():
        raise SlipProblem("确认原值有误时，请写更正后的值")
    row.state, row.answer, row.answered_on = Slip.State.ANSWERED, answer, on
    row.corrected, row.note, row.answered_by = corrected.strip(), note.strip(), by.name[:150]
    row.save()
    uses = uses_of(row) if answer == Slip.Answer.ERROR else []
    SlipReview.objects.bulk_create(
        [
            SlipReview(slip=row, kind=one.kind, number=one.number, title=one.title[:100], on=one.on)
            for one in uses
        ],
        ignore_conflicts=True,
    )
    _record(by, "exchange.answer_slip", row, {"answer": answer, "to_review": len(uses)})
    return row


@transaction.atomic
def review_use(*, by: Reader, review: SlipReview, finding: str, on: date) -> SlipReview:
    """Write down what looking again at a decision or a result came to (复核结论); the decision itself stays.

    Raises:
        SlipProblem: without a finding, or when somebody looked already.
    """
    row = SlipReview.objects.select_for_update().select_related("slip").get(pk=review.pk)
    if row.reviewed_on is not None:
        raise SlipProblem("这一条已经有人复核过了")
    if not finding.strip():
        raise SlipProblem("请写复核结论，例如“不影响待遇”或“已按程序重新办理”")
    row.reviewed_by, row.reviewed_on, row.finding = by.name[:150], on, finding.strip()[:300]
    row.save()
    _record(
        by, "exchange.review_use", row.slip, {"kind": row.kind, "number": row.number, "finding": row.finding}
    )
    return row


@transaction.atomic
def close_slip(*, by: Reader, slip: Slip, outcome: str, on: date) -> Slip:
    """Close a slip (办结校核单) once it was answered and everything that used the value was looked at.

    Raises:
        SlipProblem: before that.
    """
    row = Slip.objects.select_for_update().get(pk=slip.pk)
    if row.state != Slip.State.ANSWERED:
        raise SlipProblem("校核单还没有答复，或者已经办结")
    waiting = row.reviews.filter(reviewed_on__isnull=True).count()
    if waiting:
        raise SlipProblem(f"还有 {waiting} 条用过原值的决定或测算没有复核，复核完再办结")
    if not outcome.strip():
        raise SlipProblem("请写办结说明")
    row.state, row.outcome, row.closed_by, row.closed_on = (
        Slip.State.CLOSED,
        outcome.strip()[:300],
        by.name[:150],
        on,
    )
    row.save(update_fields=["state", "outcome", "closed_by", "closed_on"])
    _record(by, "exchange.close_slip", row, {"outcome": row.outcome})
    return row


def _record(by: Reader, act: str, row: Slip, after: dict[str, Any]) -> None:
    audit.record(by=by.user or by.name, act=act, subject=row, after=after, division=row.division)
