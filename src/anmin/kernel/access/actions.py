"""Create users and grant them roles in divisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import DatabaseError, transaction
from django.utils import timezone

from anmin.kernel.access.devices.actions import end_sessions
from anmin.kernel.access.models import Grant, User
from anmin.kernel.access.queries import DEMO_PASSWORD
from anmin.kernel.access.roles import roles
from anmin.kernel.audit import actions as audit
from anmin.lib.divisions import canonical, level_of


class DemoOnly(RuntimeError):
    """Demonstration log-ins were asked for outside demonstration mode."""


class GrantProblem(ValueError):
    """A role cannot be granted so; the message says why and what is possible."""


OUT_OF_REACH = "row-level security"
"""What PostgreSQL says of a grant outside the reach of whoever gives it (the policies of `kernel_grant`)."""


@transaction.atomic
def create_user(
    *,
    by: Any,
    username: str,
    display_name: str,
    password: str,
    is_demo: bool = False,
    must_change: bool = True,
) -> User:
    """Create a user, who changes the password at the first log-in.

    A password that breaks the rules raises ValidationError and nothing is written.
    """
    user = User(username=username, display_name=display_name, is_demo=is_demo)
    if not is_demo:
        validate_password(password, user)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = must_change and not is_demo
    user.save(force_insert=True)
    audit.record(
        by=by, act="access.create_user", subject=user, after={"username": username, "is_demo": is_demo}
    )
    return user


@transaction.atomic
def disable_user(*, by: Any, user: User, reason: str) -> User:
    """Let nobody log in as this user any more, and end where they are logged in; what was granted stays written."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(by=by, user=user, reason=reason)
    audit.record(by=by, act="access.disable_user", subject=user, after={"is_active": False}, reason=reason)
    return user


@transaction.atomic
def grant(
    *,
    by: Any,
    user: User,
    division: str,
    role: str,
    first_day: date,
    last_day: date | None = None,
    caseload: str = "",
    clearance: int | None = None,
) -> Grant:
    """Give a user a role in a division and all below it from a day on.

    Raises:
        GrantProblem: for an unknown role, a division of the wrong level, a role for oneself, or two roles that
            exclude one another on a shared day.
    """
    declared, code = roles().get(role), canonical(division)
    if declared is None:
        raise GrantProblem(f"没有“{role}”这个岗位；可以授予的岗位：{'、'.join(sorted(roles()))}")
    if level_of(code) not in declared.levels:
        raise GrantProblem(f"“{declared.title}”不能授在 {code}：级别不对，请选择适用的辖区")
    if isinstance(by, User) and by.pk == user.pk:
        raise GrantProblem("不能给自己授权，请由另一位安全管理员办理")
    if clearance is not None and clearance > declared.clearance:
        raise GrantProblem(f"数据级别不能高于“{declared.title}”的上限")
    try:
        with transaction.atomic():
            row = Grant.objects.create(
                user=user,
                division=code,
                role=role,
                caseload=caseload,
                clearance=clearance,
                first_day=first_day,
                last_day=last_day,
                given_by=str(by)[:150],
            )
    except DatabaseError as trouble:
        if OUT_OF_REACH in str(trouble):
            raise GrantProblem(
                f"只能在自己的辖区内授权；{code} 不在其中，请由那里的安全管理员办理"
            ) from trouble
        if "grant_roles_exclude" not in str(trouble):
            raise
        raise GrantProblem(
            f"{user} 已有与“{declared.title}”不相容的岗位；请先结束原来的授权，或授予另一个人"
        ) from trouble
    after = {
        "user": user.username,
        "division": row.division,
        "role": role,
        "first_day": first_day,
        "last_day": last_day,
    }
    audit.record(by=by, act="access.grant", subject=row, after=after, division=row.division)
    return row


@transaction.atomic
def end_grant(*, by: Any, grant: Grant, last_day: date, reason: str) -> Grant:
    """Let a grant end; the row stays. Sessions begun with it end at once."""
    before = {"last_day": grant.last_day}
    grant.last_day = last_day
    try:
        with transaction.atomic():
            grant.save(update_fields=["last_day"])
    except DatabaseError as trouble:
        if OUT_OF_REACH not in str(trouble) and "did not affect any rows" not in str(trouble):
            raise
        raise GrantProblem("只能结束自己辖区内的授权，请由那里的安全管理员办理") from trouble
    end_sessions(by=by, user=grant.user, reason=reason)
    audit.record(
        by=by,
        act="access.end_grant",
        subject=grant,
        before=before,
        after={"last_day": last_day},
        reason=reason,
        division=grant.division,
    )
    return grant


@transaction.atomic
def create_demo_staff(*, by: Any, places: list[tuple[str, str, str, str]], on: date) -> list[User]:
    """The log-ins of the demonstration city: (username, display name, division, role) each.

    Raises:
        DemoOnly: outside demonstration mode, so that no known password ever opens a real installation.
    """
    if not settings.DEMO:
        raise DemoOnly("演示账号只能在演示模式下创建")
    users = []
    for username, display_name, division, role in places:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_user(
                by=by, username=username, display_name=display_name, password=DEMO_PASSWORD, is_demo=True
            )
        if not Grant.objects.filter(user=user, role=role, division=division, last_day__isnull=True).exists():
            grant(by=by, user=user, division=division, role=role, first_day=on)
        users.append(user)
    return users
