"""Ask for data, decide, and report upwards what nobody decided in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.exchange.periods import due
from anmin.kernel.exchange.sharing.models import SharingRequest
from anmin.kernel.exchange.sharing.queries import OPEN, bases_for, beyond, silent
from anmin.kernel.partners.models import Partner


class SharingProblem(ValueError):
    """A request for data cannot be made or decided so; the message says why and what to do."""


@transaction.atomic
def ask_sharing(
    *,
    by: Any,
    partner: Partner,
    matter: str,
    basis: str,
    fields: Sequence[str],
    purpose: str,
    contact: str,
    first_day: date,
    last_day: date,
    on: date,
) -> SharingRequest:
    """Ask for fields on a legal basis (申请数据共享).

    Raises:
        SharingProblem: for a basis that is not this partner's, fields beyond it, or anything left empty.
    """
    legal = {row.key: row for row in bases_for(partner)}.get(basis)
    if legal is None:
        raise SharingProblem(f"{partner.name} 没有这个共享依据；请从列表中选择，或先补充依据")
    if not fields:
        raise SharingProblem("请至少选一个数据项")
    if names := beyond(legal, fields):
        raise SharingProblem(
            f"超出“{legal.title}”（{legal.law}）的范围：{'、'.join(names)}。请去掉这些数据项"
        )
    if not (matter.strip() and purpose.strip() and contact.strip()):
        raise SharingProblem("事项、用途和联系人都要写")
    if last_day < first_day:
        raise SharingProblem("使用期限的最后一天早于第一天")
    row = SharingRequest.objects.create(
        partner=partner,
        matter=matter.strip()[:200],
        basis=basis,
        fields=sorted(set(fields)),
        purpose=purpose.strip()[:200],
        contact=contact.strip()[:100],
        first_day=first_day,
        last_day=last_day,
        asked_by=str(by)[:150],
        asker=by if isinstance(by, User) else None,
        asked_on=on,
        conformity_due=due("sharing_conformity", on),
        answer_due=due("sharing_answer", on),
    )
    after = {"partner": partner.key, "basis": basis, "fields": row.fields, "answer_due": row.answer_due}
    audit.record(by=by, act="exchange.ask_sharing", subject=row, after=after)
    return row


@transaction.atomic
def accept_sharing(*, by: Any, request: SharingRequest, on: date) -> SharingRequest:
    """Find a request in order (合规性审查通过): it will be answered."""
    row = _open(request)
    if row.state != SharingRequest.State.OPEN:
        raise SharingProblem("这份申请已经受理了")
    row.state = SharingRequest.State.CONFORMING
    row.save(update_fields=["state"])
    audit.record(by=by, act="exchange.accept_sharing", subject=row, after={"on": on})
    return row


@transaction.atomic
def decide_sharing(
    *, by: Any, request: SharingRequest, is_granted: bool, on: date, reason: str = ""
) -> SharingRequest:
    """Grant or refuse (答复共享申请). Granting makes no key: the security administrator does that, within the fields.

    Raises:
        SharingProblem: for a refusal without a reason, a request that was not found in order first or is decided
            already, and for whoever asked.
    """
    row = _open(request)
    if row.asker_id is not None and isinstance(by, User) and row.asker_id == by.pk:
        raise SharingProblem("不能答复自己提出的申请，请由另一位负责人办理")
    if is_granted and row.state != SharingRequest.State.CONFORMING:
        raise SharingProblem("先做合规性审查（受理），再答复同意")
    if not is_granted and not reason.strip():
        raise SharingProblem("不予共享要说明理由（《政务数据共享条例》）")
    row.state = SharingRequest.State.GRANTED if is_granted else SharingRequest.State.REFUSED
    row.decided_by, row.decided_on, row.reason = str(by)[:150], on, reason.strip()[:300]
    row.decider = by if isinstance(by, User) else None
    row.save(update_fields=["state", "decided_by", "decider", "decided_on", "reason"])
    audit.record(
        by=by, act="exchange.decide_sharing", subject=row, after={"state": row.state}, reason=row.reason
    )
    return row


@transaction.atomic
def escalate_silent(*, by: Any, on: date) -> list[SharingRequest]:
    """Report upwards what nobody answered in time (逾期上报). It stays open: silence grants nothing."""
    rows = list(silent(on).select_for_update(of=("self",)))
    for row in rows:
        row.escalated_on = on
        row.save(update_fields=["escalated_on"])
        audit.record(
            by=by,
            act="exchange.escalate_sharing",
            subject=row,
            after={"answer_due": row.answer_due, "escalated_on": on},
        )
    return rows


def _open(request: SharingRequest) -> SharingRequest:
    row = SharingRequest.objects.select_for_update().get(pk=request.pk)
    if row.state not in OPEN:
        raise SharingProblem("这份申请已经答复过了")
    return row
