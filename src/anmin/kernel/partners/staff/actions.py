"""Let somebody of a partner in, and end that."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from anmin.kernel.access import actions as access
from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.partners.actions import PartnerProblem
from anmin.kernel.partners.models import Partner, PartnerStaff
from anmin.kernel.partners.staff.queries import ROLE


@transaction.atomic
def add_staff(
    *,
    by: Any,
    partner: Partner,
    username: str,
    display_name: str,
    password: str,
    division: str,
    on: date,
    last_day: date | None = None,
) -> PartnerStaff:
    """Make a log-in for somebody of a partner (为往来单位建立账号), in the role that opens its own page and nothing else.

    Raises:
        PartnerProblem: for a name that is taken, a partner that is closed, or a division the role cannot be given in.
        ValidationError: for a password that breaks the rules.
    """
    if not partner.is_active:
        raise PartnerProblem(f"{partner.name} 已停止往来，不能新建账号")
    if not username.strip() or not display_name.strip():
        raise PartnerProblem("请填写用户名和姓名")
    if User.objects.filter(username=username.strip()).exists():
        raise PartnerProblem(f"用户名 {username} 已经有人用了，请换一个")
    try:
        user = access.create_user(
            by=by, username=username.strip(), display_name=display_name.strip(), password=password
        )
        access.grant(by=by, user=user, division=division, role=ROLE, first_day=on, last_day=last_day)
    except ValueError as trouble:
        raise PartnerProblem(str(trouble)) from trouble
    return _belonging(by, user, partner, on, last_day)


@transaction.atomic
def add_demo_staff(
    *, by: Any, partner: Partner, username: str, display_name: str, division: str, on: date
) -> PartnerStaff:
    """The log-in of somebody of a partner in the demonstration; made once.

    Raises:
        DemoOnly: outside demonstration mode.
    """
    (user,) = access.create_demo_staff(by=by, places=[(username, display_name, division, ROLE)], on=on)
    known = PartnerStaff.objects.filter(user=user, partner=partner).first()
    return known or _belonging(by, user, partner, on, None)


def _belonging(by: Any, user: User, partner: Partner, on: date, last_day: date | None) -> PartnerStaff:
    row = PartnerStaff(user=user, partner=partner, first_day=on, last_day=last_day, added_by=str(by)[:150])
    row.save()
    after = {"partner": partner.key, "user": user.username, "last_day": last_day}
    audit.record(by=by, act="partners.add_staff", subject=row, after=after)
    return row


@transaction.atomic
def end_staff(*, by: Any, staff: PartnerStaff, on: date, reason: str) -> PartnerStaff:
    """Let somebody of a partner in no longer (停用往来单位账号); the log-in is closed with it.

    Raises:
        PartnerProblem: without a reason.
    """
    if not reason.strip():
        raise PartnerProblem("停用账号要写原因，例如“人员调离”")
    row = PartnerStaff.objects.select_for_update().get(pk=staff.pk)
    row.last_day = max(on, row.first_day)
    row.save(update_fields=["last_day"])
    access.disable_user(by=by, user=row.user, reason=reason)
    audit.record(
        by=by, act="partners.end_staff", subject=row, after={"last_day": row.last_day}, reason=reason
    )
    return row
