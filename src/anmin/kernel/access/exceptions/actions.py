"""Break glass: ask, approve, refuse, review."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.models import BreakGlass, User
from anmin.kernel.audit import actions as audit

HOURS = 4
SHORTEST_REASON = 10


class ExceptionRefused(ValueError):
    """An exception cannot be asked for or approved so; the message says why."""


@transaction.atomic
def ask(*, by: User, person: int, reason: str) -> BreakGlass:
    """Ask to see one person. Whether there is such a person is not told: the answer is the same either way."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise ExceptionRefused(_("请写清楚为什么必须马上查看（至少 %(n)d 个字）") % {"n": SHORTEST_REASON})
    row = BreakGlass.objects.create(user=by, person=person, reason=reason.strip())
    audit.record(by=by, act="access.break_glass.ask", subject=row, after={"person": person}, reason=reason)
    return row


@transaction.atomic
def approve(*, by: User, request: BreakGlass) -> BreakGlass:
    """Let the asker see the person for four hours from now."""
    row = _open(by, request)
    row.state, row.approved_by = BreakGlass.State.APPROVED, by
    row.until = timezone.now() + timedelta(hours=HOURS)
    row.save(update_fields=["state", "approved_by", "until"])
    audit.record(by=by, act="access.break_glass.approve", subject=row, after={"until": row.until})
    return row


@transaction.atomic
def refuse(*, by: User, request: BreakGlass, reason: str) -> BreakGlass:
    """Do not."""
    row = _open(by, request)
    row.state, row.approved_by = BreakGlass.State.REFUSED, by
    row.save(update_fields=["state", "approved_by"])
    audit.record(by=by, act="access.break_glass.refuse", subject=row, reason=reason)
    return row


@transaction.atomic
def review(*, by: User, request: BreakGlass, words: str) -> BreakGlass:
    """Look afterwards at what was seen and why; never the asker, and every approved one."""
    row = BreakGlass.objects.select_for_update().get(pk=request.pk)
    if row.user_id == by.pk:
        raise ExceptionRefused(_("不能复核自己的紧急查阅"))
    if row.state != BreakGlass.State.APPROVED or row.reviewed_by_id is not None:
        raise ExceptionRefused(_("这件申请不用复核，或者已经复核过了"))
    if not words.strip():
        raise ExceptionRefused(_("请写明复核时查了什么、结果怎样。"))
    row.reviewed_by, row.review = by, words.strip()
    row.save(update_fields=["reviewed_by", "review"])
    audit.record(by=by, act="access.break_glass.review", subject=row, reason=words)
    return row


def _open(by: User, request: BreakGlass) -> BreakGlass:
    row = BreakGlass.objects.select_for_update().get(pk=request.pk)
    if row.state != BreakGlass.State.ASKED:
        raise ExceptionRefused(_("这件申请已经处理过了"))
    if row.user_id == by.pk:
        raise ExceptionRefused(_("紧急查阅须由另一人批准"))
    return row
