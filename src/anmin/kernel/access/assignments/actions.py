"""Assign a person's record to a worker, and end that."""

from __future__ import annotations

from datetime import date

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anmin.kernel.access.models import Assignment, User
from anmin.kernel.audit import actions as audit

SHORTEST_REASON = 5


class AssignmentProblem(ValueError):
    """A record cannot be assigned so; the message says why."""


@transaction.atomic
def assign(
    *, by: User, user: User, person: int, first_day: date, last_day: date | None, reason: str
) -> Assignment:
    """Let a worker see one person from a day on: the approval before access of 未成年人网络保护条例 §36.

    Raises:
        AssignmentProblem: to oneself, without a reason, with days in the wrong order, twice at the same time, or for
            a person whom whoever assigns does not see.
    """
    if user.pk == by.pk:
        raise AssignmentProblem(_("不能把承办指定给自己，请由另一位负责人办理。"))
    if not user.is_active:
        raise AssignmentProblem(_("这个账号已停用，请选另一位工作人员。"))
    if len(reason.strip()) < SHORTEST_REASON:
        raise AssignmentProblem(
            _("请写明为什么由这位工作人员承办（至少 %(n)d 个字）。") % {"n": SHORTEST_REASON}
        )
    if last_day is not None and last_day < first_day:
        raise AssignmentProblem(_("止日不能早于起日。"))
    same = Assignment.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gte=first_day), user=user, person=person
    )
    if last_day is not None:
        same = same.filter(first_day__lte=last_day)
    if same.exists():
        raise AssignmentProblem(_("这段时间已经指定给这位工作人员了。"))
    try:
        with transaction.atomic():
            row = Assignment.objects.create(
                user=user,
                person=person,
                first_day=first_day,
                last_day=last_day,
                reason=reason.strip(),
                given_by=by,
            )
    except DatabaseError as trouble:
        if "row-level security" not in str(trouble):
            raise
        raise AssignmentProblem(_("没有这个人，或者不在您能看的范围内。")) from trouble
    after = {"person": person, "user": user.username, "first_day": first_day, "last_day": last_day}
    audit.record(by=by, act="access.assign", subject=row, after=after, reason=row.reason)
    return row


@transaction.atomic
def end(*, by: User, assignment: Assignment, last_day: date, reason: str) -> Assignment:
    """Let an assignment end with a day; the row stays. One that has not begun ends with its first day."""
    if not reason.strip():
        raise AssignmentProblem(_("请写明结束的理由。"))
    row = Assignment.objects.select_for_update().get(pk=assignment.pk)
    before = {"last_day": row.last_day}
    row.last_day = max(last_day, row.first_day)
    row.save(update_fields=["last_day"])
    after = {"person": row.person, "last_day": row.last_day}
    audit.record(
        by=by, act="access.end_assignment", subject=row, before=before, after=after, reason=reason.strip()
    )
    return row
