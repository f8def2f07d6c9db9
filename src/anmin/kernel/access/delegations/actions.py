"""Give and take back a delegation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import Delegation, User
from anmin.kernel.audit import actions as audit

PURPOSES = {"apply": "申请和补材料", "progress": "查进度和结果", "money": "查到账"}


class DelegationProblem(ValueError):
    """A delegation cannot be given so; the message says why."""


@transaction.atomic
def delegate(
    *,
    by: Any,
    person: int,
    helper: int,
    purposes: Iterable[str],
    channel: str,
    first_day: date,
    last_day: date | None = None,
) -> Delegation:
    """Let `helper` act for `person`. A worker who confirms it face to face or takes in the paper signs for it."""
    wanted = sorted(set(purposes))
    if person == helper:
        raise DelegationProblem(_("不能委托自己"))
    if not wanted or not set(wanted) <= set(PURPOSES):
        raise DelegationProblem(_("请至少选择一项委托事项"))
    if channel in (Delegation.Channel.WORKER, Delegation.Channel.PAPER) and not isinstance(by, User):
        raise DelegationProblem(_("当面确认和书面委托须由工作人员登记"))
    row = Delegation.objects.create(
        person=person,
        helper=helper,
        purposes=wanted,
        channel=channel,
        first_day=first_day,
        last_day=last_day,
        confirmed_by=by if isinstance(by, User) else None,
    )
    audit.record(by=by, act="access.delegate", subject=row, after={"person": person, "helper": helper})
    return row


@transaction.atomic
def revoke(*, by: Any, delegation: Delegation, reason: str) -> Delegation:
    """Take a delegation back; it stops to hold at once."""
    delegation.revoked_at, delegation.reason = timezone.now(), reason
    delegation.save(update_fields=["revoked_at", "reason"])
    audit.record(by=by, act="access.revoke_delegation", subject=delegation, reason=reason)
    return delegation


def may_act_for(helper: int, person: int, purpose: str, on: date) -> bool:
    """Whether somebody may act for somebody on a day."""
    rows = Delegation.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on),
        helper=helper,
        person=person,
        first_day__lte=on,
        revoked_at__isnull=True,
    )
    return any(purpose in row.purposes for row in rows)
