"""Raise an appeal against what was done in a case, answer it, and do the case again where it was right."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import Opening, StepRefused, add_cause, open_case, take_step
from anmin.kernel.cases.appeals.queries import APPEALS, FAMILY, appeal_about, is_appeal, open_appeal
from anmin.kernel.cases.books import RECOVERY
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.intake.actions import number_for
from anmin.kernel.cases.intake.models import CaseMember
from anmin.kernel.cases.matters import kind_of, procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.queries import procedure_of, running_review
from anmin.kernel.cases.transferring.actions import carry
from anmin.kernel.cases.upkeep.actions import open_upkeep
from anmin.kernel.entitlements.models import Decision, Entitlement

SHORTEST = 5
"""Characters: fewer say nothing that could be checked."""
COMPLAINT = "complaint"
"""The special cause of a case that somebody complained about: the county visits before it decides (57号)."""


@transaction.atomic
def file_appeal(
    *, by: Any, case: Case, matter: str, words: str, on: date, channel: str = Case.Channel.COUNTER
) -> Case:
    """Raise an appeal against a case (复核申请、投诉、行政复议和诉讼登记); gives its own case. The first clock starts at once.

    `matter` is one of APPEALS; where the line of business has its own, that one is taken. Sent twice it is one appeal.
    A complaint about a case that still runs marks that case.

    Raises:
        StepRefused: without words, for an appeal against an appeal, and where a re-check is asked before a decision.
    """
    if matter not in APPEALS or is_appeal(case):
        raise StepRefused([Obstacle("no_appeal", _("这类办件不能再提这种申请"))])
    if isinstance(by, Applicant) and matter not in FAMILY:
        raise StepRefused([Obstacle("no_appeal", _("行政复议向复议机关提出，行政诉讼向法院提出"))])
    if len(words.strip()) < SHORTEST:
        raise StepRefused([Obstacle("needs_words", _("请写明哪里不对，至少 %(n)d 个字") % {"n": SHORTEST})])
    if matter != "complaint" and not Decision.objects.filter(case_number=case.number).exists():
        raise StepRefused(
            [Obstacle("no_decision", _("还没有作出决定，现在可以先提意见；有了决定才能申请复核、复议或起诉"))]
        )
    if (known := open_appeal(case, matter)) is not None:
        return known
    procedure = procedure_for(appeal_about(case, matter, on), case.division, on)
    opening = Opening(
        number=number_for(procedure.matter, case.division, on),
        division=case.division,
        household_id=case.household_id,
        applicant_id=case.applicant_id,
        channel=channel,
        follows=case,
        level=case.level,
    )
    row = open_case(by=by, procedure=procedure, opening=opening, on=on, form={})
    CaseMember.objects.bulk_create(
        CaseMember(case=row, person_id=one.person_id, relation=one.relation, position=one.position)
        for one in case.members.all()
    )
    take_step(by=by, case=row, action="submit", on=on, seen=0, reason=words.strip())
    if matter == COMPLAINT and case.closed_on is None and not isinstance(by, Applicant):
        add_cause(
            by=by, case=case, cause=COMPLAINT, reason=_("有投诉举报 %(number)s") % {"number": row.number}
        )
    row.refresh_from_db()
    return row


@transaction.atomic
def answer_appeal(*, by: Any, case: Case, words: str, is_upheld: bool, on: date, seen: int) -> Case | None:
    """Answer an appeal in words (答复). Where it was right the matter is done again: the new case is returned.

    A refused application begins anew at the town with everything the family gave; a running benefit gets a review. Nothing
    is decided by this: whoever decides then is somebody else again.
    """
    take_step(by=by, case=case, action="uphold" if is_upheld else "answer", on=on, seen=seen, reason=words)
    before = case.follows
    if not is_upheld or before is None:
        return None
    reason = _("“%(title)s”%(number)s 认为原来的结果有误，重新办理") % {
        "title": procedure_of(case).title,
        "number": case.number,
    }
    after = _again(by, before, on, reason)
    if after is not None:
        audit.record(
            by=signature(by),
            act="cases.do_again",
            subject=after,
            after={"for": case.number, "instead_of": before.number},
            division=after.division,
        )
    return after


def _again(by: Any, before: Case, on: date, reason: str) -> Case | None:
    """The case done again: a claim goes on where it is, what runs is reviewed, an application begins anew; else None."""
    if kind_of(before.matter) == RECOVERY and before.entitlement is not None:
        if before.closed_on is None:
            return before
        return open_upkeep(by=by, entitlement=before.entitlement, on=on, matter=RECOVERY, reason=reason)
    paid = (
        before.entitlement
        or Entitlement.objects.filter(begun_by__case_number=before.number)
        .exclude(state=Entitlement.State.ENDED)
        .order_by("pk")
        .first()
    )
    if paid is not None and paid.state != Entitlement.State.ENDED:
        return running_review(paid) or open_upkeep(by=by, entitlement=paid, on=on, reason=reason)
    if before.closed_on is None:
        return None
    source = _application(before)
    if source is None:
        return None
    procedure = procedure_for(source.matter, source.division, on)
    opening = Opening(
        number=number_for(source.matter, source.division, on),
        division=source.division,
        household_id=source.household_id,
        applicant_id=source.applicant_id,
        channel=Case.Channel.TRANSFER,
        causes=tuple(source.causes),
        follows=before,
        level=source.level,
    )
    after = open_case(by=by, procedure=procedure, opening=opening, on=on, form=source.form)
    carry(source, after, on)
    take_step(by="系统", case=after, action="submit", on=on, seen=0, reason=reason)
    after.refresh_from_db()
    return after


def _application(case: Case) -> Case | None:
    """The application behind a case: itself, or the one whose benefit a review ended."""
    if procedure_of(case).step(procedure_of(case).initial, "submit") is not None:
        return case
    if case.entitlement is None:
        return None
    return Case.objects.filter(number=case.entitlement.begun_by.case_number).first()
