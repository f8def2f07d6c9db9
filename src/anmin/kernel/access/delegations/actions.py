"""Give and take back a delegation; ask for one by a code on the person's own telephone."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.messages.actions import send
from anmin.kernel.access.messages.gateways import NoMessages
from anmin.kernel.access.models import Delegation, PhoneCode, User
from anmin.kernel.audit import actions as audit

PURPOSES = {
    "apply": gettext_lazy("申请和补材料"),
    "progress": gettext_lazy("查进度和结果"),
    "money": gettext_lazy("查到账"),
}
CODE_MINUTES, CODE_TRIES = 10, 5


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
    """Let `helper` act for `person`. A worker who confirms it face to face or takes in the paper signs for it.

    Without a worker only a code on the person's own telephone confirms it; whoever calls has checked that code.

    Raises:
        DelegationProblem: to oneself, for no matter, with days in the wrong order, without a worker, or for a person
            whom the worker does not see.
    """
    wanted = _checked(person, helper, purposes, first_day, last_day)
    if channel not in Delegation.Channel.values:
        raise DelegationProblem(_("请选择怎样确认的。"))
    worker = by if isinstance(by, User) else None
    if worker is None and channel != Delegation.Channel.PHONE:
        raise DelegationProblem(_("委托须由工作人员登记"))
    try:
        with transaction.atomic():
            row = Delegation.objects.create(
                person=person,
                helper=helper,
                purposes=wanted,
                channel=channel,
                first_day=first_day,
                last_day=last_day,
                confirmed_by=worker,
            )
    except DatabaseError as trouble:
        if "row-level security" not in str(trouble):
            raise
        raise DelegationProblem(_("没有这个人，或者不在您能看的范围内。")) from trouble
    after = {"person": person, "helper": helper, "purposes": wanted, "channel": channel}
    audit.record(by=by, act="access.delegate", subject=row, after=after)
    return row


@transaction.atomic
def ask_code(
    *,
    by: User,
    person: int,
    phone: str,
    helper: int,
    purposes: Iterable[str],
    first_day: date,
    last_day: date | None = None,
) -> str:
    """Send a code to the person's registered telephone; whoever holds the telephone reads it to the worker.

    Gives what was sent, for the demonstration alone to show. The code holds ten minutes and five tries, is kept
    hashed, and an earlier one for the same person stops to hold.
    """
    wanted = _checked(person, helper, purposes, first_day, last_day)
    if not phone:
        raise DelegationProblem(_("没有登记电话，请当面确认或收书面委托书。"))
    code = f"{secrets.randbelow(10**6):06d}"
    PhoneCode.objects.filter(person=person, used_at__isnull=True).update(used_at=timezone.now())
    row = PhoneCode.objects.create(
        person=person,
        asked_by=by,
        code=make_password(code),
        until=timezone.now() + timedelta(minutes=CODE_MINUTES),
        wanted={
            "helper": helper,
            "purposes": wanted,
            "first_day": first_day.isoformat(),
            "last_day": last_day.isoformat() if last_day is not None else None,
        },
    )
    words = _(
        "您正在委托家人代办民政事项。确认码 %(code)s，%(n)d 分钟内有效。不是本人要办，请不要告诉任何人。"
    ) % {
        "code": code,
        "n": CODE_MINUTES,
    }
    try:
        send(by=by, kind="delegation", phone=phone, words=words, person=person, until=row.until)
    except NoMessages as trouble:
        raise DelegationProblem(str(trouble)) from trouble
    audit.record(by=by, act="access.delegation_code", subject=row, after={"person": person, "helper": helper})
    return words


def confirm_code(*, by: User, person: int, code: str) -> Delegation:
    """Give the delegation that a code was asked for. A wrong code counts, and counting it is not undone.

    Raises:
        DelegationProblem: for a wrong, used or late code.
    """
    with transaction.atomic():
        row = (
            PhoneCode.objects.select_for_update()
            .filter(person=person, used_at__isnull=True, until__gt=timezone.now(), tries__lt=CODE_TRIES)
            .first()
        )
        is_right = row is not None and check_password(code.strip(), row.code)
        if row is not None:
            row.tries += 1
            row.used_at = timezone.now() if is_right else None
            row.save(update_fields=["tries", "used_at"])
        if row is not None and is_right:
            last = row.wanted["last_day"]
            return delegate(
                by=by,
                person=person,
                helper=row.wanted["helper"],
                purposes=row.wanted["purposes"],
                channel=Delegation.Channel.PHONE,
                first_day=date.fromisoformat(row.wanted["first_day"]),
                last_day=date.fromisoformat(last) if last else None,
            )
    raise DelegationProblem(_("确认码不对或已过期。核对短信里的 6 位数字，或重新发送。"))


@transaction.atomic
def revoke(*, by: Any, delegation: Delegation, reason: str) -> Delegation:
    """Take a delegation back; it stops to hold at once."""
    if not reason.strip():
        raise DelegationProblem(_("请写明取消的理由。"))
    delegation.revoked_at, delegation.reason = timezone.now(), reason.strip()
    delegation.save(update_fields=["revoked_at", "reason"])
    after = {"person": delegation.person, "helper": delegation.helper}
    audit.record(
        by=by, act="access.revoke_delegation", subject=delegation, after=after, reason=reason.strip()
    )
    return delegation


def _checked(
    person: int, helper: int, purposes: Iterable[str], first_day: date, last_day: date | None
) -> list[str]:
    wanted = sorted(set(purposes))
    if person == helper:
        raise DelegationProblem(_("不能委托自己"))
    if not wanted or not set(wanted) <= set(PURPOSES):
        raise DelegationProblem(_("请至少选择一项委托事项"))
    if last_day is not None and last_day < first_day:
        raise DelegationProblem(_("止日不能早于起日。"))
    return wanted
