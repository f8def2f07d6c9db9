"""Carry a file that fails over to the next layer (转其他类别): with consent, and without asking for a paper again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import signature
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import Opening, StepRefused, open_case, take_step
from anmin.kernel.cases.deciding.proposal import next_layer, proposal_of
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.intake.actions import number_for
from anmin.kernel.cases.intake.models import Application, CaseMaterial, CaseMember
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.models import CaseFact


@transaction.atomic
def agree_to_transfer(*, by: Any, case: Case, how: str = "") -> Application:
    """Note that the applicant agrees to go on in another layer if this one fails (转办同意), and `how` they said so.

    Raises:
        StepRefused: `cannot_agree` once the case is closed, or where it leads to no other layer.
    """
    if not may_agree(case):
        raise StepRefused([Obstacle("cannot_agree", _("这一件现在不用登记转办同意"))])
    row = Application.objects.select_for_update().get(case=case)
    row.agrees_to_transfer = True
    row.save()
    audit.record(
        by=signature(by), act="cases.agree_to_transfer", subject=case, reason=how, division=case.division
    )
    return row


def may_agree(case: Case) -> bool:
    """Whether consent to a transfer makes sense: the case is open and its matter leads on to another."""
    return case.closed_on is None and bool(procedure_of(case).terms.get("transfers_to"))


@transaction.atomic
def transfer(*, by: Any, case: Case, on: date, seen: int, reason: str = "") -> Case:
    """End a case that fails and go on in the matter whose condition holds; the new case is returned.

    Raises:
        StepRefused: without consent, when the facts give what was applied for, or when they give nothing.
    """
    row = (
        Case.objects.select_for_update(of=("self",))
        .select_related("procedure", "application")
        .get(pk=case.pk)
    )
    proposal = proposal_of(row, on=on)
    target = next_layer(proposal.result, procedure_of(row))
    found = []
    if not row.application.agrees_to_transfer:
        found.append(Obstacle("no_consent", _("申请人还没有同意转其他类别，请先征求同意并登记")))
    if proposal.is_grant:
        found.append(Obstacle("eligible", _("按已认定的情况符合本事项条件，不用转办，请直接确认")))
    elif target is None:
        found.append(Obstacle("no_layer", _("按已认定的情况，其他类别也不符合，请不予确认并告知申诉途径")))
    if found or target is None:
        raise StepRefused(found)
    procedure = procedure_for(target, row.division, on)
    words = reason.strip() or _("不符合原类别，经申请人同意转“%(title)s”") % {"title": procedure.title}
    take_step(by=by, case=row, action="transfer", on=on, seen=seen, reason=words)
    opening = Opening(
        number=number_for(target, row.division, on),
        division=row.division,
        household_id=row.household_id,
        applicant_id=row.applicant_id,
        channel=Case.Channel.TRANSFER,
        causes=tuple(row.causes),
        follows=row,
        level=row.level,
    )
    after = open_case(by=by, procedure=procedure, opening=opening, on=on, form=row.form)
    carry(row, after, on)
    take_step(by=by, case=after, action="carry_over", on=on, seen=0, reason=words)
    after.refresh_from_db()
    return after


def carry(before: Case, after: Case, on: date) -> None:
    """Everything the family gave once goes along: members, papers, facts with what was adopted and why."""
    CaseMember.objects.bulk_create(
        CaseMember(case=after, person_id=row.person_id, relation=row.relation, position=row.position)
        for row in before.members.all()
    )
    state = CaseMaterial.State
    CaseMaterial.objects.bulk_create(
        CaseMaterial(
            case=after,
            key=row.key,
            title=row.title,
            state=row.state if row.state in (state.HELD, state.ASKED) else state.CARRIED,
            source=row.source,
            on=row.on,
        )
        for row in before.materials.all()
    )
    copied = ("person_id", "name", "declared", "checked", "checked_source", "checked_on", "seen", "seen_on")
    more = ("seen_by_id", "adopted", "basis", "reason", "adopted_by_id")
    CaseFact.objects.bulk_create(
        CaseFact(case=after, **{name: getattr(row, name) for name in (*copied, *more)})
        for row in before.facts.all()
    )
    old = Application.objects.filter(case=before).first()
    if old is not None:
        Application(
            case=after,
            statement=old.statement,
            contact=old.contact,
            helper_id=old.helper_id,
            agrees_to_transfer=old.agrees_to_transfer,
            submitted_on=on,
        ).save()
