"""Use a second factor, note a new one, and reset a lost one by two persons."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.devices.actions import end_sessions
from anmin.kernel.access.login.problems import LoginProblem
from anmin.kernel.access.login.second.codes import counter_of, offered, typed
from anmin.kernel.access.login.second.queries import RESET_LASTS, waiting_reset
from anmin.kernel.access.models import FactorReset, User
from anmin.kernel.access.queries import reader_for
from anmin.kernel.audit import actions as audit

SHORTEST_REASON = 5


@dataclass(frozen=True)
class Used:
    """What came of a code: the factor it belongs to, or that it was right but had been used before."""

    factor: Authenticator | None = None
    again: bool = False


@transaction.atomic
def use_code(*, by: User, code: str) -> Used:
    """Take a code of the authenticator app or a recovery code; either is good once.

    The period of the last code is kept with the secret, so that no second process and no restart forgets it.
    """
    given = typed(code)
    rows = Authenticator.objects.select_for_update().filter(user_id=by.pk).order_by("pk")
    for row in rows.filter(type=Authenticator.Type.TOTP):
        counter = counter_of(
            decrypt(row.data["secret"]), given, row.data.get("algorithm", "sha1"), time.time()
        )
        if counter is None:
            continue
        if is_used_up(row, counter):
            audit.record(by=by, act="access.factor.replay", subject=by, result="refused")
            return Used(again=True)
        row.data["used"] = counter
        row.save(update_fields=["data"])
        return Used(row)
    for row in rows.filter(type=Authenticator.Type.RECOVERY_CODES):
        if row.wrap().validate_code(given):
            audit.record(by=by, act="access.factor.recovery_code_used", subject=by)
            return Used(row)
    return Used()


def is_used_up(row: Authenticator, counter: int) -> bool:
    """Whether a code of this period, or of a later one, was used before (RFC 6238 §5.2)."""
    return counter <= int(row.data.get("used", -1))


def matching(secret: str, code: str) -> tuple[str, int] | None:
    """By which algorithm an app made a code from a secret that it was just shown, and for which period.

    Many apps pass over the algorithm in the picture and use SHA-1; they are let in unless the operator forbids it.
    """
    for algorithm in offered():
        counter = counter_of(secret, typed(code), algorithm, time.time())
        if counter is not None:
            return algorithm, counter
    return None


@transaction.atomic
def note_factor(*, by: User, kind: str, algorithm: str = "", counter: int = -1) -> None:
    """Write down that somebody set up a factor; the code that proved it is used up."""
    if algorithm:
        row = Authenticator.objects.select_for_update().get(user_id=by.pk, type=Authenticator.Type.TOTP)
        row.data |= {"algorithm": algorithm, "used": counter}
        row.save(update_fields=["data"])
    audit.record(
        by=by, act="access.factor.add", subject=by, after={"kind": kind, "algorithm": algorithm or None}
    )


@transaction.atomic
def note_factor_removed(*, by: User, kind: str) -> None:
    """Write down that somebody took away one of several factors."""
    audit.record(by=by, act="access.factor.remove", subject=by, after={"kind": kind})


@transaction.atomic
def note_new_codes(*, by: User) -> None:
    """Write down that somebody made new recovery codes; the old ones are good no more."""
    audit.record(by=by, act="access.factor.recovery_codes_made", subject=by)


@transaction.atomic
def ask_reset(*, by: User, user: User, reason: str) -> FactorReset:
    """Ask that somebody's lost second factor be removed; another security administrator must approve.

    Raises:
        LoginProblem: without a reason, for oneself, or when the same is asked already.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise LoginProblem(_("请写明理由（至少 5 个字）：怎样核实了本人身份、为什么要重设。"))
    if by.pk == user.pk:
        raise LoginProblem(_("不能申请重设自己的第二因素，请另一位安全管理员办理。"))
    if not Authenticator.objects.filter(user_id=user.pk).exists():
        raise LoginProblem(_("这个账号没有第二因素，不用重设；下次登录会要求设置。"))
    User.objects.select_for_update().get(pk=user.pk)
    if waiting_reset(user) is not None:
        raise LoginProblem(_("已有一件重设申请在等批准。"))
    # One that nobody answered in time is closed, so that the new one is the only one that waits.
    FactorReset.objects.filter(user=user, approved_at__isnull=True, refused_at__isnull=True).update(
        refused_by=by, refused_at=timezone.now()
    )
    row = FactorReset.objects.create(user=user, asked_by=by, reason=reason.strip()[:300])
    audit.record(by=by, act="access.factor_reset.ask", subject=user, reason=reason)
    return row


@transaction.atomic
def approve_reset(*, by: User, request: FactorReset) -> FactorReset:
    """Remove the factors and end the sessions of their owner; neither the asker nor the owner approves.

    Raises:
        LoginProblem: for the wrong person, for somebody without the power, too late, and a second time.
    """
    row = FactorReset.objects.select_for_update().get(pk=request.pk)
    if by.pk in (row.asked_by_id, row.user_id):
        raise LoginProblem(_("须由另一位安全管理员批准"))
    _must_manage(by)
    _must_wait(row)
    if row.asked_at < timezone.now() - RESET_LASTS:
        raise LoginProblem(_("申请已超过 3 天，作废了。请重新核实本人身份、重新申请。"))
    take_factors_away(by=by, user=row.user)
    row.approved_by, row.approved_at = by, timezone.now()
    row.save(update_fields=["approved_by", "approved_at"])
    audit.record(by=by, act="access.factor_reset.approve", subject=row.user)
    return row


@transaction.atomic
def refuse_reset(*, by: User, request: FactorReset, reason: str) -> FactorReset:
    """Leave the factors as they are; the asker may take the request back in this way.

    Raises:
        LoginProblem: without a reason, for somebody without the power, and when it was answered already.
    """
    row = FactorReset.objects.select_for_update().get(pk=request.pk)
    _must_manage(by)
    _must_wait(row)
    if len(reason.strip()) < SHORTEST_REASON:
        raise LoginProblem(_("请写明为什么不批准（至少 5 个字）。"))
    row.refused_by, row.refused_at = by, timezone.now()
    row.save(update_fields=["refused_by", "refused_at"])
    audit.record(by=by, act="access.factor_reset.refuse", subject=row.user, reason=reason)
    return row


def _must_manage(by: User) -> None:
    if not reader_for(by, timezone.localdate()).may("users.manage"):
        raise LoginProblem(_("只有安全管理员能批准重设"))


def _must_wait(row: FactorReset) -> None:
    if row.approved_at is not None or row.refused_at is not None:
        raise LoginProblem(_("这件申请已经办过了"))


@transaction.atomic
def take_factors_away(*, by: Any, user: User) -> int:
    """Remove every second factor of somebody, who sets up a new one at the next log-in; live sessions end."""
    count, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    end_sessions(by=by, user=user, reason="重设第二因素")
    return int(count)
