"""Sign a run, or send it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.audit import actions as audit
from anmin.kernel.payments.approvals.models import RunApproval
from anmin.kernel.payments.parties import APPROVE, signer
from anmin.kernel.payments.problems import PaymentProblem, refusals_told
from anmin.kernel.payments.runs.actions import held
from anmin.kernel.payments.runs.funding import block_money
from anmin.kernel.payments.runs.models import PayRun
from anmin.kernel.payments.runs.sealing import seal_of


@transaction.atomic
def approve(*, by: Any, run: PayRun, seal: str, on: date) -> PayRun:
    """Sign a run on exactly the roster that was seen (审批). With the last signature its money is blocked.

    Raises:
        PaymentProblem: `pay_run_changed` where the roster is not the one under `seal`, `pay_run_same_person`,
            `pay_run_payee`, `approval_by_another`, `ledger_short` when the money went elsewhere meanwhile.
    """
    row = held(run, PayRun.State.SUBMITTED)
    user = signer(by, APPROVE, row.division, on)
    if seal != row.seal or seal_of(row.pk) != row.seal:
        raise PaymentProblem("pay_run_changed", _("名单或金额与您看到的不一致，没有审批；请重新打开核对"))
    made = _sign(row, user, "approve", "")
    if made.order >= row.signatures:
        block_money(by=user, run=row, on=on)
        row.state = PayRun.State.APPROVED
        with refusals_told():
            row.save()
    after = {"order": made.order, "of": row.signatures, "seal": row.seal, "fen": row.total}
    audit.record(by=user, act="payments.approve_run", subject=row, after=after, division=row.division)
    return row


@transaction.atomic
def send_back(*, by: Any, run: PayRun, on: date, reason: str) -> PayRun:
    """Send a run back to whoever prepared it (退回), with the reason; it can be corrected and submitted again."""
    row = held(run, PayRun.State.SUBMITTED)
    user = signer(by, APPROVE, row.division, on)
    if not reason.strip():
        raise PaymentProblem("no_reason", _("退回须写明理由"))
    _sign(row, user, "refuse", reason.strip())
    row.state, row.seal = PayRun.State.CHECKED, ""
    with refusals_told():
        row.save()
    audit.record(by=user, act="payments.send_back_run", subject=row, reason=reason, division=row.division)
    return row


def _sign(row: PayRun, user: Any, outcome: str, reason: str) -> RunApproval:
    with refusals_told(approval_by_another=_("您已经审批过这个批次，须由其他人继续")):
        return RunApproval.objects.create(
            run=row,
            order=1 + RunApproval.objects.filter(run=row, seal=row.seal).count(),
            outcome=outcome,
            by=user,
            power=APPROVE,
            seal=row.seal,
            total=row.total,
            reason=reason[:200],
        )
